"""Tell the staff what stock needs of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.modules.inventory.models import Discrepancy
from steward.modules.inventory.queries.planning import PlanRow
from steward.modules.messaging.commands import Notice, notify_staff
from steward.modules.people import queries as people


def tell_of_low_stock(actor: Actor, rows: Sequence[PlanRow], now: datetime) -> None:
    """Tell who plans stock which items fell below their reorder point; a step of commands. Once per crossing."""
    planners = people.staff_with_permission("stock.plan") if rows else []
    if not planners:
        return
    notices = [
        Notice(
            staff_ids=planners,
            kind="system",
            template="stock_low",
            params={
                "subject": row.sku,
                "warehouse": row.warehouse_name,
                "position": row.position.total,
                "reorder_point": row.reorder_point,
            },
            subject_kind="reorder_point",
            subject_id=row.id,
            dedupe_key=f"stock_low:{row.id}:{now.isoformat()}",
        )
        for row in rows
    ]
    notify_staff(actor, notices=notices, now=now)


def tell_of_differences(actor: Actor, rows: Sequence[Discrepancy], now: datetime) -> None:
    """Tell who keeps stock that a balance is not what its ledger says; a step of commands."""
    keepers = people.staff_with_permission("stock.move") if rows else []
    if not keepers:
        return
    notices = [
        Notice(
            staff_ids=keepers,
            kind="system",
            template="stock_differs",
            params={"subject": row.sku, "place": row.place, "stands": row.stands, "ledger": row.ledger},
            subject_kind="discrepancy",
            subject_id=row.id,
            dedupe_key=f"stock_differs:{row.id}",
            urgent=True,
        )
        for row in rows
    ]
    notify_staff(actor, notices=notices, now=now)


def tell_of_expired(actor: Actor, lots: Sequence[tuple[int, str, str, int]], now: datetime) -> None:
    """Tell who keeps stock which lots went into quarantine: stock row, SKU and lot, warehouse, pieces; a step."""
    keepers = people.staff_with_permission("stock.move") if lots else []
    if not keepers:
        return
    notices = [
        Notice(
            staff_ids=keepers,
            kind="system",
            template="stock_expired",
            params={"subject": name, "warehouse": warehouse, "pieces": pieces},
            subject_kind="stock",
            subject_id=stock_id,
            dedupe_key=f"stock_expired:{stock_id}:{now.date().isoformat()}",
        )
        for stock_id, name, warehouse, pieces in lots
    ]
    notify_staff(actor, notices=notices, now=now)
