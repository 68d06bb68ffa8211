"""Reorder points follow demand, alert once per crossing, and propose what to order."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from steward.kernel.models import Event
from steward.modules.inventory import queries
from steward.modules.inventory.commands import planning
from steward.modules.inventory.commands.planning import DemandRow, NothingProposed, PointDraft, UnfitPoint
from steward.modules.inventory.commands.reserving import ship_reservations
from steward.modules.inventory.models import DailyDemand, PromiseEntry, ReorderPoint, Supply
from steward.modules.inventory.queries import planning as reads
from steward.modules.inventory.queries import supplies
from steward.modules.inventory.rules import planning as rules
from steward.modules.inventory.tests import stage
from steward.modules.messaging.models import Notice
from tests import make

TODAY = date(2026, 3, 2)


def point(**facts: object) -> PointDraft:
    """Return a reorder point of the tent in Hangzhou: 5 / 10 / 30."""
    known: dict[str, object] = {"safety_stock": 5, "reorder_point": 10, "order_up_to": 30, "supplier": "山野户外厂"}
    return PointDraft("TENT-2", "hangzhou", **(known | facts))  # type: ignore[arg-type]


def test_the_reorder_point_follows_the_formula_of_the_textbook() -> None:
    # μ = 20 a day, σ = 5, L = 9 days, σ_L = 2; z(95 %) = 1.6449: SS = z·√(9·25 + 400·4) = 70.28, ROP = 180 + 71
    plan = rules.plan(rules.Demand(20, 5, 90), rules.Lead(9, 2), service_level=0.95, cover_days=10)

    assert plan == rules.Plan(71, 251, 451)


def test_steady_demand_and_a_sure_supplier_need_no_safety_stock() -> None:
    assert rules.plan(rules.Demand(3, 0, 90), rules.Lead(4, 0), service_level=0.99, cover_days=0) == rules.Plan(
        0, 12, 12
    )


def test_the_share_of_one_warehouse_varies_more_than_its_part_of_the_pool() -> None:
    here = rules.share_of(rules.Demand(16, 4, 90), 0.25)

    assert (here.mean, here.sd) == (4, 2)  # a Poisson stream stays one


def test_what_a_pool_owes_is_shared_without_losing_a_piece() -> None:
    assert rules.waiting_shares(10, {1: 5, 2: 3, 3: 0}) == {1: 6, 2: 4, 3: 0}
    assert rules.waiting_shares(2, {1: 0, 2: 0}) == {1: 2, 2: 0}


@pytest.mark.django_db
def test_reorder_points_are_computed_from_demand_and_lead_time() -> None:
    item = make.item(stock=50)
    days = [TODAY - timedelta(days) for days in range(1, 31)]
    rows = [DemandRow(item, "main", day, 2 if day.day % 2 else 6) for day in days]
    planning.note_demand(make.TESTER, rows=rows)

    planning.set_reorder_points(make.TESTER, points=[point(method="computed", lead_days=9)], now=make.NOW)

    row = ReorderPoint.objects.get()
    assert row.days_seen == 30
    assert row.demand_mean == pytest.approx(4, abs=0.2)
    assert row.reorder_point == row.safety_stock + math.ceil(9 * (row.demand_mean or 0))
    assert row.order_up_to > row.reorder_point


@pytest.mark.django_db
def test_demand_of_a_day_is_what_orders_were_promised_and_kept() -> None:
    item = make.item(stock=10)
    make.order("A-1", quantity=3)
    gone = make.order("A-2", quantity=2).order_id
    stage.release(make.TESTER, order_id=gone)
    today = queries.local_day(PromiseEntry.objects.latest("id").at)

    for _ in range(2):
        planning.gather_demand(make.TESTER, day=today)

    assert list(DailyDemand.objects.values_list("item_id", "units")) == [(item, 3)]


@pytest.mark.django_db
def test_demand_that_was_called_off_after_it_was_counted_counts_no_longer() -> None:
    item = make.item(stock=10)
    gone = make.order("A-1", quantity=3).order_id
    today = queries.local_day(PromiseEntry.objects.latest("id").at)
    planning.gather_demand(make.TESTER, day=today)
    stage.release(make.TESTER, order_id=gone)

    planning.gather_demand(make.TESTER, day=today)

    assert list(DailyDemand.objects.values_list("item_id", "units")) == [(item, 0)]


@pytest.mark.django_db
def test_a_day_is_found_in_the_promise_ledger_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT order_id FROM inventory_promise_entry WHERE at >= %s AND at < %s",
            [make.NOW, make.NOW + timedelta(days=1)],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "promise_entry_at" in plan


@pytest.mark.django_db
def test_many_reorder_points_are_written_with_few_statements(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make.item(stock=1)
    items = {f"ITEM-{number}": make.item(f"ITEM-{number}") for number in range(20)}
    wanted = [PointDraft(sku, "hangzhou", "given", 1, 2, 3 + place) for place, sku in enumerate(items)]

    with django_assert_max_num_queries(15):
        assert planning.set_reorder_points(make.TESTER, points=wanted, now=make.NOW) == 20

    found = dict(ReorderPoint.objects.values_list("item_id", "order_up_to"))
    assert found == {items[one.sku]: one.order_up_to for one in wanted}


@pytest.mark.django_db
def test_a_reorder_point_set_again_keeps_its_crossing_and_the_last_of_two_counts() -> None:
    make.item(stock=1)
    planning.set_reorder_points(make.TESTER, points=[point()], now=make.NOW)
    ReorderPoint.objects.update(below_since=make.NOW)

    planning.set_reorder_points(make.TESTER, points=[point(method="computed"), point(order_up_to=40)], now=make.NOW)

    row = ReorderPoint.objects.get()
    assert (row.method, row.order_up_to, row.below_since, row.computed_at) == ("given", 40, make.NOW, None)


@pytest.mark.django_db
def test_demand_is_shared_as_the_warehouses_of_the_pool_have_shipped() -> None:
    item = make.item(stock=9)
    make.arrival(item, 9, warehouse="chengdu")
    for order, (warehouse, units) in enumerate([("hangzhou", 1), ("hangzhou", 2), ("chengdu", 1)]):
        stage.promise(make.TESTER, order_id=order, units={item: units})
        reservation = stage.set_aside(order, item, units, warehouse=warehouse)
        ship_reservations(make.TESTER, reservation_ids=[reservation], reference="SH", now=make.NOW)

    shares = reads.shipped_shares([item], since=make.NOW - timedelta(days=1))

    assert sorted(shares.values()) == [0.25, 0.75]


@pytest.mark.django_db
def test_unfit_reorder_points_are_all_named() -> None:
    make.item(stock=1)
    bad = [point(reorder_point=3), PointDraft("GONE", "nowhere"), point(lead_days=-1)]

    with pytest.raises(UnfitPoint) as refused:
        planning.set_reorder_points(make.TESTER, points=bad, now=make.NOW)

    assert [one["field"] for one in refused.value.findings] == [
        "points.0.reorder_point", "points.1.sku", "points.1.warehouse", "points.2.lead_days",
    ]  # fmt: skip
    assert not ReorderPoint.objects.exists()


@pytest.mark.django_db
def test_falling_below_is_told_once_and_again_only_after_it_was_above() -> None:
    make.staff("zhao")
    item = make.item(stock=12)
    planning.set_reorder_points(make.TESTER, points=[point()], now=make.NOW)

    def look(after_min: int) -> int:
        return planning.watch_reorder_points(make.TESTER, now=make.NOW + timedelta(minutes=after_min))

    seen = [look(0)]
    stage.promise(make.TESTER, order_id=1, units={item: 4})
    seen += [look(1), look(2)]
    make.arrival(item, 20)
    seen += [look(3)]
    stage.promise(make.TESTER, order_id=2, units={item: 20})
    seen += [look(4)]

    assert seen == [0, 1, 0, 0, 1]
    assert Notice.objects.filter(template="stock_low").count() == 2
    assert Event.objects.filter(kind="inventory.reorder_point_crossed").count() == 2


@pytest.mark.django_db
def test_what_is_proposed_is_ordered_by_one_click_and_then_no_more() -> None:
    make.item(stock=4)
    planning.set_reorder_points(make.TESTER, points=[point(lead_days=5)], now=make.NOW)
    row = reads.plan_rows(only_below=True)[0]

    numbers = planning.order_proposed(make.TESTER, point_ids=[row.id], now=make.NOW)
    with pytest.raises(NothingProposed):
        planning.order_proposed(make.TESTER, point_ids=[row.id], now=make.NOW)

    assert (row.proposed, row.giver_code) == (26, "")
    made = supplies.supply(numbers[0])
    assert (made.kind, made.supplier, made.expected_date) == ("purchase", "山野户外厂", date(2026, 3, 7))
    assert reads.plan_rows(only_below=True) == []


@pytest.mark.django_db
def test_a_warehouse_with_plenty_gives_before_anything_is_bought() -> None:
    item = make.item(stock=4)
    make.arrival(item, 90, warehouse="chengdu")
    planning.set_reorder_points(make.TESTER, points=[point()], now=make.NOW)
    row = reads.plan_rows(only_below=True)[0]
    assert row.giver_code == "chengdu"

    planning.order_proposed(make.TESTER, point_ids=[row.id], now=make.NOW)

    made = Supply.objects.get()
    assert (made.kind, made.origin and made.origin.code, made.state) == ("transfer", "chengdu", "planned")
    assert reads.plan_rows(only_below=True) == []
