"""Goods change their condition with a movement each; what has expired leaves sale, also when it was promised."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from steward.kernel.models import Event
from steward.modules.inventory import queries
from steward.modules.inventory.commands.moving import UnfitMovement
from steward.modules.inventory.commands.regrading import Regrade, quarantine_expired, regrade_stock
from steward.modules.inventory.commands.writing import PromisedAlready
from steward.modules.inventory.models import Movement, Reservation
from steward.modules.inventory.tests import stage
from tests import make

pytestmark = pytest.mark.django_db
YESTERDAY, LATER = date(2026, 3, 1), date(2026, 6, 1)


def grade(stock_id: int, quantity: int, to: str = "quarantine", **facts: bool) -> int:
    """Regrade some pieces."""
    change = Regrade(stock_id, quantity, to, "外包装破损")
    return regrade_stock(make.TESTER, regrades=[change], now=make.NOW, **facts)


def test_goods_in_quarantine_are_there_and_not_for_sale() -> None:
    item = make.item(stock=5)

    grade(stage.row_of(item).id, 2)
    grade(stage.row_of(item, condition="quarantine").id, 1, to="sellable")

    assert stage.balances(item) == (4, 0)
    assert stage.row_of(item, condition="quarantine").on_hand == 1
    assert list(Movement.objects.filter(kind="regraded").values_list("quantity", flat=True)) == [-2, 2, -1, 1]
    assert queries.differences() == []


def test_every_unfit_change_of_condition_is_named() -> None:
    item = make.item(stock=5)
    row = stage.row_of(item).id
    changes = [Regrade(row, 6, "damaged", "坏"), Regrade(row, 1, "sellable", ""), Regrade(999_999, 1, "damaged", "坏")]

    with pytest.raises(UnfitMovement) as refused:
        regrade_stock(make.TESTER, regrades=changes, now=make.NOW)

    assert [one["field"] for one in refused.value.findings] == [
        "regrades.0.quantity", "regrades.1.to", "regrades.1.reason", "regrades.2.stock_id",
    ]  # fmt: skip


def test_promised_goods_stay_in_sale_unless_their_promise_is_taken_away() -> None:
    item = make.item(stock=3)
    stage.promise(make.TESTER, order_id=1, units={item: 1})
    stage.promise(make.TESTER, order_id=2, units={item: 2})
    stage.set_aside(2, item, 2)
    row = stage.row_of(item).id

    with pytest.raises(PromisedAlready):
        grade(row, 2)
    grade(row, 2, withdraw=True)

    assert queries.promises_of_order(2) == []
    assert [one.quantity for one in queries.promises_of_order(1)] == [1]
    assert Reservation.objects.get().state == "released"
    assert Event.objects.filter(kind="inventory.promise_withdrawn").values_list("subject_id", flat=True).get() == 2
    assert queries.differences() == []


def test_goods_set_aside_are_placed_anew_when_others_can_keep_the_promise() -> None:
    item = make.item(stock=2)
    make.arrival(item, 2, warehouse="chengdu")
    stage.promise(make.TESTER, order_id=1, units={item: 2})
    stage.set_aside(1, item, 2)

    grade(stage.row_of(item).id, 2)

    assert Reservation.objects.get().state == "released"
    assert [one.quantity for one in queries.promises_of_order(1)] == [2]
    assert queries.differences() == []


def test_what_has_expired_goes_into_quarantine_once() -> None:
    item = make.item(shelf_life_days=30)
    make.arrival_of_lots(item, {"OLD": YESTERDAY, "NEW": LATER})

    moved = [quarantine_expired(make.TESTER, now=make.NOW) for _ in range(2)]

    assert moved == [1, 0]
    assert stage.row_of(item, lot="OLD", condition="quarantine").on_hand == 5
    assert stage.balances(item) == (5, 0)
    assert Event.objects.filter(kind="inventory.lots_expired").count() == 1
    with pytest.raises(UnfitMovement, match="OLD"):
        grade(stage.row_of(item, lot="OLD", condition="quarantine").id, 1, to="sellable")


def test_goods_keep_until_the_end_of_their_day() -> None:
    item = make.item(shelf_life_days=30)
    make.arrival_of_lots(item, {"TODAY": make.NOW.date()})

    assert quarantine_expired(make.TESTER, now=make.NOW) == 0
    assert quarantine_expired(make.TESTER, now=make.NOW + timedelta(days=1)) == 1


def lost() -> list[tuple[int, str]]:
    """List the orders that were said to have lost what was set aside, with the reason."""
    told = Event.objects.filter(kind="inventory.reservations_lost").order_by("id")
    return [(one.subject_id or 0, one.data["reason"]) for one in told]


def test_who_loses_what_was_set_aside_is_told_of_unless_the_promise_is_gone_too() -> None:
    item = make.item(stock=4)
    make.arrival(item, 1, warehouse="chengdu")
    stage.promise(make.TESTER, order_id=1, units={item: 1})
    stage.promise(make.TESTER, order_id=2, units={item: 2})
    stage.set_aside(2, item, 2)
    stage.set_aside(1, item, 1)

    grade(stage.row_of(item).id, 4, withdraw=True)

    assert queries.promises_of_order(2) == []
    assert [one.quantity for one in queries.promises_of_order(1)] == [1]
    assert lost() == [(1, "goods_left")]


def test_who_keeps_both_promise_and_goods_is_not_disturbed() -> None:
    item = make.item(stock=4)
    stage.promise(make.TESTER, order_id=2, units={item: 2})
    stage.promise(make.TESTER, order_id=1, units={item: 1}, firm=False)
    stage.set_aside(1, item, 1)
    stage.set_aside(2, item, 2)

    grade(stage.row_of(item).id, 2, withdraw=True)

    assert [one.state for one in Reservation.objects.order_by("order_id")] == ["released", "open"]
    assert lost() == []


def test_taking_many_goods_out_of_sale_asks_no_more_often_than_taking_few(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    items = [make.item(f"MILK-{number}", shelf_life_days=30) for number in range(12)]
    for number, item in enumerate(items):
        make.arrival_of_lots(item, {"OLD": YESTERDAY})
        stage.promise(make.TESTER, order_id=number, units={item: 3})
        stage.set_aside(number, item, 3, lot="OLD")

    with django_assert_max_num_queries(60):
        assert quarantine_expired(make.TESTER, now=make.NOW) == len(items)

    assert Event.objects.filter(kind="inventory.promise_withdrawn").count() == len(items)
    assert queries.differences() == []
