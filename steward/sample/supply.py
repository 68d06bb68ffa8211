"""What is on its way to the sample's warehouses, when they order anew, and what has gone past its date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.planning import (
    DemandRow,
    PointDraft,
    note_demand,
    set_reorder_points,
    watch_reorder_points,
)
from steward.modules.inventory.commands.receiving import ReceiptLine, receive_supply
from steward.modules.inventory.commands.regrading import quarantine_expired
from steward.modules.inventory.commands.supply import SupplyLineDraft, order_goods, plan_transfer, send_transfer
from steward.modules.inventory.queries import local_day
from steward.modules.orders.rules.drafts import OrderDraft
from steward.sample.goods import BUNDLES
from steward.sample.people import Crew
from steward.sample.stock import SYSTEM

HISTORY_DAYS = 90
TENTS, GAS, LAMPS = "山野户外用品厂", "浙江燃气器具", "深圳光线电子"
# SKU, warehouse, safety stock, reorder point, order up to, supplier: of what there is too little already
GIVEN = (
    ("SOLAR-100", "hangzhou", 4, 10, 30, LAMPS),
    ("SALMON", "hangzhou", 12, 30, 90, "舟山远洋食品"),
    ("FRIDGE-20", "hangzhou", 3, 8, 24, LAMPS),
)
# SKU, supplier, days it takes, and their spread: their reorder points follow demand
COMPUTED = (
    ("TENT-2", TENTS, 12, 3),
    ("CHAIR-MOON", TENTS, 12, 3),
    ("PAD-FOAM", TENTS, 10, 2),
    ("GAS-230", GAS, 6, 1.5),
    ("LAMP-LED", LAMPS, 9, 2),
    ("COFFEE-DRIP", "云南高原咖啡", 8, 2),
    ("JERKY", "内蒙古牧场食品", 7, 2),
    ("YOGURT", "西湖乳业", 2, 0.5),
)


def plan(crew: Crew, item_ids: dict[str, int], past: Iterable[OrderDraft], now: datetime) -> None:
    """Order goods, receive some with differences, send a transfer, and set reorder points from two years of demand."""
    keeper = crew.first("warehouse")
    _order(crew, now)
    _move(crew, now)
    _spoil(crew, item_ids, now)
    note_demand(SYSTEM, rows=_demand(item_ids, past, now))
    given = [
        PointDraft(sku, place, "given", safety, point, up_to, supplier=supplier)
        for sku, place, safety, point, up_to, supplier in GIVEN
    ]
    computed = [
        PointDraft(sku, place, "computed", lead_days=days, lead_sd_days=spread, supplier=supplier)
        for sku, supplier, days, spread in COMPUTED
        for place in ("hangzhou", "guangzhou")
    ]
    set_reorder_points(keeper, points=given + computed, now=now)
    watch_reorder_points(SYSTEM, now=now)


def _order(crew: Crew, now: datetime) -> None:
    keeper, today = crew.first("warehouse"), local_day(now)
    order_goods(
        keeper,
        supplier=LAMPS,
        warehouse="hangzhou",
        lines=[SupplyLineDraft("FRIDGE-20", 20), SupplyLineDraft("POWER-500", 30)],
        expected_date=today + timedelta(days=6),
        now=now - timedelta(days=3),
    )
    late = order_goods(
        keeper,
        supplier=TENTS,
        warehouse="guangzhou",
        lines=[SupplyLineDraft("TENT-4", 40), SupplyLineDraft("POT-CAST", 12)],
        expected_date=today - timedelta(days=1),
        note="旺季备货",
        now=now - timedelta(days=11),
    )
    came = [ReceiptLine("TENT-4", 36, damaged=2, reason="外箱压坏，帐杆断裂")]
    receive_supply(keeper, number=late, lines=came, now=now - timedelta(hours=20))
    short = order_goods(
        keeper,
        supplier=GAS,
        warehouse="chengdu",
        lines=[SupplyLineDraft("GAS-450", 60)],
        expected_date=today - timedelta(days=2),
        now=now - timedelta(days=8),
    )
    receive_supply(
        keeper,
        number=short,
        lines=[ReceiptLine("GAS-450", 54)],
        complete=True,
        reason="供应商少发 6 罐，已联系补发",
        now=now - timedelta(days=2),
    )


def _move(crew: Crew, now: datetime) -> None:
    keeper = crew.first("warehouse")
    number = plan_transfer(
        keeper,
        origin="hangzhou",
        warehouse="chengdu",
        lines=[SupplyLineDraft("CHAIR-MOON", 40), SupplyLineDraft("GAS-230", 60)],
        note="成都仓补货",
        now=now - timedelta(days=1),
    )
    due = local_day(now) + timedelta(days=2)
    send_transfer(keeper, number=number, expected_date=due, now=now - timedelta(hours=18))
    plan_transfer(keeper, origin="hangzhou", warehouse="guangzhou", lines=[SupplyLineDraft("PAD-FOAM", 30)], now=now)


def spoilt_on(now: datetime) -> date:
    """Tell the date on a lot that is past it, also for whoever asked some hours ago, when it was still yesterday."""
    return local_day(now) - timedelta(days=2)


def _spoil(crew: Crew, item_ids: dict[str, int], now: datetime) -> None:
    """Let a lot go past its date, and so into quarantine."""
    past = spoilt_on(now)
    old = MovementDraft(
        "guangzhou",
        item_ids["YOGURT"],
        "received",
        18,
        "PO-2371",
        lot=f"{past:%y%m%d}-OLD",
        expires_date=past,
    )
    record_movements(crew.first("warehouse"), movements=[old])
    quarantine_expired(SYSTEM, now=now)


def _demand(item_ids: dict[str, int], past: Iterable[OrderDraft], now: datetime) -> list[DemandRow]:
    """Add up what past orders asked for in the last months, of bundles their components."""
    today = local_day(now)
    first = today - timedelta(days=HISTORY_DAYS)
    units: Counter[tuple[str, date]] = Counter()
    for draft in past:
        day = local_day(draft.placed_at)
        if first <= day < today:
            for line in draft.lines:
                for sku, pieces in BUNDLES.get(line.sku, {line.sku: 1}).items():
                    units[sku, day] += line.quantity * pieces
    return [DemandRow(item_ids[sku], "main", day, count) for (sku, day), count in units.items()]
