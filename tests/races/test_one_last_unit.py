"""The last units are reserved, cancelled, shipped and taken away at once: none is oversold, stuck or counted twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random

import pytest
from django.db import transaction

from steward.kernel.errors import Refusal
from steward.modules.inventory import queries
from steward.modules.inventory.commands.entries import lock_holds
from steward.modules.inventory.commands.moving import MovementDraft, NotThere, PromisedAlready, record_movements
from steward.modules.inventory.commands.promising import make_firm, release_promises
from steward.modules.inventory.commands.regrading import Regrade, regrade_stock
from steward.modules.inventory.commands.reserving import Placement, ship_reservations
from steward.modules.inventory.models import Hold, Movement, Promise, Reservation, Stock
from steward.modules.inventory.tests import stage
from tests import make
from tests.races.crowd import PATIENCE_S, another_line, at_once, behind, wait_for_queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def assert_proven(item: int) -> None:
    """Assert that the ledgers prove all balances and nothing is set aside beyond what is there."""
    assert queries.differences() == []
    for row in Stock.objects.filter(item_id=item):
        assert 0 <= row.reserved + row.held <= row.on_hand
    promise = Promise.objects.get(item_id=item)
    assert 0 <= promise.promised <= promise.sellable


def reserve_one(order: int, item: int, row: int) -> bool:
    """Set one unit aside for an order; tell whether it got it."""
    return stage.reserve(make.TESTER, placements=[Placement(order, None, item, row, 1)]) == {}


def take_one(item: int) -> bool:
    """Take a unit off the shelf by hand; tell whether it went, or is held until somebody agrees."""
    try:
        record_movements(make.TESTER, movements=[MovementDraft("hangzhou", item, "adjusted", -1, "", "盘点：少一件")])
    except (PromisedAlready, NotThere):
        return False
    return True


def test_two_orders_that_want_the_last_unit_of_a_place_do_not_both_get_it() -> None:
    item = make.item(stock=1)
    make.arrival(item, 1, warehouse="chengdu")
    row = stage.row_of(item).id
    for order in (1, 2):
        stage.promise(make.TESTER, order_id=order, units={item: 1})

    got = at_once(partial(reserve_one, 1, item, row), partial(reserve_one, 2, item, row))

    assert sorted(got) == [False, True]
    assert Reservation.objects.filter(state="open").count() == 1
    assert_proven(item)


def test_an_order_cancelled_while_its_goods_are_set_aside_keeps_nothing() -> None:
    item = make.item(stock=1)
    row = stage.row_of(item).id
    stage.promise(make.TESTER, order_id=1, units={item: 1})

    got = behind(lambda: stage_release(1), partial(reserve_one, 1, item, row))

    assert got is False
    assert Stock.objects.get().reserved == 0
    assert_proven(item)


def stage_release(order: int) -> None:
    """Cancel inside the transaction that is open already."""
    release_promises(order_ids=[order])


@pytest.mark.parametrize("first", ["ship", "cancel"])
def test_goods_either_leave_or_go_back(first: str) -> None:
    item = make.item(stock=1)
    stage.promise(make.TESTER, order_id=1, units={item: 1})
    reservation = stage.set_aside(1, item, 1)
    ship = partial(ship_reservations, make.TESTER, reservation_ids=[reservation], reference="SH-1", now=make.NOW)
    cancel = partial(stage.release, make.TESTER, order_id=1)
    works: list[Callable[[], object]] = [ship, cancel] if first == "ship" else [cancel, ship]

    at_once(*works)

    left = Movement.objects.filter(kind="shipped").count()
    assert Reservation.objects.get().state == ("shipped" if left else "released")
    assert (Stock.objects.get().on_hand, Stock.objects.get().reserved) == (1 - left, 0)
    assert_proven(item)


def test_goods_shipped_twice_at_once_leave_once() -> None:
    item = make.item(stock=2)
    stage.promise(make.TESTER, order_id=1, units={item: 1})
    reservation = stage.set_aside(1, item, 1)
    ship = partial(ship_reservations, make.TESTER, reservation_ids=[reservation], reference="SH-1", now=make.NOW)

    assert sorted(at_once(ship, ship)) == [0, 1]
    assert Stock.objects.get().on_hand == 1
    assert_proven(item)


def test_promises_become_firm_in_the_order_in_which_others_lock_them() -> None:
    item = make.item(stock=2)
    for order in (2, 1):  # so that they lie in the table the other way round than their numbers run
        stage.promise(make.TESTER, order_id=order, units={item: 1}, firm=False)

    def firm() -> None:
        with transaction.atomic():
            make_firm(order_ids=[2, 1])

    with ThreadPoolExecutor(1) as pool:
        with another_line() as watch, transaction.atomic():
            lock_holds([1])
            answer = pool.submit(at_once, firm)
            wait_for_queue(watch, 1)
            assert lock_holds([2]) == [2]
        answer.result(PATIENCE_S)

    assert set(Hold.objects.values_list("state", flat=True)) == {"firm"}


def live(worker: int, items: list[int]) -> None:
    """Promise, set aside, ship, cancel, take away and bring, in an order of one's own."""
    chance = Random(worker)
    for number in range(12):
        order = worker * 1000 + number
        wanted = dict.fromkeys(chance.sample(items, 2), 1)
        reserved = stage.open_order(order, wanted)
        if reserved is None:
            continue
        if chance.random() < 0.5:
            ship_reservations(make.TESTER, reservation_ids=reserved, reference=f"SH-{order}", now=make.NOW)
        stage.release(make.TESTER, order_id=order)
        take_one(chance.choice(items))
        break_one(stage.row_of(chance.choice(sorted(wanted))).id)


def break_one(row: int) -> None:
    """Find a unit broken: whoever was promised it last loses it; what cannot be done at this moment is left."""
    try:
        regrade_stock(make.TESTER, regrades=[Regrade(row, 1, "damaged", "摔坏")], withdraw=True, now=make.NOW)
    except Refusal:
        return


def test_a_crowd_on_scarce_goods_oversells_nothing_and_leaves_nothing_stuck() -> None:
    items = [make.item(f"HOT-{number}", stock=14) for number in range(4)]
    make.cost("HOT-0", "HOT-1")  # the others wait for another person, and are held meanwhile

    at_once(*(partial(live, worker, items) for worker in range(1, 5)))

    assert not Reservation.objects.filter(state="open").exists()
    assert sum(Stock.objects.values_list("reserved", flat=True)) == 0
    assert set(Promise.objects.values_list("promised", flat=True)) == {0}
    for item in items:
        assert_proven(item)
