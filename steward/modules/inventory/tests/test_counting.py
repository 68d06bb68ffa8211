"""The counter's side: scans and numbers, clear findings, nothing half-done, and never what the books say."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.stocktake_counting import (
    CountDraft,
    CountedBefore,
    NotAllCounted,
    NotYourSheet,
    Scanned,
    UnfitCount,
    hand_in_sheet,
    record_counts,
    scan_piece,
    set_count,
)
from steward.modules.inventory.commands.stocktake_giving import give_sheet
from steward.modules.inventory.commands.stocktake_planning import plan_recount
from steward.modules.inventory.models import StocktakeCount, StocktakeLine
from steward.modules.inventory.queries import stocktake_sheets, stocktakes
from steward.modules.inventory.tests import counting
from tests import make

pytestmark = pytest.mark.django_db


def scan(sheet: int, code: str, *, at: int | None = None, by: str = "lin", condition: str = "sellable") -> Scanned:
    """Scan something."""
    return scan_piece(
        counting.counter(by), sheet_id=sheet, code=code, line_id=at, condition=condition, now=counting.LATER
    )


def test_repeated_scans_add_one_and_a_number_replaces() -> None:
    make.item(stock=10, barcode="6901234567892")
    sheet = counting.sheet_of(counting.planned("lin"))

    line = scan(sheet, "TENT-2").line_id
    steps = [scan(sheet, code, at=line).counted for code in ("6901234567892", "tent-2", "7", "TENT-2")]

    assert steps == [2, 3, 7, 8]


def test_goods_in_several_lots_are_chosen_or_read_from_the_label() -> None:
    milk = make.item("MILK", shelf_life_days=30)
    make.arrival_of_lots(milk, {"A1": date(2026, 3, 20), "B7": date(2026, 3, 25)})
    sheet = counting.sheet_of(counting.planned("lin"))

    asked = scan(sheet, "MILK")
    told = scan(sheet, "MILK#b7")

    assert (asked.outcome, len(asked.choices)) == ("choose", 2)
    assert StocktakeLine.objects.get(id=told.line_id or 0).lot == "B7"
    assert StocktakeCount.objects.filter(counted__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        ("NO-SUCH", "unknown_sku"),
        ("  ", "unreadable"),
        ("MILK", "lot_missing"),
        ("MILK#ZZ", "lot_unknown"),
        ("KIT", "not_stocked"),
    ],
)
def test_what_cannot_be_counted_is_named_and_counts_nothing(code: str, finding: str) -> None:
    make.item(stock=10)
    make.item("MILK", shelf_life_days=30)
    make.item("KIT", stocked=False)
    sheet = counting.sheet_of(counting.planned("lin"))

    with pytest.raises(UnfitCount) as refused:
        scan(sheet, code)

    assert [one["code"] for one in refused.value.findings] == [finding]
    assert not StocktakeCount.objects.filter(counted__isnull=False).exists()


def test_all_bad_counts_are_named_at_once_and_nothing_is_half_done() -> None:
    make.item(stock=10)
    make.item("LAMP-1")
    sheet = counting.sheet_of(counting.planned("lin"))
    drafts = [
        CountDraft("TENT-2", -1), CountDraft("TENT-2", 10_000_000), CountDraft("NO-SUCH", 1), CountDraft("LAMP-1", 2),
    ]  # fmt: skip

    with pytest.raises(UnfitCount) as refused:
        record_counts(counting.counter("lin"), sheet_id=sheet, counts=drafts, now=counting.LATER)

    found = [(one["field"], one["code"]) for one in refused.value.findings]
    assert ("counts.0.quantity", "negative") in found
    assert ("counts.1.quantity", "absurd") in found
    assert ("counts.2.sku", "unknown_sku") in found
    assert StocktakeLine.objects.count() == 1
    assert not StocktakeCount.objects.filter(counted__isnull=False).exists()


def test_many_unlisted_codes_cost_no_more_statements_than_a_few() -> None:
    make.item(stock=1)
    skus = [f"NEW-{number}" for number in range(14)]
    for sku in skus:
        make.item(sku)
    sheet = counting.sheet_of(counting.planned("lin"))
    lin = counting.counter("lin")
    spent = []

    for chosen in (skus[:1], skus[1:3], skus[3:]):
        drafts = [CountDraft(sku, 3) for sku in chosen]
        with CaptureQueriesContext(connection) as statements:
            assert record_counts(lin, sheet_id=sheet, counts=drafts, now=counting.LATER) == len(chosen)
        spent.append(len(statements))

    assert spent[1] == spent[2]
    assert StocktakeLine.objects.filter(is_found=True, found__counted=3).count() == len(skus)


def test_goods_of_another_zone_sheet_or_class_say_where_they_belong() -> None:
    make.item(stock=2)
    make.item("LAMP-1", stock=2)
    make.item("PEAS", storage_class="frozen")
    number = counting.planned("lin", "chen")
    mine = counting.sheet_of(number)
    other = next(line.sku for line in stocktake_sheets.sheet(make.TESTER, counting.sheet_of(number, "chen")).lines)

    for code, finding in ((other, "other_sheet"), ("PEAS", "other_zone")):
        with pytest.raises(UnfitCount) as refused:
            scan(mine, code)
        assert refused.value.findings[0]["code"] == finding


def test_what_the_ledger_says_is_taken_at_the_instant_of_the_count() -> None:
    item = make.item(stock=10)
    make.cost()
    number = counting.planned("lin")
    sheet = counting.sheet_of(number)
    record_movements(make.TESTER, movements=[MovementDraft("hangzhou", item, "shipped", -3)])

    set_count(counting.counter("lin"), sheet_id=sheet, line_id=counting.line(number).id, quantity=7, now=make.NOW)
    record_movements(make.TESTER, movements=[MovementDraft("hangzhou", item, "shipped", -2)])
    hand_in_sheet(counting.counter("lin"), sheet_id=sheet, now=counting.LATER)

    row = counting.line(number)
    assert (row.counted, row.expected) == (7, 7)


def test_goods_that_move_between_two_scans_are_marked() -> None:
    item = make.item(stock=3)
    make.cost()
    number = counting.planned("lin")
    sheet = counting.sheet_of(number)

    scan(sheet, "TENT-2")
    record_movements(make.TESTER, movements=[MovementDraft("hangzhou", item, "shipped", -1)])
    scan(sheet, "TENT-2")
    scan(sheet, "TENT-2")

    row = StocktakeCount.objects.get()
    assert (row.counted, row.expected, row.is_disturbed) == (3, 2, True)


def test_the_sheet_of_a_counter_holds_no_number_of_the_books() -> None:
    make.item(stock=7_391)
    sheet = counting.sheet_of(counting.planned("lin"))
    scan(sheet, "TENT-2")

    said = msgspec.json.encode(stocktake_sheets.sheet(counting.counter("lin"), sheet)).decode()

    assert "7391" not in said
    assert "expected" not in said.replace("expires", "")


def test_a_sheet_is_handed_in_whole() -> None:
    make.item(stock=2)
    make.item("LAMP-1", stock=2)
    number = counting.planned("lin")
    sheet = counting.sheet_of(number)
    scan(sheet, "TENT-2")

    with pytest.raises(NotAllCounted, match="1"):
        hand_in_sheet(counting.counter("lin"), sheet_id=sheet, now=counting.LATER)
    hand_in_sheet(counting.counter("lin"), sheet_id=sheet, rest_is_zero=True, now=counting.LATER)

    assert counting.line(number, "LAMP-1").counted == 0
    assert counting.state_of(number) == "comparing"


def test_a_sheet_is_its_counters_and_one_of_nobody_is_taken_by_the_first() -> None:
    make.item(stock=2)
    sheet = counting.sheet_of(counting.planned())
    assert [one.id for one in stocktakes.sheets_to_count(counting.counter("chen"))] == [sheet]

    scan(sheet, "TENT-2")

    with pytest.raises(NotYourSheet):
        scan(sheet, "TENT-2", by="chen")
    assert stocktakes.sheets_to_count(counting.counter("chen")) == []


def test_a_sheet_given_to_somebody_else_begins_anew() -> None:
    make.item(stock=2)
    number = counting.planned("lin")
    sheet = counting.sheet_of(number)
    scan(sheet, "TENT-2")

    give_sheet(make.TESTER, sheet_id=sheet, staff_id=counting.counter("chen").staff_id or 0, now=counting.LATER)

    with pytest.raises(NotYourSheet):
        scan(sheet, "TENT-2")
    assert scan(sheet, "TENT-2", by="chen").counted == 1
    counting.counted(number, {"TENT-2": 1}, by="chen")
    plan_recount(make.TESTER, number=number, counters=[counting.counter("lin").staff_id or 0], now=counting.LATER)
    with pytest.raises(CountedBefore):
        give_sheet(
            make.TESTER,
            sheet_id=counting.sheet_of(number),
            staff_id=counting.counter("chen").staff_id or 0,
            now=counting.LATER,
        )


def test_an_open_recount_is_not_taken_by_who_counted_before() -> None:
    make.item(stock=2)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 1})
    plan_recount(make.TESTER, number=number, now=counting.LATER)
    sheet = counting.sheet_of(number)

    assert stocktakes.sheets_to_count(counting.counter("lin")) == []
    with pytest.raises(CountedBefore):
        scan(sheet, "TENT-2")
    assert scan(sheet, "TENT-2", by="chen").counted == 1


def test_who_counted_through_a_program_does_not_count_again() -> None:
    make.item(stock=2)
    number = counting.planned()
    sheet = counting.sheet_of(number, "admin")
    program = make.program("stock.count")
    record_counts(program, sheet_id=sheet, counts=[CountDraft("TENT-2", 1)], now=counting.LATER)
    hand_in_sheet(program, sheet_id=sheet, now=counting.LATER)
    plan_recount(make.TESTER, number=number, now=counting.LATER)

    assert stocktakes.sheets_to_count(make.administrator()) == []
    with pytest.raises(CountedBefore):
        scan(counting.sheet_of(number, "admin"), "TENT-2", by="admin")


def test_who_counts_again_is_not_told_what_was_found_before() -> None:
    make.item(stock=2)
    number = counting.planned("lin")
    before = counting.sheet_of(number)
    counting.counted(number, {"TENT-2": 1})
    chen = counting.counter("chen")

    compared = stocktake_sheets.sheet(chen, before)
    plan_recount(make.TESTER, number=number, counters=[chen.staff_id or 0], now=counting.LATER)
    again = counting.sheet_of(number, "chen")
    scan(again, "TENT-2", by="chen")
    recounted = [stocktake_sheets.sheet(actor, before) for actor in (chen, make.administrator())]

    assert [[one.lines[0].counted, one.lines[0].at, one.left] for one in (compared, *recounted)] == [
        [None, None, 0]
    ] * 3
    assert stocktake_sheets.sheet(chen, again).lines[0].counted == 1
    assert stocktake_sheets.sheet(counting.counter("lin"), again).lines[0].counted is None


def test_who_compares_is_told_what_was_found_on_a_sheet() -> None:
    make.item(stock=2)
    number = counting.planned("lin")
    sheet = counting.sheet_of(number)

    counting.counted(number, {"TENT-2": 1})

    assert stocktake_sheets.sheet(make.administrator(), sheet).lines[0].counted == 1


def test_while_somebody_is_asked_the_numbers_are_for_the_lead_and_who_may_decide() -> None:
    make.item(stock=2)
    number = counting.planned("lin")
    counting.counted(number, {"TENT-2": 1})
    counting.recounted(number, {"TENT-2": 1})
    counting.submitted(number)
    eyes = [counting.counter("lin"), counting.counter("wang"), make.administrator(), make.manager_zhao()]

    blind = [stocktakes.stocktake(actor, number).is_blind for actor in eyes]
    listed = [stocktakes.stocktakes_page(actor)[0].differing for actor in eyes]

    assert blind == [True, True, False, False]
    assert listed == [None, None, 1, 1]
