"""Goods change their condition with a movement each; what has expired leaves sale, also when it was promised."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

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
