"""Parcels customers send back: announced once, of what is still out, and followed like those we sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import errors
from steward.kernel.models import Event
from steward.modules.inventory.commands.places import open_warehouse
from steward.modules.logistics.commands import packing, picking, printing, shipment_services, shipments
from steward.modules.logistics.commands.parcel_numbers import NumberTaken
from steward.modules.logistics.commands.returning import NothingLeft, ReturnDraft, TooMuchBack, announce_return
from steward.modules.logistics.models import Parcel, Shipment, ShipmentLine, TrackingEvent
from steward.modules.logistics.queries import journeys
from steward.modules.logistics.queries import shipments as queries
from steward.modules.logistics.rules.packing import ParcelDraft
from steward.modules.logistics.tests import ship
from steward.modules.orders.models import Order
from tests import make

pytestmark = pytest.mark.django_db
BACK = "SF7770000000001"


def _delivered(quantity: int = 2) -> Shipment:
    shipment = ship.sent(quantity=quantity)
    ship.heard(ship.said("delivered", hours=20))
    return shipment


def _announced(of: str, *, number: str = BACK, **facts: object) -> str:
    draft = ReturnDraft(shipment=of, tracking_number=number, **facts)  # type: ignore[arg-type]
    return announce_return(make.TESTER, draft=draft, now=make.NOW + timedelta(days=3))


def test_a_return_is_followed_like_a_parcel_we_sent() -> None:
    sent = _delivered()

    number = _announced(sent.number, carrier="sf")
    ship.heard(ship.said("picked_up", hours=50, number=BACK), ship.said("in_transit", hours=60, number=BACK))

    back = Shipment.objects.get(number=number)
    assert (back.direction, back.state, back.warehouse_id) == ("return", "in_transit", sent.warehouse_id)
    ship.heard(ship.said("delivered", hours=80, number=BACK))
    assert ship.where(BACK) == ("delivered", "delivered")
    assert ship.where() == ("delivered", "delivered")
    said = Event.objects.get(kind="logistics.shipment_delivered", data__shipment_id=back.id).data
    assert said["direction"] == "return"


def test_a_return_leaves_the_order_where_it_is() -> None:
    sent = _delivered()
    make.settle()
    _announced(sent.number)

    ship.heard(ship.said("delivered", hours=80, number=BACK))
    make.settle()

    assert (Order.objects.get().state, Order.objects.get().fulfilment_state) == ("completed", "delivered")


def test_the_same_number_twice_is_one_return() -> None:
    sent = _delivered()

    assert _announced(sent.number) == _announced(sent.number.lower(), number="sf-777 0000000001")

    assert Shipment.objects.filter(direction="return").count() == 1
    assert Event.objects.filter(kind="logistics.return_announced").count() == 1


def test_what_was_reported_before_anybody_told_us_counts() -> None:
    sent = _delivered()
    ship.heard(ship.said("picked_up", hours=30, number=BACK))

    _announced(sent.number)

    assert TrackingEvent.objects.get(tracking_number=BACK).flag == ""
    assert ship.where(BACK) == ("in_transit", "in_transit")


def test_what_was_reported_before_the_goods_were_even_sent_does_not() -> None:
    sent = _delivered()
    ship.heard(ship.said("delivered", hours=-100, number=BACK))

    _announced(sent.number)
    ship.heard(ship.said("returned", hours=-90, number=BACK))

    flags = TrackingEvent.objects.filter(tracking_number=BACK).values_list("flag", flat=True)
    assert list(flags) == ["before_shipment"] * 2
    assert ship.where(BACK) == ("", "planned")


def test_no_more_comes_back_than_is_still_out() -> None:
    sent = _delivered(quantity=3)
    _announced(sent.number, pieces={"TENT-2": 2})

    for pieces in ({"TENT-2": 2}, {"TENT-2": 0}, {"STOVE": 1}):
        with pytest.raises(TooMuchBack):
            _announced(sent.number, number="SF7770000000002", pieces=pieces)
    rest = _announced(sent.number, number="SF7770000000002")
    with pytest.raises(NothingLeft):
        _announced(sent.number, number="SF7770000000003")

    assert ShipmentLine.objects.get(shipment__number=rest).quantity == 1
    assert Shipment.objects.filter(direction="return").count() == 2


def test_a_return_that_was_called_off_gives_its_pieces_and_its_number_free() -> None:
    sent = _delivered()
    first = _announced(sent.number)

    shipments.cancel_shipment(make.TESTER, number=first, reason="没有寄出", now=make.NOW)

    again = _announced(sent.number)
    assert again != first
    assert ShipmentLine.objects.get(shipment__number=again).quantity == 2


def test_what_has_not_left_and_what_is_a_return_cannot_come_back() -> None:
    waits = ship.packed()
    with pytest.raises(NothingLeft):
        _announced(waits)
    Shipment.objects.update(direction="return")
    with pytest.raises(NothingLeft):
        _announced(waits)
    with pytest.raises(errors.NotFound):
        _announced("SH-0")

    assert Shipment.objects.count() == 1


def test_a_number_of_another_parcel_is_refused_and_leaves_nothing_behind() -> None:
    sent = _delivered()

    with pytest.raises(NumberTaken):
        _announced(sent.number, number="SF1234567890123")

    assert not Shipment.objects.filter(direction="return").exists()


def test_it_may_go_to_another_warehouse_under_a_number_that_follows_later() -> None:
    sent = _delivered()
    open_warehouse(make.TESTER, code="returns", name="退货仓", district_code="330106")
    with pytest.raises(errors.NotFound):
        _announced(sent.number, warehouse="nowhere")

    number = _announced(sent.number, number="", warehouse="returns")
    parcel = Parcel.objects.get(shipment__number=number)
    packing.assign_tracking(make.TESTER, parcel_code=parcel.code, tracking_number=BACK, now=make.NOW)
    ship.heard(ship.said("out_for_delivery", hours=70, number=BACK))

    assert queries.shipment(number).row.warehouse_code == "returns"
    assert ship.where(BACK) == ("out_for_delivery", "out_for_delivery")


def test_the_carrier_is_read_off_the_number_where_nobody_names_one() -> None:
    sent = _delivered()

    _announced(sent.number)

    back = Parcel.objects.select_related("carrier").get(tracking_number=BACK)
    assert back.carrier is not None
    assert back.carrier.code == "sf"
    way = next(one for one in journeys.journeys(sent.order_id) if one.direction == "return")
    assert (way.carrier, way.tracking_numbers) == ("顺丰速运", [BACK])


def test_nobody_picks_packs_labels_or_chooses_a_service_for_what_comes_back() -> None:
    number = _announced(_delivered().number)

    for work in (
        lambda: picking.scan_piece(make.TESTER, number=number, code=ship.SKU, now=make.NOW),
        lambda: packing.pack_shipment(make.TESTER, number=number, parcels=[ParcelDraft(weight_g=1)], now=make.NOW),
        lambda: picking.put_back(make.TESTER, number=number, reason="", now=make.NOW),
        lambda: shipment_services.change_service(
            make.TESTER, number=number, service="sf-std", reason="x", now=make.NOW
        ),
    ):
        with pytest.raises(errors.NotPossible):
            work()
    with pytest.raises(printing.NothingToPrint):
        printing.request_print(make.TESTER, kind="labels", numbers=[number], now=make.NOW, later=False)

    assert Shipment.objects.get(number=number).state == "planned"
    assert queries.state_counts().get("planned", 0) == 0
