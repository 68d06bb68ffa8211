"""What waits in the house always holds what is set aside for its order, whoever gave goods back in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from steward.kernel import events, moment
from steward.kernel.models import Event
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.commands import set_components
from steward.modules.fulfilment.commands.allocating import allocate_orders
from steward.modules.fulfilment.commands.retrying import retry_waiting
from steward.modules.fulfilment.handlers import on_order_changed_plan_again
from steward.modules.fulfilment.models import Allocation
from steward.modules.fulfilment.tests import house
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.regrading import Regrade, quarantine_expired, regrade_stock
from steward.modules.inventory.models import Stock
from steward.modules.logistics.commands.following import follow_shipments
from steward.modules.logistics.commands.handing_over import hand_over
from steward.modules.logistics.commands.packing import pack_shipment
from steward.modules.logistics.commands.picking import scan_piece
from steward.modules.logistics.models import Service, Shipment, ShipmentLine
from steward.modules.logistics.rules.packing import ParcelDraft
from steward.modules.logistics.tests import ship
from steward.modules.orders.commands import cancellations, changing, exceptions_detecting
from steward.modules.orders.events import OrderChanged
from steward.modules.orders.models import ExceptionCase, Line, Order
from steward.modules.orders.queries import exception_words
from steward.modules.orders.rules.change_plan import LineWish, Wish
from steward.modules.orders.rules.drafts import LineDraft
from steward.modules.orders.rules.mapping_outcome import CancelledLine
from tests import make

pytestmark = pytest.mark.django_db


def settle() -> None:
    """Let everything that was announced have its consequences."""
    with moment.frozen(make.NOW):
        make.settle()


def allocated(*, pieces: int, **facts: Any) -> int:
    """Let a paid order go as far as it goes; return its id."""
    payments = [make.payment(pieces * 19_900)]
    order_id = house.approved(approve=False, payments=payments, **({"quantity": pieces} | facts))
    settle()
    assert where(order_id) == "allocated"
    return order_id


def where(order_id: int) -> str:
    """Tell where an order's goods are."""
    return Order.objects.get(id=order_id).fulfilment_state


def waiting(order_id: int) -> list[tuple[str, int]]:
    """List what waits in the house for an order: warehouse and pieces, and prove that each piece is set aside."""
    lines = ShipmentLine.objects.filter(
        shipment__order_id=order_id, shipment__state__in=("planned", "picking", "packed"), reservation_id__isnull=False
    )
    open_ = {one.id: one for one in inventory.reservations_of_orders([order_id]) if one.state == "open"}
    assert sorted(line.reservation_id or 0 for line in lines) == sorted(open_)
    return sorted((one.warehouse_code, one.quantity) for one in open_.values())


def confirmed(order_id: int, kind: Any, **facts: Any) -> None:
    """Preview a change and carry it out, without what follows."""
    wish = Wish(kind=kind, reason="The customer called", **facts)
    change_id = changing.propose_change(make.TESTER, order_id=order_id, wish=wish, now=make.NOW)
    changing.confirm_change(make.TESTER, change_id=change_id, now=make.NOW)


def grade(item: int, warehouse: str, pieces: int, **facts: bool) -> None:
    """Take pieces out of sale."""
    row = Stock.objects.get(item_id=item, warehouse__code=warehouse, condition="sellable")
    regrade_stock(make.TESTER, regrades=[Regrade(row.id, pieces, "quarantine", "外包装破损")], now=make.NOW, **facts)


def leaves(order_id: int, warehouse: str, *codes: str) -> None:
    """Let what waits for an order in a warehouse leave it: every piece is scanned."""
    Shipment.objects.filter(order_id=order_id, state="planned").update(service=ship.service())
    number = Shipment.objects.get(order_id=order_id, warehouse__code=warehouse, state="planned").number
    for code in codes:
        scan_piece(make.TESTER, number=number, code=code, now=make.NOW)
    pack_shipment(make.TESTER, number=number, parcels=[ParcelDraft(weight_g=900)], now=make.NOW)
    assert not hand_over(make.TESTER, numbers=[number], now=make.NOW).refused
    settle()


def sent_in_part(*, bundled: bool = False) -> tuple[int, dict[str, int]]:
    """Let one of two shipments of an order leave, two pieces of B still wait in Chengdu; return order and items."""
    house.warehouses()
    items = {sku: make.item(sku) for sku in ("A", "B", "KIT")}
    house.stock(items["A"], hangzhou=1)
    house.stock(items["B"], chengdu=5)
    lines = [LineDraft("A", 1, 19_900), LineDraft("B", 2, 19_900)]
    if bundled:
        set_components(make.TESTER, item_id=items["KIT"], components={"A": 1, "B": 2})
        lines = [LineDraft("KIT", 1, 19_900)]
    order_id = allocated(pieces=1 if bundled else 3, lines=lines)
    leaves(order_id, "hangzhou", "A")
    # A house that keeps no service guesses days by distance: no tariff is needed here.
    Shipment.objects.update(service=None)
    Service.objects.all().delete()
    assert (where(order_id), waiting(order_id)) == ("partly_shipped", [("chengdu", 2)])
    return order_id, items


def arrives(order_id: int) -> None:
    """Let all that has left for an order arrive, and the order hear of it."""
    Shipment.objects.filter(order_id=order_id, state="handed_over").update(state="delivered", delivered_at=make.NOW)
    for _scan in range(2):
        follow_shipments(make.TESTER, order_ids=[order_id], now=make.NOW)


def goods_lost() -> tuple[str, str]:
    """Look for goods lost after they were promised; return what became of the one case and what was seen."""
    exceptions_detecting.sweep(make.TESTER, now=make.NOW)
    case = ExceptionCase.objects.get(detector__code="stock_lost")
    return case.state, exception_words.seen("stock_lost", case.facts)


def line_of(order_id: int, sku: str) -> int:
    """Return the line of an order that wants an item."""
    return int(Line.objects.values_list("id", flat=True).get(order_id=order_id, item__sku=sku))


def place_again(order_id: int) -> None:
    """Hear of the order's change once more."""
    heard = [events.decode(one.kind, one.data) for one in Event.objects.filter(kind="orders.order_changed")]
    on_order_changed_plan_again([one for one in heard if isinstance(one, OrderChanged) and one.order_id == order_id])


def test_an_order_that_was_served_anew_before_its_change_was_heard_of_has_one_shipment() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5)
    order_id = allocated(pieces=2)
    confirmed(order_id, "service", service="express")

    allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW)  # another worker was quicker than the handler
    before = waiting(order_id)
    settle()

    assert before == waiting(order_id) == [("hangzhou", 2)]
    assert sorted(Shipment.objects.values_list("state", flat=True)) == ["cancelled", "planned"]
    assert [one.state for one in Allocation.objects.order_by("id")] == ["ended", "placed"]


def test_a_changed_order_that_may_not_leave_yet_has_no_shipment() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5)
    order_id = allocated(pieces=2)

    confirmed(order_id, "cancel_lines", lines=[LineWish(line_id=line_of(order_id, "TENT-2"), quantity=1)])
    settle()

    assert Order.objects.get(id=order_id).state == "audit"
    assert waiting(order_id) == []
    assert [one.state for one in Shipment.objects.all()] == ["cancelled"]


def test_goods_that_leave_sale_are_set_aside_elsewhere_for_who_had_them() -> None:
    house.warehouses()
    item = make.item()
    house.stock(item, hangzhou=2)
    order_id = allocated(pieces=2)
    house.stock(item, chengdu=5)

    grade(item, "hangzhou", 2)
    settle()

    assert (where(order_id), waiting(order_id)) == ("allocated", [("chengdu", 2)])
    assert inventory.differences() == []


def test_goods_that_expired_are_set_aside_anew_for_who_had_them() -> None:
    house.warehouses()
    item = make.item("MILK", minimum_remaining_days=1)
    house.lot(item, "hangzhou", 2, keeps_days=5)
    order_id = allocated(pieces=2, sku="MILK")
    house.lot(item, "hangzhou", 3, keeps_days=90)

    quarantine_expired(make.TESTER, now=make.NOW + timedelta(days=6))
    settle()

    assert (where(order_id), waiting(order_id)) == ("allocated", [("hangzhou", 2)])
    assert [one.lot_code for one in inventory.reservations_of_orders([order_id]) if one.state == "open"] == ["L90"]


def test_an_order_that_lost_its_promise_waits_without_a_shipment() -> None:
    house.warehouses()
    item = make.item()
    house.stock(item, hangzhou=2)
    order_id = allocated(pieces=2)

    grade(item, "hangzhou", 1, withdraw=True)
    settle()

    assert (where(order_id), waiting(order_id)) == ("released", [])
    assert not Shipment.objects.exclude(state="cancelled").exists()
    assert not Allocation.objects.filter(state="placed").exists()


def test_an_order_whose_source_takes_pieces_off_ships_the_others() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5)
    order_id = allocated(pieces=3)
    shop = catalog.shops_by_code()["own"]
    gone = CancelledLine("C-1", 1, "TENT-2", 2, 39_800, make.NOW + timedelta(hours=1), "buyer-1")
    cancellations.record_cancellations(make.TESTER, shop=shop, documents=[[gone]])

    cancellations.match_cancellations(make.TESTER, shop_id=shop.id, now=make.NOW + timedelta(hours=2))
    settle()

    assert (where(order_id), waiting(order_id)) == ("allocated", [("hangzhou", 1)])
    assert inventory.differences() == []


def test_what_is_left_of_an_order_after_a_part_has_left_is_planned_anew_with_fewer_pieces() -> None:
    order_id, _items = sent_in_part()

    confirmed(order_id, "cancel_lines", lines=[LineWish(line_id=line_of(order_id, "B"), quantity=1)])
    settle()

    assert (where(order_id), waiting(order_id)) == ("partly_shipped", [("chengdu", 1)])


def test_an_order_whose_rest_was_called_off_after_a_part_has_left_has_shipped_whole() -> None:
    order_id, _items = sent_in_part()

    confirmed(order_id, "cancel_lines", lines=[LineWish(line_id=line_of(order_id, "B"), quantity=0)])
    settle()

    assert (where(order_id), waiting(order_id)) == ("shipped", [])


def test_the_rest_of_an_order_is_set_aside_elsewhere_when_its_goods_leave_sale() -> None:
    order_id, items = sent_in_part()
    house.stock(items["B"], guangzhou=5)

    grade(items["B"], "chengdu", 5)
    settle()

    assert (where(order_id), waiting(order_id)) == ("partly_shipped", [("guangzhou", 2)])


def test_the_rest_of_an_order_for_which_nothing_is_left_is_an_exception_until_goods_come() -> None:
    order_id, items = sent_in_part()
    # The pool has enough, but nothing that may be sent: two pieces lie where this order may not be served from.
    house.lot(items["B"], "chengdu", 5, keeps_days=0)
    grade_row = Stock.objects.get(item_id=items["B"], lot__code="", condition="sellable")
    regrade_stock(make.TESTER, regrades=[Regrade(grade_row.id, 5, "damaged", "水渍")], now=make.NOW)
    settle()
    case = ExceptionCase.objects.get(detector__code="not_allocated")
    assert (where(order_id), waiting(order_id), case.state) == ("partly_shipped", [], "open")

    house.stock(items["B"], guangzhou=2)
    settle()

    case.refresh_from_db()
    assert (where(order_id), waiting(order_id), case.state) == ("partly_shipped", [("guangzhou", 2)], "solved")


def test_an_order_that_lost_its_promise_after_a_part_has_left_is_not_held_to_be_whole() -> None:
    order_id, items = sent_in_part()

    grade(items["B"], "chengdu", 5, withdraw=True)
    settle()

    assert (where(order_id), waiting(order_id)) == ("partly_shipped", [])


@pytest.mark.parametrize("bundled", [False, True])
def test_an_order_that_lost_the_rest_of_its_goods_is_not_completed_when_the_first_part_arrives(bundled: bool) -> None:
    order_id, items = sent_in_part(bundled=bundled)
    grade(items["B"], "chengdu", 5, withdraw=True)
    settle()

    arrives(order_id)
    settle()

    assert (where(order_id), Order.objects.get(id=order_id).state) == ("partly_shipped", "approved")


@pytest.mark.parametrize("bundled", [False, True])
def test_an_order_of_which_every_part_arrives_is_completed_and_lost_no_goods(bundled: bool) -> None:
    order_id, _items = sent_in_part(bundled=bundled)
    exceptions_detecting.sweep(make.TESTER, now=make.NOW)
    leaves(order_id, "chengdu", "B", "B")

    arrives(order_id)

    assert (where(order_id), Order.objects.get(id=order_id).state) == ("delivered", "completed")
    assert not ExceptionCase.objects.filter(detector__code="stock_lost").exists()


@pytest.mark.parametrize("bundled", [False, True])
def test_somebody_hears_of_an_order_that_lost_the_rest_of_its_goods(bundled: bool) -> None:
    order_id, items = sent_in_part(bundled=bundled)
    grade(items["B"], "chengdu", 5, withdraw=True)
    settle()

    with translation.override("en"):
        assert goods_lost() == ("open", "Shipped in part")
    assert ExceptionCase.objects.get(detector__code="stock_lost").order_id == order_id


def test_an_order_whose_lost_rest_is_called_off_has_shipped_whole_and_needs_nobody() -> None:
    order_id, items = sent_in_part()
    grade(items["B"], "chengdu", 5, withdraw=True)
    settle()
    before = goods_lost()[0]

    confirmed(order_id, "cancel_lines", lines=[LineWish(line_id=line_of(order_id, "B"), quantity=0)])
    settle()

    assert (where(order_id), before, goods_lost()[0]) == ("shipped", "open", "solved")


def test_goods_that_were_missing_are_still_missing_when_their_promise_is_lost_too() -> None:
    order_id, items = sent_in_part()
    house.lot(items["B"], "chengdu", 5, keeps_days=0)
    row = Stock.objects.get(item_id=items["B"], lot__code="", condition="sellable")
    regrade_stock(make.TESTER, regrades=[Regrade(row.id, 5, "damaged", "水渍")], now=make.NOW)
    settle()

    quarantine_expired(make.TESTER, now=make.NOW + timedelta(days=2))
    settle()

    assert inventory.promises_of_order(order_id) == []
    assert ExceptionCase.objects.get(detector__code="not_allocated").state == "open"
    assert not Allocation.objects.filter(state="nothing").exists()


def test_hearing_of_a_change_again_changes_nothing() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5)
    order_id = allocated(pieces=2)
    confirmed(order_id, "service", service="express")
    settle()
    shipments, told = Shipment.objects.count(), Event.objects.count()

    place_again(order_id)

    assert (Shipment.objects.count(), Event.objects.count()) == (shipments, told)
    assert retry_waiting(make.TESTER, now=make.NOW) == 0
    assert waiting(order_id) == [("hangzhou", 2)]
