"""Slow-moving and expiring stock is found with its value at risk, and goes where it sells, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.kernel import memory, parameters
from steward.kernel.errors import NotFound
from steward.modules.inventory import queries
from steward.modules.inventory.commands import clearing as commands
from steward.modules.inventory.commands.clearing import AlreadyProposed, CostDraft, NobodySells, TooMany, UnfitCost
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.planning import DemandRow, note_demand
from steward.modules.inventory.commands.receiving import ReceiptLine, receive_supply
from steward.modules.inventory.commands.supply import SupplyLineDraft, cancel_transfer, plan_transfer, send_transfer
from steward.modules.inventory.models import ItemCost, Stock, Supply, SupplyLine
from steward.modules.inventory.queries import clearing, suggesting
from steward.modules.inventory.rules import clearing as rules
from steward.modules.inventory.tests import stage
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def asked(item: int, per_day: int, *, days: int = 90) -> None:
    """Let orders of the main pool have asked for so many pieces on each of the last days."""
    rows = [DemandRow(item, "main", TODAY - timedelta(ago), per_day) for ago in range(1, days + 1)]
    note_demand(make.TESTER, rows=rows)


def lots(item: int, units: dict[int, int], *, warehouse: str = "hangzhou") -> None:
    """Let lots arrive: days they keep → pieces."""
    for days, pieces in units.items():
        made = {f"L-{days}": TODAY + timedelta(days)}
        make.arrival_of_lots(item, made, quantity=pieces, warehouse=warehouse)


def aged(days: int) -> None:
    """Let everything that moved have moved so many days before; the ledger takes no other way to be old."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE inventory_movement SET at = %s", [make.NOW - timedelta(days)])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_goods_that_cover_half_a_year_are_slow_and_goods_nobody_takes_do_not_move() -> None:
    quick, slow = make.item("QUICK", stock=100), make.item("SLOW", stock=400)
    make.item("DEAD", stock=7)
    asked(quick, 3)
    asked(slow, 2)
    aged(130)
    for item in (quick, slow):
        stage.promise(make.TESTER, order_id=item, units={item: 1})
        stage.ship([stage.set_aside(item, item, 1)])

    rows = clearing.slow_stock(now=make.NOW)

    assert [(row.sku, row.speed) for row in rows] == [("SLOW", "slow"), ("DEAD", "non_moving")]
    assert rows[0].per_day == 2
    assert rows[0].cover_days == 199.5
    assert (rows[1].cover_days, rows[1].idle_days, rows[1].last_out_at) == (None, 130, None)
    assert rows[1].share == pytest.approx(7 / (99 + 399 + 7))
    assert (rows[1].value_minor, rows[1].basis) == (7 * 19_900, "price")


@pytest.mark.parametrize(("kind", "speed"), [("received", ""), ("adjusted", "non_moving"), ("returned", "non_moving")])
def test_goods_that_were_restocked_lately_do_not_count_as_idle(kind: str, speed: str) -> None:
    item = make.item(stock=9)
    stage.promise(make.TESTER, order_id=1, units={item: 1})
    stage.ship([stage.set_aside(1, item, 1)])
    aged(130)

    record_movements(make.TESTER, movements=[MovementDraft("hangzhou", item, kind, 5, reason="盘盈")])

    assert [row.speed for row in clearing.slow_stock(now=make.NOW)] == ([speed] if speed else [])


def test_goods_that_came_by_transfer_lately_do_not_count_as_idle() -> None:
    item = make.item(stock=9)
    make.arrival(item, 1, warehouse="chengdu")
    aged(130)
    line = SupplyLineDraft("TENT-2", 5)
    number = plan_transfer(
        make.TESTER, origin="hangzhou", warehouse="chengdu", lines=[line], expected_date=TODAY, note="", now=make.NOW
    )
    send_transfer(make.TESTER, number=number, now=make.NOW)
    receive_supply(make.TESTER, number=number, lines=[ReceiptLine("TENT-2", 5)], now=make.NOW)

    assert [row.warehouse_code for row in clearing.slow_stock(now=make.NOW)] == ["hangzhou"]


def test_thresholds_are_business_numbers() -> None:
    item = make.item(stock=100)
    asked(item, 2)
    assert clearing.slow_stock(now=make.NOW) == []

    parameters.set_parameter(make.administrator(), name="inventory.slow_cover_days", new=50, reason="季末清仓")

    assert [row.sku for row in clearing.slow_stock(now=make.NOW)] == ["TENT-2"]


def test_a_new_item_is_not_slow_because_nobody_asked_for_it_yet() -> None:
    make.item(stock=5000)

    assert clearing.slow_stock(now=make.NOW + timedelta(days=30)) == []


def test_a_new_item_is_averaged_over_the_days_it_was_asked_for() -> None:
    item = make.item(stock=100)
    asked(item, 5, days=4)

    assert clearing.rates([item], now=make.NOW)[0][3] == 5


def test_the_list_goes_on_page_by_page_and_is_narrowed() -> None:
    for number in range(5):
        asked(make.item(f"S-{number}", stock=1000), 1)
    make.arrival(make.item("OTHER", stock=0), 900, warehouse="chengdu")
    aged(200)

    first = clearing.slow_stock(limit=4, now=make.NOW)
    rest = clearing.slow_stock(limit=4, after=first[-1].key, now=make.NOW)

    assert [row.sku for row in (*first, *rest)] == ["S-0", "S-1", "S-2", "S-3", "S-4", "OTHER"]
    assert [row.sku for row in clearing.slow_stock(warehouse="chengdu", now=make.NOW)] == ["OTHER"]
    assert [row.sku for row in clearing.slow_stock(text="s-3", now=make.NOW)] == ["S-3"]
    assert clearing.slow_stock(text="%", now=make.NOW) == []
    assert clearing.slow_stock(speed="slow", now=make.NOW) == []


def test_a_lot_is_at_risk_with_what_will_not_sell_before_its_minimum_remaining_life() -> None:
    item = make.item(shelf_life_days=200, minimum_remaining_days=10)
    lots(item, {20: 50, 40: 30, 300: 99})
    asked(item, 2)

    rows = clearing.expiring_lots(now=make.NOW)

    # two a day: ten days for the first lot, thirty for both
    assert [(row.lot, row.days_left, row.sell_days, row.unsold) for row in rows] == [
        ("L-20", 20, 10, 30),
        ("L-40", 40, 30, 0),
    ]
    assert rows[0].at_risk_minor == 30 * 19_900
    assert clearing.expiring_lots(only_at_risk=True, now=make.NOW) == rows[:1]
    assert clearing.expiring_lots(within_days=19, now=make.NOW) == []


def test_what_has_expired_or_lies_in_quarantine_is_lost_whole() -> None:
    item = make.item(shelf_life_days=200)
    lots(item, {-3: 8, 30: 20})
    asked(item, 9)
    stage.grade(stage.row_of(item, lot="L-30").id, 5, "quarantine")

    rows = clearing.expiring_lots(now=make.NOW)

    assert [(row.lot, row.condition, row.unsold) for row in rows] == [
        ("L--3", "sellable", 8),
        ("L-30", "sellable", 0),
        ("L-30", "quarantine", 5),
    ]


@settings(max_examples=15, deadline=None)
@given(st.dictionaries(st.integers(0, 60), st.integers(1, 40), min_size=1, max_size=5), st.integers(0, 3))
def test_the_statement_computes_what_the_rule_says(units: dict[int, int], per_day: int) -> None:
    memory.forget_everything()
    item = make.item(f"H-{Stock.objects.count()}-{per_day}-{len(units)}", shelf_life_days=200, minimum_remaining_days=7)
    lots(item, units)
    if per_day:
        asked(item, per_day)

    rows = clearing.expiring_lots(item_id=item, now=make.NOW)

    piles = [rules.Pile(pieces, max(0, days - 7)) for days, pieces in sorted(units.items())]
    assert [row.unsold for row in rows] == rules.unsold(piles, per_day)


def risky(*, here: int = 60, there: int = 0) -> int:
    """Let a lot lie in Hangzhou that sells in Guangzhou: two a day there, none here."""
    item = make.item(shelf_life_days=200)
    lots(item, {30: here})
    lots(item, {90: max(there, 1)}, warehouse="guangzhou")
    asked(item, 2)
    stage.promise(make.TESTER, order_id=1, units={item: 1})
    stage.ship([stage.set_aside(1, item, 1, lot="L-90", warehouse="guangzhou")])
    return item


def test_a_lot_goes_where_it_sells_before_its_date() -> None:
    item = risky()
    row = clearing.expiring_lots(now=make.NOW)[0]

    found = suggesting.suggestions([row], now=make.NOW)[0]
    number = commands.propose_lot_transfer(make.TESTER, stock_id=row.stock_id, now=make.NOW)

    assert (row.per_day, row.unsold) == (0, 60)
    assert (found.warehouse_code, found.pieces) == ("guangzhou", 54)  # 27 days after three on the road
    view = queries.supply(number)
    assert (view.kind, view.state, view.expected_date) == ("transfer", "planned", date(2026, 3, 5))
    assert [(line.sku, line.lot, line.quantity) for line in view.lines] == [("TENT-2", "L-30", 54)]
    assert suggesting.done_about([item]).transfer_of(row) == number
    send_transfer(make.TESTER, number=number, now=make.NOW)
    assert stage.row_of(item, lot="L-30").on_hand == 6
    assert queries.differences() == []


def test_the_same_goods_are_proposed_once_until_the_transfer_is_called_off() -> None:
    risky()
    row = clearing.expiring_lots(now=make.NOW)[0]
    number = commands.propose_lot_transfer(make.TESTER, stock_id=row.stock_id, now=make.NOW)

    with pytest.raises(AlreadyProposed, match=number):
        commands.propose_lot_transfer(make.TESTER, stock_id=row.stock_id, now=make.NOW)
    cancel_transfer(make.TESTER, number=number, now=make.NOW)
    again = commands.propose_lot_transfer(make.TESTER, stock_id=row.stock_id, quantity=5, now=make.NOW)

    assert queries.supply(again).lines[0].quantity == 5
    assert Supply.objects.filter(state="planned").count() == 1


def test_goods_the_other_warehouse_has_itself_leave_no_room() -> None:
    risky(there=180)
    row = clearing.expiring_lots(now=make.NOW)[0]

    # its own 179 pieces sell in exactly the 90 days they keep, and one more would not
    assert suggesting.suggestions([row], now=make.NOW)[0].pieces == 1
    with pytest.raises(TooMany):
        commands.propose_lot_transfer(make.TESTER, stock_id=row.stock_id, quantity=2, now=make.NOW)


def test_nothing_moves_where_nobody_sells_it() -> None:
    item = make.item(shelf_life_days=200)
    lots(item, {30: 60})
    row = clearing.expiring_lots(now=make.NOW)[0]

    for wanted in (row.stock_id, stage.row_of(make.item("ANY", stock=1)).id):
        with pytest.raises(NobodySells):
            commands.propose_lot_transfer(make.TESTER, stock_id=wanted, now=make.NOW)
    with pytest.raises(NotFound):
        commands.propose_lot_transfer(make.TESTER, stock_id=999_999, now=make.NOW)
    assert not Supply.objects.exists()


def test_slow_goods_go_where_they_sell_with_what_is_too_much_here() -> None:
    item = make.item(stock=500)
    make.arrival(item, 5, warehouse="guangzhou")
    asked(item, 2)
    stage.promise(make.TESTER, order_id=1, units={item: 1})
    stage.ship([stage.set_aside(1, item, 1, warehouse="guangzhou")])
    aged(130)

    number = commands.propose_item_transfer(make.TESTER, sku="TENT-2", warehouse="hangzhou", now=make.NOW)

    # nothing was shipped lately, so each is taken to sell one a day: sixty days of it, less the four that lie there
    assert list(SupplyLine.objects.filter(lot=None).values_list("quantity", flat=True)) == [56]
    with pytest.raises(AlreadyProposed, match=number):
        commands.propose_item_transfer(make.TESTER, sku="TENT-2", warehouse="hangzhou", now=make.NOW)
    with pytest.raises(NotFound):
        commands.propose_item_transfer(make.TESTER, sku="GONE", warehouse="hangzhou", now=make.NOW)


def values_of(rows: Sequence[clearing.SlowRow]) -> list[tuple[int, str]]:
    return [(row.unit_minor, row.basis) for row in rows]


def test_goods_are_valued_at_cost_where_it_is_known() -> None:
    make.item(stock=5)
    aged(130)
    before = values_of(clearing.slow_stock(now=make.NOW))

    changed = [
        commands.set_costs(make.TESTER, costs=[CostDraft("TENT-2", 8_000, "CNY")], now=make.NOW) for _ in range(2)
    ]

    assert (before, changed) == ([(19_900, "price")], [1, 0])
    assert values_of(clearing.slow_stock(now=make.NOW)) == [(8_000, "cost")]


def test_unfit_costs_are_all_named_and_none_is_saved() -> None:
    make.item(stock=5)
    costs = [CostDraft("TENT-2", 8_000, "CNY"), CostDraft("GONE", 1, "CNY"), CostDraft("TENT-2", -1, "EUR-")]

    with pytest.raises(UnfitCost) as refused:
        commands.set_costs(make.TESTER, costs=costs, now=make.NOW)

    assert [one["field"] for one in refused.value.findings] == ["costs.1.sku", "costs.2.cost_minor"]
    assert not ItemCost.objects.exists()
