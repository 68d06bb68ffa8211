"""How goods are planned, picked, packed and handed over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel import errors
from steward.kernel.actor import NotPermitted
from steward.kernel.models import Event
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.models import Movement
from steward.modules.logistics import handlers
from steward.modules.logistics.commands import handing_over, packing, picking, shipments
from steward.modules.logistics.commands.shipments import ShipmentPlan
from steward.modules.logistics.models import Manifest, Parcel, Shipment, ShipmentLine
from steward.modules.logistics.rules.packing import ParcelDraft
from steward.modules.logistics.tests import sheets, ship
from steward.modules.orders.commands import cancel
from steward.modules.orders.events import OrderCancelled
from steward.modules.orders.models import Order
from tests import make

pytestmark = pytest.mark.django_db


def test_goods_handed_over_leave_the_ledger_and_the_order_is_shipped() -> None:
    shipment = ship.sent(quantity=2)

    order = Order.objects.get(id=shipment.order_id)
    assert (shipment.state, order.state, order.fulfilment_state) == ("handed_over", "approved", "shipped")
    assert [one.state for one in inventory.reservations_of_orders([order.id])] == ["shipped"]
    left = Movement.objects.get(kind="shipped")
    assert (left.quantity, left.reference) == (-2, Manifest.objects.get().number)
    assert inventory.promises_of_order(order.id) == []


def test_what_is_planned_twice_is_one_shipment() -> None:
    number = ship.planned()
    line = ShipmentLine.objects.get()
    again = ShipmentPlan(
        order_id=line.shipment.order_id,
        warehouse_id=line.shipment.warehouse_id,
        lines=[(line.reservation_id or 0, line.item_id, line.quantity)],
    )

    assert shipments.plan_shipments(make.TESTER, plans=[again], now=make.NOW) == [number]
    assert Shipment.objects.count() == 1


def test_an_order_that_is_not_approved_is_not_shipped() -> None:
    item_id = make.item(stock=5)
    order_id = make.order().order_id
    plan = ShipmentPlan(order_id=order_id, warehouse_id=1, lines=[(1, item_id, 1)])

    with pytest.raises(shipments.NotToShip):
        shipments.plan_shipments(make.TESTER, plans=[plan], now=make.NOW)

    assert not Event.objects.filter(kind="logistics.shipment_planned").exists()


@pytest.mark.parametrize(
    ("code", "refusal"),
    [("STOVE", picking.WrongItem), ("TENT-2#OTHER", picking.WrongLot), ("  ", picking.NothingRead)],
)
def test_a_wrong_scan_is_refused_and_counts_nothing(code: str, refusal: type[errors.Refusal]) -> None:
    number = ship.planned(quantity=2)
    picking.start_picking(make.TESTER, numbers=[number], now=make.NOW)

    with pytest.raises(refusal):
        picking.scan_piece(make.TESTER, number=number, code=code, now=make.NOW)

    assert ShipmentLine.objects.get().picked == 0


def test_one_piece_too_many_is_refused() -> None:
    number = ship.planned()
    done = picking.scan_piece(make.TESTER, number=number, code="tent-2", now=make.NOW)

    with pytest.raises(picking.OneTooMany, match="TENT-2"):
        picking.scan_piece(make.TESTER, number=number, code="TENT-2", now=make.NOW)

    assert (done.left, ShipmentLine.objects.get().picked) == (0, 1)


def test_a_parcel_is_not_closed_while_goods_are_missing() -> None:
    number = ship.planned(quantity=2)
    picking.scan_piece(make.TESTER, number=number, code="TENT-2", now=make.NOW)

    with pytest.raises(packing.NotAllPicked):
        packing.pack_shipment(make.TESTER, number=number, parcels=[ParcelDraft(weight_g=900)], now=make.NOW)

    assert not Parcel.objects.exists()


def test_a_shipment_may_go_in_two_parcels() -> None:
    number = ship.planned(quantity=3)
    picking.scan_piece(make.TESTER, number=number, code="TENT-2", now=make.NOW, units=3)
    line = ShipmentLine.objects.get().id
    two = [ParcelDraft(weight_g=900, contents={line: 1}), ParcelDraft(weight_g=1_800, contents={line: 2})]

    codes = packing.pack_shipment(make.TESTER, number=number, parcels=two, now=make.NOW)

    assert codes == [f"{number}-1", f"{number}-2"]
    with_too_few = [ParcelDraft(weight_g=900, contents={line: 1})]
    picking.put_back(make.TESTER, number=number, reason="换箱", now=make.NOW)
    with pytest.raises(packing.ContentsDiffer):
        packing.pack_shipment(make.TESTER, number=number, parcels=with_too_few, now=make.NOW)


def test_a_parcel_too_heavy_for_its_service_is_refused() -> None:
    number = ship.planned(service_id=ship.service("sf-small", max_weight_g=1_000).id)
    picking.scan_piece(make.TESTER, number=number, code="TENT-2", now=make.NOW)

    with pytest.raises(packing.TooHeavy):
        packing.pack_shipment(make.TESTER, number=number, parcels=[ParcelDraft(weight_g=2_000)], now=make.NOW)


def test_each_carrier_signs_a_manifest_of_its_own() -> None:
    item_id = make.item(stock=10)
    other = ship.service("yto-std", carrier="yto").id
    first = ship.packed("A-1", item_id=item_id)
    second = ship.packed("A-2", item_id=item_id, tracking_number="YT1234567890123", service_id=other)

    done = handing_over.hand_over(make.TESTER, numbers=[first, second, "SH-0"], now=make.NOW, taken_by="浙A·12345")

    assert len(done.manifests) == 2
    assert done.refused == {"SH-0": "unknown"}
    again = handing_over.hand_over(make.TESTER, numbers=[first, second], now=make.NOW)
    assert (again.manifests, set(again.refused.values())) == ([], {"not_packed"})
    assert Movement.objects.filter(kind="shipped").count() == 2


def test_shipments_of_a_cancelled_order_do_not_leave() -> None:
    number = ship.packed()
    order_id = Shipment.objects.get().order_id
    cancel.cancel_order(make.TESTER, order_id=order_id, cause="customer", reason="", now=make.NOW)

    done = handing_over.hand_over(make.TESTER, numbers=[number], now=make.NOW)
    handlers.on_order_cancelled_cancel_shipments([OrderCancelled(order_id=order_id, cause="customer")])

    assert done.refused == {number: "order_not_approved"}
    assert Shipment.objects.get().state == "cancelled"
    assert not Movement.objects.filter(kind="shipped").exists()


def test_what_the_carrier_said_while_a_parcel_stood_in_the_house_counts_once_it_is_handed_over() -> None:
    number = ship.packed()
    ship.heard(ship.said("picked_up", hours=2))
    assert ship.where() == ("in_transit", "packed")

    handing_over.hand_over(make.TESTER, numbers=[number], now=make.NOW)

    assert ship.where() == ("in_transit", "in_transit")
    moved = Event.objects.get(kind="logistics.shipment_moved").data
    assert (moved["before"], moved["after"]) == ("handed_over", "in_transit")


def test_planning_writes_again_only_the_shipments_whose_service_or_price_it_finds() -> None:
    def written_again() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_get_xact_tuples_updated('logistics_shipment'::regclass)")
            return int(cursor.fetchone()[0])

    item_id = make.item(stock=10)
    sheets.service("quick")
    before = written_again()

    ship.planned("A-1", item_id=item_id, service_id=ship.service("unpriced").id)
    after_one = written_again()
    ship.planned("A-2", item_id=item_id, service_id=None)

    assert (after_one - before, written_again() - after_one) == (0, 1)
    assert sorted(Shipment.objects.values_list("service__code", "price_minor")) == [("quick", 1000), ("unpriced", 0)]


def test_many_shipments_are_picked_handed_over_and_called_off_by_as_many_statements_as_one() -> None:
    item_id = make.item(stock=30)
    names = iter(f"B-{n}" for n in range(30))

    def planned(count: int) -> list[str]:
        return [ship.planned(next(names), item_id=item_id) for _ in range(count)]

    def packed(count: int) -> list[str]:
        return [ship.packed(name := next(names), item_id=item_id, tracking_number=name) for _ in range(count)]

    def statements(numbers: list[str], work: Callable[[list[str]], object]) -> int:
        with CaptureQueriesContext(connection) as seen:
            work(numbers)
        return len(seen)

    def pick(numbers: list[str]) -> object:
        return picking.start_picking(make.TESTER, numbers=numbers, now=make.NOW)

    def hand_over(numbers: list[str]) -> object:
        return handing_over.hand_over(make.TESTER, numbers=numbers, now=make.NOW)

    def call_off(numbers: list[str]) -> object:
        ids = list(Shipment.objects.filter(number__in=numbers).values_list("order_id", flat=True))
        return shipments.cancel_shipments(make.TESTER, order_ids=ids, reason="x", now=make.NOW)

    for work, stage in ((pick, planned), (hand_over, packed), (call_off, packed)):
        statements(stage(1), work)  # what is read once and remembered is read here
        assert statements(stage(5), work) == statements(stage(1), work), work.__name__


def test_handing_over_takes_the_right_to_ship() -> None:
    number = ship.packed()

    with pytest.raises(NotPermitted):
        handing_over.hand_over(make.clerk_lin(), numbers=[number], now=make.NOW)

    assert Shipment.objects.get().state == "packed"
