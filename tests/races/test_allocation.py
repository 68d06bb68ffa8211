"""Waves, single orders, cancels and warehouse work at once: nothing is oversold and nothing stays set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db.models import F

from steward.modules.fulfilment.commands import waves
from steward.modules.fulfilment.commands.allocating import allocate_orders, deallocate_orders
from steward.modules.fulfilment.commands.retrying import retry_waiting
from steward.modules.fulfilment.commands.wave_deciding import apply_wave
from steward.modules.fulfilment.models import Allocation
from steward.modules.fulfilment.tests import house
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.regrading import Regrade, regrade_stock
from steward.modules.inventory.models import Reservation, Stock
from steward.modules.logistics.models import ShipmentLine
from steward.modules.orders.commands import changing
from steward.modules.orders.commands.cancel import cancel_order
from steward.modules.orders.models import Order
from steward.modules.orders.rules.change_plan import Wish
from steward.modules.orders.rules.drafts import LineDraft
from tests import make
from tests.races.crowd import at_once
from tests.races.warehouse_work import WAREHOUSE_WORK

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ORDERS = 24


def shop() -> tuple[list[int], list[int]]:
    """Put scarce goods into three warehouses and approve orders that want them; return orders and items."""
    make.administrator()
    house.warehouses()
    items = [make.item(f"HOT-{number}") for number in range(3)]
    make.cost("HOT-0", "HOT-1")
    for item in items:
        house.stock(item, hangzhou=6, guangzhou=5, chengdu=5)
    orders = [
        house.approved(
            f"A-{number}",
            approve=False,
            lines=[LineDraft(f"HOT-{number % 3}", 1, 19_900), *([LineDraft("HOT-0", 1, 19_900)] if number % 3 else [])],
        )
        for number in range(ORDERS)
    ]
    promised = list(Order.objects.filter(id__in=orders, fulfilment_state="promised").values_list("id", flat=True))
    house.approve_orders(promised)
    return promised, items


def assert_sound() -> None:
    """Assert that no row is oversold, ledgers agree, and allocated orders hold all they want, others nothing."""
    assert not Stock.objects.filter(on_hand__lt=F("reserved") + F("held")).exists()
    assert inventory.differences() == []
    held: dict[int, int] = {}
    for order_id, units in Reservation.objects.filter(state="open").values_list("order_id", "quantity"):
        held[order_id] = held.get(order_id, 0) + units
    allocated = Order.objects.filter(fulfilment_state="allocated").exclude(state="cancelled")
    wanted = {
        order.id: sum(line.quantity for line in order.lines.all()) for order in allocated.prefetch_related("lines")
    }
    assert held == wanted
    assert set(Allocation.objects.filter(state="placed").values_list("order_id", flat=True)) == set(wanted)


def test_waves_single_orders_cancels_and_warehouse_work_at_once_oversell_nothing() -> None:
    orders, items = shop()
    wave = waves.run_wave(make.TESTER, now=make.NOW, mode="flow", seconds=5)
    halves = orders[::2], orders[1::2]

    def one_by_one(ids: list[int]) -> None:
        for id_ in ids:
            allocate_orders(make.TESTER, order_ids=[id_], now=make.NOW)

    def cancel(ids: list[int]) -> None:
        for id_ in ids:
            cancel_order(make.TESTER, order_id=id_, cause="customer", reason="", now=make.NOW)

    def give_back(ids: list[int]) -> None:
        for id_ in ids:
            deallocate_orders(make.TESTER, order_ids=[id_], reason="test", now=make.NOW)

    works: list[Callable[[], object]] = [
        partial(apply_wave, make.TESTER, number=wave, now=make.NOW),
        partial(one_by_one, halves[0]),
        partial(one_by_one, halves[1][::-1]),
        partial(cancel, orders[::4]),
        partial(give_back, orders[1::4]),
        *(partial(work, items) for work in WAREHOUSE_WORK),
    ]
    at_once(*works)
    make.settle()

    assert_sound()
    left = Order.objects.filter(id__in=orders).exclude(state="cancelled").values_list("id", flat=True)
    allocate_orders(make.TESTER, order_ids=list(left), now=make.NOW)
    assert_sound()
    assert not Order.objects.filter(id__in=left, fulfilment_state="promised").exists()


def test_one_order_allocated_from_two_sides_is_served_once() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5, chengdu=5)
    order_id = house.approved(quantity=2)

    done = at_once(*[partial(allocate_orders, make.TESTER, order_ids=[order_id], now=make.NOW)] * 4)

    assert sorted(one.placed for one in done) == [[], [], [], [order_id]]
    assert_sound()


def test_orders_changed_while_others_allocate_them_have_one_shipment_that_holds_their_goods() -> None:
    house.warehouses()
    item = make.item()
    house.stock(item, hangzhou=30, chengdu=30)
    ids = [house.approved(f"A-{number}", quantity=2) for number in range(8)]
    allocate_orders(make.TESTER, order_ids=ids, now=make.NOW)
    make.settle()
    for round_, service in enumerate(("express", "standard", "express")):
        for id_ in ids:
            wish = Wish(kind="service", service=service, reason="The customer called")
            change_id = changing.propose_change(make.TESTER, order_id=id_, wish=wish, now=make.NOW)
            changing.confirm_change(make.TESTER, change_id=change_id, now=make.NOW)
        row = Stock.objects.get(item_id=item, warehouse__code="hangzhou", condition="sellable")
        out_of_sale = [Regrade(row.id, 4, "quarantine", f"round {round_}")]

        at_once(
            make.settle,
            partial(retry_waiting, make.TESTER, now=make.NOW),
            partial(allocate_orders, make.TESTER, order_ids=ids, now=make.NOW),
            partial(regrade_stock, make.TESTER, regrades=out_of_sale, now=make.NOW),
        )
        make.settle()
        retry_waiting(make.TESTER, now=make.NOW + timedelta(hours=round_ + 1))

        assert_sound()
        assert set(Order.objects.values_list("fulfilment_state", flat=True)) == {"allocated"}
        waiting = ShipmentLine.objects.filter(shipment__state="planned")
        held = Counter(waiting.values_list("reservation_id", flat=True))
        assert held == Counter(Reservation.objects.filter(state="open").values_list("id", flat=True))
