"""Orders are allocated whole, explained, given back and tried again; nothing is left half done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from steward.kernel import moment
from steward.kernel.actor import NotPermitted
from steward.kernel.models import Event
from steward.modules.fulfilment.commands.allocating import allocate_orders, deallocate_orders, reallocate_orders
from steward.modules.fulfilment.commands.retrying import retry_waiting
from steward.modules.fulfilment.models import Allocation
from steward.modules.fulfilment.queries.allocations import allocations_of_order, live_allocations
from steward.modules.fulfilment.tests import house
from steward.modules.inventory import queries as inventory
from steward.modules.logistics.models import Shipment
from steward.modules.orders.commands.cancel import cancel_order
from steward.modules.orders.models import ExceptionCase, Order
from steward.modules.orders.rules.drafts import LineDraft
from tests import make

pytestmark = pytest.mark.django_db


def reserved(order_id: int) -> list[tuple[str, int, str]]:
    """List what is set aside for an order."""
    found = inventory.reservations_of_orders([order_id])
    return sorted((one.warehouse_code, one.quantity, one.state) for one in found)


def placed(order_id: int) -> list[int]:
    """Allocate one order."""
    with transaction.atomic():
        return allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW).placed


def test_an_order_is_served_from_the_nearest_warehouse_that_has_it_all() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5, chengdu=50)
    order_id = house.approved(quantity=2)

    assert placed(order_id) == [order_id]

    assert reserved(order_id) == [("hangzhou", 2, "open")]
    assert Order.objects.get(id=order_id).fulfilment_state == "allocated"
    assert list(Shipment.objects.values_list("order_id", "state")) == [(order_id, "planned")]
    view = live_allocations([order_id])[order_id]
    assert (view.state, view.shipments, view.why["chosen"][0]["code"]) == ("placed", 1, "hangzhou")
    assert {one["code"]: one["reason"] for one in view.why["rejected"]} == {
        "chengdu": "dearer",
        "guangzhou": "no_stock",
    }


def test_an_order_is_split_only_where_no_warehouse_has_it_all() -> None:
    house.warehouses()
    house.stock(make.item("A"), hangzhou=5)
    house.stock(make.item("B"), chengdu=5)
    lines = [LineDraft("A", 1, 19_900), LineDraft("B", 2, 19_900)]
    order_id = house.approved(lines=lines)

    placed(order_id)

    assert reserved(order_id) == [("chengdu", 2, "open"), ("hangzhou", 1, "open")]
    assert Shipment.objects.filter(order_id=order_id).count() == 2


def test_a_second_run_allocates_nothing_and_announces_nothing() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5)
    order_id = house.approved()
    placed(order_id)
    told = Event.objects.filter(kind="fulfilment.order_allocated").count()

    again = allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW)

    assert (again.placed, again.passed) == ([], [order_id])
    assert Event.objects.filter(kind="fulfilment.order_allocated").count() == told == 1
    assert reserved(order_id) == [("hangzhou", 1, "open")]


def test_goods_that_would_not_keep_after_delivery_are_left_where_they_are() -> None:
    house.warehouses()
    house.lot(make.item("MILK", minimum_remaining_days=20), "hangzhou", 5, keeps_days=15)
    order_id = house.approved(sku="MILK")

    done = allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW)

    assert done.nothing == [order_id]
    assert reserved(order_id) == []
    reasons = {one["code"]: one["reason"] for one in live_allocations([order_id])[order_id].why["rejected"]}
    assert reasons == {"hangzhou": "shelf_life", "chengdu": "no_stock", "guangzhou": "no_stock"}


def test_what_expires_first_goes_first_as_long_as_it_keeps() -> None:
    house.warehouses()
    milk = make.item("MILK", minimum_remaining_days=20)
    house.lot(milk, "hangzhou", 5, keeps_days=15)
    house.lot(milk, "hangzhou", 2, keeps_days=40)
    house.lot(milk, "hangzhou", 9, keeps_days=80)
    order_id = house.approved(sku="MILK", quantity=3)

    placed(order_id)

    found = inventory.reservations_of_orders([order_id])
    assert sorted((one.lot_code, one.quantity) for one in found) == [("L40", 2), ("L80", 1)]


def test_an_order_without_goods_is_an_exception_once_and_is_served_when_goods_come() -> None:
    house.warehouses()
    milk = make.item("MILK", minimum_remaining_days=20)
    house.lot(milk, "hangzhou", 5, keeps_days=15)
    order_id = house.approved(sku="MILK")
    allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW)
    allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW + timedelta(hours=1))
    case = ExceptionCase.objects.get(detector__code="not_allocated")
    assert (case.order_id, case.state) == (order_id, "open")

    house.lot(milk, "chengdu", 1, keeps_days=90)
    with moment.frozen(make.NOW):
        make.settle()

    assert reserved(order_id) == [("chengdu", 1, "open")]
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("solved", "gone")
    assert [one.state for one in allocations_of_order(order_id)] == ["placed", "ended"]


def test_approved_orders_that_were_missed_are_found_by_the_next_look() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=1)
    order_id = house.approved()

    assert retry_waiting(make.TESTER, now=make.NOW) == 1

    assert reserved(order_id) == [("hangzhou", 1, "open")]


def test_goods_given_back_are_free_and_their_shipment_is_off() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=1)
    order_id = house.approved()
    placed(order_id)

    given = deallocate_orders(make.TESTER, order_ids=[order_id], reason="wrong warehouse", now=make.NOW)

    assert given == [order_id]
    assert reserved(order_id) == [("hangzhou", 1, "released")]
    assert Order.objects.get(id=order_id).fulfilment_state == "promised"
    assert Shipment.objects.get().state == "cancelled"
    assert Allocation.objects.get().ended_because == "wrong warehouse"
    assert deallocate_orders(make.TESTER, order_ids=[order_id], reason="again", now=make.NOW) == []


def test_choosing_anew_takes_the_nearer_goods_that_came_meanwhile() -> None:
    house.warehouses()
    item = make.item()
    house.stock(item, chengdu=5)
    order_id = house.approved()
    placed(order_id)
    house.stock(item, hangzhou=5)

    done = reallocate_orders(make.TESTER, order_ids=[order_id], reason="nearer goods came", now=make.NOW)

    assert done.placed == [order_id]
    assert reserved(order_id) == [("chengdu", 1, "released"), ("hangzhou", 1, "open")]
    assert inventory.differences() == []


def test_orders_of_a_batch_get_scarce_goods_by_urgency_first() -> None:
    house.warehouses()
    item = make.item()
    house.stock(item, hangzhou=2, chengdu=1)
    ids = [house.approved(f"A-{number}") for number in range(3)]
    Order.objects.filter(id=ids[2]).update(priority="urgent")

    done = allocate_orders(make.TESTER, order_ids=ids, now=make.NOW)

    assert sorted(done.placed) == ids
    assert reserved(ids[2]) == [("hangzhou", 1, "open")]
    assert reserved(ids[1]) == [("chengdu", 1, "open")]


def test_a_cancelled_order_holds_nothing_and_its_allocation_has_ended() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=1)
    order_id = house.approved()
    placed(order_id)

    cancel_order(make.TESTER, order_id=order_id, cause="customer", reason="", now=make.NOW)
    make.settle()

    assert reserved(order_id) == [("hangzhou", 1, "released")]
    assert [one.state for one in allocations_of_order(order_id)] == ["ended"]
    assert inventory.differences() == []


def test_an_approval_is_followed_by_an_allocation() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=1)
    order_id = house.approved(payments=[make.payment()], approve=False)

    make.settle()

    assert Order.objects.get(id=order_id).fulfilment_state == "allocated"


def test_who_may_not_allocate_changes_nothing() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=1)
    order_id = house.approved()

    with pytest.raises(NotPermitted):
        allocate_orders(make.outsider_sam(), order_ids=[order_id], now=make.NOW)

    assert not Allocation.objects.exists()
    assert reserved(order_id) == []
