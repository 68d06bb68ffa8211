"""Count the sample's warehouses: one count is done, one waits for approval, one is being counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from steward.kernel.actor import Actor
from steward.modules.approvals import commands as approvals
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.inventory.commands import (
    stocktake_booking,
    stocktake_counting,
    stocktake_deciding,
    stocktake_planning,
)
from steward.modules.inventory.queries import local_day, stocktake_sheets, stocktakes
from steward.modules.inventory.queries.stocktake_places import ledger_of
from steward.modules.inventory.rules.stocktaking import SHEET_OPEN
from steward.sample.people import Crew
from steward.sample.stock import SYSTEM

OFF_SHARE = 0.12
MOST_OFF = 3


def count(crew: Crew, rng: Random, now: datetime) -> None:
    """Plan, count, count again, and let the manager agree to the first of three."""
    lead, (first, second, third, *_rest) = crew.first("logistics_coordinator"), crew.all_of("warehouse")
    done = _plan(lead, now - timedelta(days=6), "chengdu", [first, second], note="月末盘点")
    _count_sheets(lead, done, [first, second, third], rng, now - timedelta(days=6))
    _recount(lead, done, third, [first, second, third], now - timedelta(days=5))
    _submit(lead, done, now - timedelta(days=5))
    _agree(lead, done, crew.first("after_sales_manager"), now - timedelta(days=4))
    waiting = _plan(lead, now - timedelta(days=1), "guangzhou", [first, second], classes=["A"], note="A 类月度循环盘点")
    _count_sheets(lead, waiting, [first, second, third], rng, now - timedelta(hours=20))
    _recount(lead, waiting, third, [first, second, third], now - timedelta(hours=6))
    _submit(lead, waiting, now - timedelta(hours=5))
    under_way = _plan(
        lead, now - timedelta(hours=3), "hangzhou", [first], zones=["chilled", "hazardous"], note="冷藏区与危险品区抽盘"
    )
    _begin(lead, under_way, first, now - timedelta(hours=1))


def _plan(
    lead: Actor, now: datetime, warehouse: str, counters: Sequence[Actor], *, note: str,
    zones: Sequence[str] = (), classes: Sequence[str] = (),
) -> str:  # fmt: skip
    draft = stocktake_planning.StocktakeDraft(
        warehouse,
        zones=zones,
        classes=classes,
        counters=[one.staff_id or 0 for one in counters],
        due_date=local_day(now) + timedelta(days=2),
        note=note,
    )
    return stocktake_planning.plan_stocktake(lead, draft=draft, now=now)


def _open_sheets(lead: Actor, number: str, people: Sequence[Actor]) -> list[tuple[Actor, int]]:
    """List the sheets still to count with who counts them."""
    by_id = {one.id: one for one in people}
    sheets = stocktakes.stocktake(lead, number).sheets
    return [(by_id[one.counter], one.id) for one in sheets if one.state in SHEET_OPEN]


def _count_sheets(lead: Actor, number: str, people: Sequence[Actor], rng: Random, now: datetime) -> None:
    """Count every sheet; here and there a piece is missing, or one too many lies there."""
    for counter, sheet_id in _open_sheets(lead, number, people):
        lines = [line.id for line in stocktake_sheets.sheet(counter, sheet_id).lines]
        ledger = ledger_of(lines)
        for line_id in lines:
            off = rng.choice((-MOST_OFF, -2, -1, -1, 1, 2)) if rng.random() < OFF_SHARE else 0
            _count(counter, sheet_id, line_id, max(0, ledger[line_id] + off), now)
        stocktake_counting.hand_in_sheet(counter, sheet_id=sheet_id, now=now)


def _count(counter: Actor, sheet_id: int, line_id: int, pieces: int, now: datetime) -> None:
    stocktake_counting.set_count(counter, sheet_id=sheet_id, line_id=line_id, quantity=pieces, now=now)


def _recount(lead: Actor, number: str, counter: Actor, people: Sequence[Actor], now: datetime) -> None:
    """Let somebody else count what differs: the first of it had only been miscounted."""
    found = {line.id: line.counted for line in stocktakes.stocktake(lead, number).differing}
    if not found:
        return
    stocktake_planning.plan_recount(lead, number=number, counters=[counter.staff_id or 0], now=now)
    miscounted = min(found) if len(found) > 1 else None
    for by, sheet_id in _open_sheets(lead, number, people):
        lines = [line.id for line in stocktake_sheets.sheet(by, sheet_id).lines]
        ledger = ledger_of(lines)
        for line_id in lines:
            _count(by, sheet_id, line_id, ledger[line_id] if line_id == miscounted else found[line_id], now)
        stocktake_counting.hand_in_sheet(by, sheet_id=sheet_id, now=now)


def _submit(lead: Actor, number: str, now: datetime) -> None:
    stocktake_deciding.submit_stocktake(lead, number=number, now=now)


def _agree(lead: Actor, number: str, manager: Actor, now: datetime) -> None:
    """Let the manager agree, and book it; what hears of it later finds it done."""
    view = stocktakes.stocktake(lead, number)
    if view.approval_id:
        approvals.decide(manager, approval_id=view.approval_id, verdict="grant", now=now)
        granted = ApprovalSettled(
            approval_id=view.approval_id,
            kind="stocktake",
            about_kind="stocktake",
            about_id=view.id,
            outcome="granted",
            reason="",
        )
        stocktake_deciding.follow_approvals(SYSTEM, settled=[granted], now=now)
    stocktake_booking.book_stocktake(SYSTEM, number=number, now=now)


def _begin(lead: Actor, number: str, counter: Actor, now: datetime) -> None:
    """Let somebody count the first half of their first sheet."""
    for by, sheet_id in _open_sheets(lead, number, [counter])[:1]:
        lines = [line.id for line in stocktake_sheets.sheet(by, sheet_id).lines]
        ledger = ledger_of(lines)
        for line_id in lines[: len(lines) // 2]:
            _count(by, sheet_id, line_id, ledger[line_id], now)
