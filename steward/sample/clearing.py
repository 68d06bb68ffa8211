"""What does not sell at the sample's warehouses: too much of some, one write-off that waits, one that was refused."""

from __future__ import annotations

from datetime import datetime, timedelta

from steward.modules.approvals import commands as approvals
from steward.modules.approvals import queries as asked_for
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.inventory.commands.ending_write_offs import follow_approvals
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.writing_off import WriteOffDraft, ask_write_offs
from steward.modules.inventory.queries import local_day
from steward.modules.inventory.queries.write_offs import givable, write_off
from steward.sample.people import Crew
from steward.sample.stock import SYSTEM

# SKU, warehouse, pieces, days until they expire: more than the warehouse sells until then
TOO_MUCH = (("CHEESE", "chengdu", 140, 24), ("NUTS-MIX", "guangzhou", 260, 62), ("HAM", "chengdu", 90, 33))


def clear(crew: Crew, item_ids: dict[str, int], now: datetime) -> int:
    """Let too much of some goods arrive, and ask for write-offs. Returns how many were asked for."""
    _overstock(crew, item_ids, now)
    return _give_up(crew, item_ids, now)


def _overstock(crew: Crew, item_ids: dict[str, int], now: datetime) -> None:
    today = local_day(now)
    drafts = [
        MovementDraft(
            warehouse, item_ids[sku], "received", pieces, "PO-2388",
            lot=f"{today - timedelta(days=20):%y%m%d}-{warehouse[:2].upper()}X", expires_date=today + timedelta(days),
        )
        for sku, warehouse, pieces, days in TOO_MUCH
    ]  # fmt: skip
    record_movements(crew.first("warehouse"), movements=drafts)


def _give_up(crew: Crew, item_ids: dict[str, int], now: datetime) -> int:
    """Ask for what has expired, which waits, and for a loss that the manager wants looked for first."""
    keeper, before = crew.first("warehouse"), now - timedelta(hours=5)
    rows = givable(item_id=item_ids["YOGURT"], warehouse="guangzhou")
    spoilt = next(row for row in rows if row.condition == "quarantine" and row.free)
    lost = next(row for row in givable(item_id=item_ids["PILLOW"], warehouse="hangzhou") if row.free > 2)
    wish = WriteOffDraft(lost.stock_id, 2, "lost", "移库后找不到")
    number = ask_write_offs(keeper, drafts=[wish], now=before)[0]
    _refuse(crew, number, before + timedelta(hours=1))
    expired = WriteOffDraft(spoilt.stock_id, spoilt.free, "expired", "低温酸奶过期，已隔离")
    ask_write_offs(keeper, drafts=[expired], now=now - timedelta(hours=2))
    return 2


def _refuse(crew: Crew, number: str, at: datetime) -> None:
    """Refuse, and let the goods be free at once, as a worker would."""
    manager, note = crew.first("after_sales_manager"), "请先按库位再找一遍"
    view = asked_for.approval(write_off(number).approval_id or 0)
    if view is None:
        return
    approvals.decide(manager, approval_id=view.id, verdict="refuse", reason=note, now=at)
    settled = ApprovalSettled(
        approval_id=view.id,
        kind=view.kind,
        about_kind=view.subject_kind,
        about_id=view.subject_id,
        outcome="refused",
        reason=note,
    )
    follow_approvals(SYSTEM, settled=[settled], now=at)
