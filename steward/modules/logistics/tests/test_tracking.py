"""How what carriers report becomes where parcels are."""

from __future__ import annotations

from itertools import permutations

import pytest

from steward.kernel.models import Event
from steward.modules.logistics import handlers
from steward.modules.logistics.commands import packing, tracking_sources
from steward.modules.logistics.events import ShipmentMoved
from steward.modules.logistics.models import Parcel, Shipment, TrackingEvent
from steward.modules.logistics.ports import Report
from steward.modules.logistics.tests import ship
from steward.modules.orders.models import Order
from tests import make

pytestmark = pytest.mark.django_db


def _follow() -> None:
    rows = Event.objects.filter(kind=ShipmentMoved.KIND).values_list("data", flat=True)
    moved = [ShipmentMoved(**{**row, "at": make.NOW}) for row in rows]
    handlers.on_shipment_moved_follow_orders(moved)


def test_a_delivered_parcel_completes_its_order() -> None:
    shipment = ship.sent()

    ship.heard(
        ship.said("picked_up", hours=2), ship.said("out_for_delivery", hours=20), ship.said("delivered", hours=22)
    )
    _follow()

    order = Order.objects.get(id=shipment.order_id)
    assert ship.where() == ("delivered", "delivered")
    assert (order.state, order.fulfilment_state) == ("completed", "delivered")


def test_the_same_events_in_any_order_and_twice_say_the_same() -> None:
    ship.sent()
    reports = [
        ship.said("picked_up", hours=2),
        ship.said("out_for_delivery", hours=20),
        ship.said("delivered", hours=22),
    ]

    for order in permutations(reports):
        for report in order:
            ship.heard(report)

    assert ship.where() == ("delivered", "delivered")
    assert TrackingEvent.objects.count() == 3
    assert Event.objects.filter(kind="logistics.shipment_delivered").count() == 1


def test_a_late_scan_does_not_undo_a_delivery() -> None:
    ship.sent()
    ship.heard(ship.said("delivered", hours=22))

    ship.heard(ship.said("in_transit", hours=23))

    assert ship.where() == ("delivered", "delivered")


@pytest.mark.parametrize(("hours", "flag"), [(200, "future"), (-100, "before_shipment")])
def test_an_impossible_time_is_kept_and_moves_nothing(hours: float, flag: str) -> None:
    ship.sent()

    done = ship.heard(ship.said("delivered", hours=hours))

    assert (done.new, done.flagged) == (1, 1)
    assert TrackingEvent.objects.get().flag == flag
    assert ship.where() == ("handed_over", "handed_over")


def test_an_event_without_a_readable_time_is_kept_and_moves_nothing() -> None:
    ship.sent()

    ship.heard(Report(tracking_number="SF1234567890123", codes=("delivered",), at=None, raw_at="昨天下午"))

    assert TrackingEvent.objects.get().flag == "unreadable"
    assert ship.where()[1] == "handed_over"


def test_a_code_nobody_knows_waits_until_somebody_says_what_it_means() -> None:
    ship.sent()
    done = ship.heard(ship.said("XQ7", hours=5))
    assert (done.unknown, ship.where()[0]) == (1, "handed_over")

    explained = tracking_sources.explain_code(
        make.TESTER, format_="standard", code="XQ7", state="failed_attempt", now=make.NOW
    )

    assert explained == 1
    assert ship.where() == ("failed_attempt", "failed_attempt")
    ship.heard(ship.said("XQ7", hours=6))
    assert not TrackingEvent.objects.filter(state="unknown").exists()


def test_events_that_come_before_their_parcel_are_its_own_later() -> None:
    early = ship.heard(ship.said("picked_up", hours=2, number="SF-555 0000000001"))
    shipment = ship.sent(tracking_number="")

    packing.assign_tracking(
        make.TESTER, parcel_code=f"{shipment.number}-1", tracking_number="sf5550000000001", now=make.NOW
    )

    assert early.homeless == 1
    assert ship.where("SF5550000000001") == ("in_transit", "in_transit")


def test_an_event_of_another_carrier_with_the_same_number_is_not_ours() -> None:
    ship.sent()

    done = ship.heard(ship.said("delivered", carrier_code="yto"))

    assert (done.homeless, ship.where()[0]) == (1, "handed_over")


def test_what_comes_from_outside_moves_no_drill() -> None:
    ship.sent()
    Shipment.objects.update(simulated=True)

    assert ship.heard(ship.said("delivered")).homeless == 1
    assert ship.where()[0] == "handed_over"


def test_one_of_two_parcels_does_not_make_a_shipment_delivered() -> None:
    shipment = ship.sent()
    Parcel.objects.create(
        shipment=shipment,
        position=2,
        code="X-2",
        carrier_id=Parcel.objects.get().carrier_id,
        tracking_number="SF2",
        weight_g=1,
    )

    ship.heard(ship.said("delivered"))

    assert ship.where() == ("delivered", "handed_over")


def test_telephone_numbers_of_couriers_are_not_kept() -> None:
    ship.sent()

    ship.heard(ship.said("out_for_delivery", text="派送员【张三 13812345521】正在派件"))

    assert "138" not in TrackingEvent.objects.get().text
