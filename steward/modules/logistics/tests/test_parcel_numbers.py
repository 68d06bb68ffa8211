"""Whose number a carrier's number is, and what becomes of events when it turns out to be another's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.modules.logistics.commands import adopting, packing, picking
from steward.modules.logistics.commands.parcel_numbers import NumberTaken
from steward.modules.logistics.models import Parcel, Shipment, TrackingEvent
from steward.modules.logistics.rules.packing import ParcelDraft
from steward.modules.logistics.tests import ship
from tests import make

pytestmark = pytest.mark.django_db
NUMBER, WRONG = "SF1234567890123", "SF9999999999999"


def _assign(shipment: Shipment, number: str) -> None:
    packing.assign_tracking(make.TESTER, parcel_code=f"{shipment.number}-1", tracking_number=number, now=make.NOW)


def test_a_mistyped_number_that_is_mended_takes_nothing_of_the_other_parcel_along() -> None:
    day = make.NOW.date() + timedelta(days=3)
    shipment = ship.sent(tracking_number=WRONG, promised=day)
    ship.heard(ship.said("delivered", hours=20, number=WRONG, expected_date=day + timedelta(days=9)))
    assert ship.where(WRONG) == ("delivered", "delivered")

    _assign(shipment, NUMBER)

    shipment.refresh_from_db()
    assert ship.where() == ("handed_over", "handed_over")
    assert (shipment.delivered_at, shipment.expected_date) == (None, day)
    assert Parcel.objects.get().last_event_at is None
    assert TrackingEvent.objects.get().parcel_id is None


def test_events_under_the_right_number_count_once_it_is_written() -> None:
    shipment = ship.sent(tracking_number=WRONG)
    ship.heard(ship.said("delivered", hours=20, number=WRONG), ship.said("picked_up", hours=3))

    _assign(shipment, NUMBER)

    assert ship.where() == ("in_transit", "in_transit")
    assert TrackingEvent.objects.get(tracking_number=NUMBER).parcel_id == Parcel.objects.get().id


def test_what_an_earlier_parcel_left_under_a_number_is_flagged_and_moves_nothing() -> None:
    assert ship.heard(ship.said("delivered", hours=-500, number=NUMBER)).flagged == 0
    shipment = ship.sent(tracking_number="")

    _assign(shipment, NUMBER)

    assert TrackingEvent.objects.get().flag == "before_shipment"
    assert ship.where() == ("handed_over", "handed_over")


def test_a_flag_that_held_for_one_parcel_is_thought_over_for_another() -> None:
    shipment = ship.sent(tracking_number=WRONG)
    ship.heard(ship.said("picked_up", hours=-100, number=WRONG))
    assert TrackingEvent.objects.get().flag == "before_shipment"
    _assign(shipment, "")
    Shipment.objects.update(planned_at=make.NOW - timedelta(hours=200))

    _assign(shipment, WRONG)

    assert TrackingEvent.objects.get().flag == ""
    assert ship.where(WRONG) == ("in_transit", "in_transit")


def test_who_reported_while_the_number_was_being_written_is_heard_at_the_next_look() -> None:
    ship.sent()
    ship.heard(ship.said("out_for_delivery", hours=20))
    # Neither transaction saw the other: the event stands without a parcel, and the parcel without the event.
    TrackingEvent.objects.update(parcel=None)
    Parcel.objects.update(state="handed_over", last_event_at=None)
    Shipment.objects.update(state="handed_over")

    assert adopting.adopt_late(make.TESTER, now=make.NOW) == 1
    assert ship.where() == ("out_for_delivery", "out_for_delivery")
    assert adopting.adopt_late(make.TESTER, now=make.NOW) == 0


def test_the_late_look_gives_nothing_to_drills_nor_to_another_carriers_parcel() -> None:
    ship.sent()
    ship.heard(ship.said("delivered", carrier_code="yto"))

    assert adopting.adopt_late(make.TESTER, now=make.NOW) == 0
    Shipment.objects.update(simulated=True)
    assert ship.heard(ship.said("delivered")).homeless == 1
    assert adopting.adopt_late(make.TESTER, now=make.NOW) == 0


def test_a_number_another_parcel_of_the_carrier_has_is_refused_and_the_parcel_keeps_its_own() -> None:
    item_id = make.item(stock=10)
    ship.sent(item_id=item_id)
    other = ship.sent("A-2", item_id=item_id, tracking_number=WRONG)

    with pytest.raises(NumberTaken, match=NUMBER):
        _assign(other, "sf-1234567890123")

    assert Parcel.objects.get(shipment=other).tracking_number == WRONG


def test_two_boxes_under_one_number_are_refused_in_words() -> None:
    number = ship.planned(quantity=2)
    picking.scan_piece(make.TESTER, number=number, code=ship.SKU, now=make.NOW, units=2)
    line = Shipment.objects.get().lines.get().id
    twins = [ParcelDraft(weight_g=900, contents={line: 1}, tracking_number=NUMBER) for _ in range(2)]

    with pytest.raises(NumberTaken, match=NUMBER):
        packing.pack_shipment(make.TESTER, number=number, parcels=twins, now=make.NOW)

    assert not Parcel.objects.exists()
    assert Shipment.objects.get().state == "picking"
