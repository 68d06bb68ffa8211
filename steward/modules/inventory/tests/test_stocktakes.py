"""A stocktake from the plan to the ledger: blind, counted again by another, agreed to by a third, booked once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from steward.kernel import parameters
from steward.kernel.models import Event
from steward.modules.approvals import commands as approvals
from steward.modules.approvals.models import Request
from steward.modules.inventory import queries
from steward.modules.inventory.commands import planning, stocktake_booking, stocktake_deciding, stocktake_planning
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.places import ZoneDraft, add_zones
from steward.modules.inventory.commands.regrading import Regrade, regrade_stock
from steward.modules.inventory.commands.stocktake_planning import CountedAlready, StocktakeDraft, UnfitStocktake
from steward.modules.inventory.models import (
    Movement,
    Reservation,
    Stock,
    Stocktake,
    StocktakeCount,
    StocktakeLine,
    StocktakeSheet,
)
from steward.modules.inventory.queries import stocktakes
from steward.modules.inventory.tests import counting, stage
from tests import make

pytestmark = pytest.mark.django_db


def counted_movements() -> list[int]:
    """List what stocktakes booked."""
    return list(Movement.objects.filter(kind="counted").order_by("id").values_list("quantity", flat=True))


def test_a_stocktake_is_counted_again_agreed_to_and_booked() -> None:
    make.item(stock=10)
    make.item("LAMP-1", stock=4)
    number = counting.planned("lin")

    assert counting.counted(number, {"TENT-2": 8, "LAMP-1": 4}) == "comparing"
    assert counting.recounted(number, {"TENT-2": 9}) == "comparing"
    counting.agreed(number)

    assert counting.state_of(number) == "done"
    assert counted_movements() == [-1]
    assert Movement.objects.get(kind="counted").reference == number
    assert queries.differences() == []
    assert not StocktakeLine.objects.filter(is_live=True).exists()


def test_what_is_right_needs_nobody_and_books_nothing() -> None:
    make.item(stock=3)
    number = counting.planned("lin")

    counting.counted(number, {"TENT-2": 3})
    counting.agreed(number)

    assert counting.state_of(number) == "done"
    assert counted_movements() == []
    assert not Request.objects.exists()


def test_sheets_are_split_by_zone_and_counter() -> None:
    for sku in ("A-1", "A-2", "A-3"):
        make.item(sku, stock=1)
    make.item("ICE", storage_class="frozen")
    add_zones(make.TESTER, warehouse="hangzhou", zones=[ZoneDraft("frozen", "frozen")])
    make.arrival(make.item("PEAS", storage_class="frozen"), 5)

    number = counting.planned("lin", "chen")

    sheets = StocktakeSheet.objects.filter(stocktake__number=number).order_by("zone", "id")
    assert [(one.zone, one.counts.count()) for one in sheets] == [("ambient", 2), ("ambient", 1), ("frozen", 1)]


def test_a_counter_who_has_too_many_lines_gets_several_sheets() -> None:
    parameters.set_parameter(make.TESTER, name="inventory.stocktake_sheet_lines", new=5, reason="一层货架一张单")
    for place in range(7):
        make.item(f"A-{place}", stock=1)

    number = counting.planned("lin")

    sheets = StocktakeSheet.objects.filter(stocktake__number=number).order_by("id")
    lin = make.staff("lin").id
    assert [(one.counter, one.counts.count()) for one in sheets] == [(lin, 4), (lin, 3)]


def test_a_stocktake_counts_a_zone_and_classes_alone() -> None:
    dear, cheap = make.item("DEAR", stock=5, price_minor=50_000), make.item("CHEAP", stock=5, price_minor=100)
    today = make.NOW.date()
    rows = [planning.DemandRow(item, "main", today - timedelta(days=1), 10) for item in (dear, cheap)]
    planning.note_demand(make.TESTER, rows=rows)

    number = counting.planned(classes=["A"], zones=["ambient"])

    assert [one.item.sku for one in StocktakeLine.objects.filter(stocktake__number=number)] == ["DEAR"]


def test_every_fault_of_a_plan_is_named_and_nothing_is_planned() -> None:
    make.item(stock=1)
    draft = StocktakeDraft("hangzhou", zones=["moon"], classes=["D"], counters=[999_999])

    with pytest.raises(UnfitStocktake) as refused:
        stocktake_planning.plan_stocktake(make.TESTER, draft=draft, now=make.NOW)

    assert [one["field"] for one in refused.value.findings] == ["zones.0", "classes.0", "counters.0"]
    assert not Stocktake.objects.exists()


def test_a_place_is_in_one_live_stocktake_at_a_time() -> None:
    make.item(stock=1)
    first = counting.planned()

    with pytest.raises(CountedAlready, match=first):
        counting.planned()
    stocktake_deciding.cancel_stocktake(make.TESTER, number=first, reason="改期", now=make.NOW)

    assert counting.planned() != first


def test_what_moves_between_count_and_booking_stays_moved() -> None:
    item = make.item(stock=10)
    make.cost()
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 8})
    make.arrival(item, 5)
    counting.recounted(number, {"TENT-2": 13})
    record_movements(make.TESTER, movements=[MovementDraft("hangzhou", item, "shipped", -6)])

    counting.agreed(number)

    assert counting.line(number).expected == 15
    assert counted_movements() == [-2]
    assert Stock.objects.get().on_hand == 7
    assert queries.differences() == []


def test_missing_goods_that_were_set_aside_are_given_back_and_the_last_promise_is_withdrawn() -> None:
    item = make.item(stock=3)
    for order, units in ((1, 1), (2, 2)):
        stage.promise(make.TESTER, order_id=order, units={item: units})
        stage.set_aside(order, item, units)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 2})
    counting.recounted(number, {"TENT-2": 2})

    counting.agreed(number)

    assert queries.promises_of_order(2) == []
    assert [one.quantity for one in queries.promises_of_order(1)] == [1]
    assert Event.objects.get(kind="inventory.promise_withdrawn").subject_id == 2
    assert stage.balances(item) == (2, 1)
    row = Stock.objects.get()
    assert row.reserved + row.held <= row.on_hand == 2
    assert queries.differences() == []


def test_missing_goods_others_can_replace_only_lose_their_place() -> None:
    item = make.item(stock=2)
    make.arrival(item, 2, warehouse="chengdu")
    stage.promise(make.TESTER, order_id=1, units={item: 2})
    stage.set_aside(1, item, 2)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 1})
    counting.recounted(number, {"TENT-2": 1})

    counting.agreed(number)

    assert [one.quantity for one in queries.promises_of_order(1)] == [2]
    assert Reservation.objects.get().state == "released"
    assert queries.differences() == []


def test_lots_and_conditions_are_counted_and_booked_apart() -> None:
    milk = make.item("MILK", shelf_life_days=30)
    make.arrival_of_lots(milk, {"A1": date(2026, 3, 20), "B7": date(2026, 3, 25)})
    broken = Regrade(stage.row_of(milk, lot="A1").id, 1, "damaged", "破损")
    regrade_stock(make.TESTER, regrades=[broken], now=make.NOW)
    number = counting.planned("lin")

    found = {"MILK#A1": 5, "MILK#A1!damaged": 0, "MILK#B7": 4}
    counting.counted(number, found)
    counting.recounted(number, found)
    counting.agreed(number)

    assert stage.row_of(milk, lot="A1").on_hand == 5
    assert stage.row_of(milk, lot="A1", condition="damaged").on_hand == 0
    assert stage.row_of(milk, lot="B7").on_hand == 4
    assert queries.differences() == []


def test_goods_nobody_listed_are_found_and_can_be_sold() -> None:
    make.item(stock=1)
    lamp = make.item("LAMP-1")
    number = counting.planned("lin")

    counting.counted(number, {"TENT-2": 1, "LAMP-1": 2})
    counting.recounted(number, {"LAMP-1": 2})
    counting.agreed(number)

    assert stage.balances(lamp) == (2, 0)


def test_what_has_left_since_cannot_be_missed_again() -> None:
    item = make.item(stock=4)
    make.cost()
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 1})
    counting.recounted(number, {"TENT-2": 1})
    record_movements(make.TESTER, movements=[MovementDraft("hangzhou", item, "shipped", -3)])

    counting.agreed(number)

    assert (counting.line(number).booked, Stock.objects.get().on_hand) == (-1, 0)


def test_booking_again_books_nothing_more() -> None:
    make.item(stock=4)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 3})
    counting.recounted(number, {"TENT-2": 3})
    counting.agreed(number)

    assert stocktake_booking.book_stocktake(make.TESTER, number=number, now=make.NOW) == 0
    assert counted_movements() == [-1]


def test_differences_one_person_counted_alone_cannot_be_agreed_to() -> None:
    make.item(stock=4)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 3})

    with pytest.raises(stocktake_deciding.RecountMissing, match="1"):
        counting.submitted(number)

    assert counting.state_of(number) == "comparing"


def test_nobody_counts_a_line_twice_nor_who_saw_the_differences() -> None:
    make.item(stock=4)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 3})
    chen = counting.counter("chen")

    for again in ("lin", "admin"):
        ids = [make.staff(again).staff_id or 0]
        with pytest.raises(UnfitStocktake):
            stocktake_planning.plan_recount(make.administrator(), number=number, counters=ids, now=make.NOW)
    row = StocktakeCount.objects.get()
    other = StocktakeSheet.objects.create(
        stocktake=row.sheet.stocktake, round=2, zone="ambient", counter=chen.id, ordered_by="x", state="counting"
    )
    with pytest.raises(IntegrityError, match="stocktake_counted_by_another"), transaction.atomic():
        StocktakeCount.objects.create(
            sheet=other, line_id=row.line_id, counted=4, expected=4, at=make.NOW, counted_by=row.counted_by
        )


def test_nobody_who_counted_agrees_to_it() -> None:
    make.item(stock=4)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 3})
    counting.recounted(number, {"TENT-2": 3})
    approval = counting.submitted(number)
    chen = counting.counter("chen")

    with pytest.raises(approvals.OwnMatter):
        approvals.decide(chen, approval_id=approval, verdict="grant", now=make.NOW)
    make.settle()

    assert all(one in Request.objects.get().hands for one in (make.staff("lin").id, chen.id))
    assert counted_movements() == []


@pytest.mark.parametrize(("price", "people"), [(1_000, 1), (2_000_000, 2)])
def test_how_many_agree_follows_from_the_value(price: int, people: int) -> None:
    make.item(stock=4, price_minor=price)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 3})
    counting.recounted(number, {"TENT-2": 3})

    counting.submitted(number)

    row = Request.objects.get()
    assert (row.kind, row.amount_minor, row.needed, row.subject_number) == ("stocktake", price, people, number)


def test_what_was_refused_is_compared_again_and_books_nothing() -> None:
    make.item(stock=4)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 3})
    counting.recounted(number, {"TENT-2": 3})
    approval = counting.submitted(number)

    approvals.decide(make.manager_zhao(), approval_id=approval, verdict="refuse", reason="请再核对", now=make.NOW)
    make.settle()

    assert counting.state_of(number) == "comparing"
    assert Stocktake.objects.get().reason == "请再核对"
    assert counted_movements() == []


def test_the_database_lets_no_stocktake_through_that_nobody_agreed_to() -> None:
    make.item(stock=4)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 3})
    counting.recounted(number, {"TENT-2": 3})
    counting.submitted(number)

    with pytest.raises(DatabaseError, match="nobody has agreed"), transaction.atomic():
        Stocktake.objects.filter(number=number).update(state="approved")
    with pytest.raises(DatabaseError, match="not agreed to"), transaction.atomic():
        Stocktake.objects.filter(number=number).update(state="done", ended_at=make.NOW)


def test_a_stocktake_called_off_takes_its_question_back() -> None:
    make.item(stock=4)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 3})
    counting.recounted(number, {"TENT-2": 3})
    counting.submitted(number)

    with pytest.raises(stocktake_deciding.StocktakeReasonMissing):
        stocktake_deciding.cancel_stocktake(make.TESTER, number=number, reason=" ", now=make.NOW)
    stocktake_deciding.cancel_stocktake(make.TESTER, number=number, reason="仓库搬迁", now=make.NOW)
    make.settle()

    assert Request.objects.get().state == "withdrawn"
    assert counting.state_of(number) == "cancelled"


def test_accuracy_tells_books_from_people() -> None:
    make.item(stock=10)
    make.item("LAMP-1", stock=4, price_minor=10_000)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 9, "LAMP-1": 3})
    counting.recounted(number, {"TENT-2": 9, "LAMP-1": 4})
    counting.agreed(number)

    view = stocktakes.stocktake(make.TESTER, number)

    assert (view.accuracy.whole.right, view.accuracy.whole.lines) == (1, 2)
    assert view.accuracy.whole.value_share == pytest.approx(1 - 19_900 / (199_000 + 40_000))
    people = {who: (one.right, one.lines) for who, one in view.accuracy.counters.items()}
    assert people == {make.staff("lin").id: (1, 2), make.staff("chen").id: (2, 2)}
    assert set(view.accuracy.zones) == {"ambient"}


def test_who_counts_does_not_see_the_books() -> None:
    make.item(stock=4)
    number = counting.planned("lin")

    assert stocktakes.stocktake(make.administrator(), number).is_blind
    counting.counted(number, {"TENT-2": 3})

    assert stocktakes.stocktake(counting.counter("lin"), number).is_blind
    assert not stocktakes.stocktake(make.administrator(), number).is_blind
    assert stocktakes.stocktakes_page(counting.counter("lin"))[0].differing is None
    assert stocktakes.stocktakes_page(make.administrator())[0].differing == 1
