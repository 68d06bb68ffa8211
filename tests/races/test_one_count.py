"""Stock is counted and booked while orders reserve and ship the same goods: none is oversold, none booked twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random

import pytest

from steward.kernel.errors import Refusal
from steward.modules.approvals import commands as approvals
from steward.modules.inventory import queries
from steward.modules.inventory.commands import stocktake_booking, stocktake_counting, stocktake_deciding
from steward.modules.inventory.commands.reserving import ship_reservations
from steward.modules.inventory.models import Movement, Promise, Stock, Stocktake, StocktakeLine
from steward.modules.inventory.tests import counting, stage
from tests import make
from tests.races.crowd import PATIENCE_S, another_line, at_once, wait_for_queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ITEMS, STOCKED = 4, 16


def assert_proven() -> None:
    """Assert that the ledgers prove all balances and nothing is sold or set aside beyond what is there."""
    assert queries.differences() == []
    for row in Stock.objects.all():
        assert 0 <= row.reserved + row.held <= row.on_hand
    for promise in Promise.objects.all():
        assert 0 <= promise.promised <= promise.sellable


def approved(found: dict[str, int]) -> str:
    """Let a stocktake be counted twice and agreed to; nothing of it is booked yet."""
    number = counting.planned("lin")
    counting.counted(number, found)
    counting.recounted(number, {sku: units for sku, units in found.items() if units != STOCKED})
    approval = counting.submitted(number)
    approvals.decide(make.manager_zhao(), approval_id=approval, verdict="grant", now=make.NOW)
    settled = [counting.granted(approval)]
    stocktake_deciding.follow_approvals(make.TESTER, settled=settled, now=make.NOW)
    assert counting.state_of(number) == "approved"
    return number


def live(worker: int, items: list[int]) -> None:
    """Promise, set aside, ship and cancel in an order of one's own."""
    chance = Random(worker)
    for number in range(10):
        order = worker * 1_000 + number
        wanted = dict.fromkeys(chance.sample(items, 2), 1)
        reserved = stage.open_order(order, wanted)
        if reserved is None:
            continue
        if chance.random() < 0.6:
            ship_reservations(make.TESTER, reservation_ids=reserved, reference=f"SH-{order}", now=make.NOW)
        if chance.random() < 0.5:
            stage.release(make.TESTER, order_id=order)


def test_counts_are_booked_while_the_same_goods_are_reserved_and_shipped() -> None:
    items = [make.item(f"HOT-{number}", stock=STOCKED) for number in range(ITEMS)]
    found = {"HOT-0": 5, "HOT-1": STOCKED + 3, "HOT-2": STOCKED, "HOT-3": STOCKED - 1}
    number = approved(found)
    book: Callable[[], object] = partial(stocktake_booking.book_stocktake, make.TESTER, number=number, now=make.NOW)

    at_once(book, *(partial(live, worker, items) for worker in range(1, 4)))

    assert counting.state_of(number) == "done"
    lines = StocktakeLine.objects.exclude(booked=None).values_list("item__sku", "booked")
    booked = {sku: units or 0 for sku, units in lines}
    assert booked["HOT-1"] == 3
    assert -11 <= booked["HOT-0"] <= 0
    moved = Movement.objects.filter(kind="counted").values_list("item__sku", "quantity")
    assert dict(moved) == {sku: units for sku, units in booked.items() if units}
    assert_proven()


def test_two_workers_book_a_stocktake_once() -> None:
    make.item("HOT-0", stock=STOCKED)
    number = approved({"HOT-0": STOCKED - 2})
    book = partial(stocktake_booking.book_stocktake, make.TESTER, number=number, now=make.NOW)

    assert sorted(at_once(book, book)) == [0, 1]
    assert list(Movement.objects.filter(kind="counted").values_list("quantity", flat=True)) == [-2]
    assert_proven()


def test_a_batch_of_several_conditions_is_booked_without_a_lock_out_of_order() -> None:
    low = make.item("LOW", stock=STOCKED + 1)
    high = make.item("HIGH", stock=STOCKED)
    stage.grade(stage.row_of(low).id, 1, "damaged")
    number = approved({"LOW": STOCKED, "LOW!damaged": 0, "HIGH": STOCKED - 1})
    book = partial(stocktake_booking.book_stocktake, make.TESTER, number=number, now=make.NOW)

    with ThreadPoolExecutor(1) as pool:
        with another_line(autocommit=False) as holder, another_line() as watch:
            holder.execute("SELECT FROM inventory_promise WHERE item_id = %s FOR UPDATE", [low])
            answer = pool.submit(at_once, book)
            wait_for_queue(watch, 1)
            holder.execute("SELECT FROM inventory_promise WHERE item_id = %s FOR UPDATE NOWAIT", [high])
        assert answer.result(PATIENCE_S) == [2]

    assert_proven()


def test_two_people_who_plan_at_once_do_not_count_the_same_place() -> None:
    make.item("HOT-0", stock=STOCKED)

    def plan() -> bool:
        try:
            counting.planned()
        except Refusal:
            return False
        return True

    assert sorted(at_once(plan, plan)) == [False, True]
    assert StocktakeLine.objects.filter(is_live=True).count() == 1


def test_scans_on_two_devices_all_count() -> None:
    make.item("HOT-0", stock=STOCKED)
    sheet = counting.sheet_of(counting.planned("lin"))
    lin = counting.counter("lin")

    def scan() -> int:
        for _ in range(10):
            stocktake_counting.scan_piece(lin, sheet_id=sheet, code="HOT-0", now=make.NOW)
        return 0

    at_once(scan, scan)

    assert Stocktake.objects.get().sheets.get().counts.get().counted == 20
