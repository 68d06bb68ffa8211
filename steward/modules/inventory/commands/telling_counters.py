"""Tell people that a sheet waits to be counted by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.modules.inventory.models import Stocktake, StocktakeSheet
from steward.modules.messaging.commands import Notice, notify_staff

PERSON = "person:"


def tell_counters(actor: Actor, row: Stocktake, sheets: Sequence[tuple[StocktakeSheet, int]], now: datetime) -> None:
    """Tell each counter what to count: sheet, lines; sheets nobody is named for are found in the list. A step."""
    notices = [
        Notice(
            staff_ids=[int(sheet.counter.removeprefix(PERSON))],
            kind="system",
            template="stocktake_sheet",
            params={
                "subject": row.number, "warehouse": row.warehouse.name, "zone": sheet.zone or "–", "lines": lines,
            },
            subject_kind="stocktake",
            subject_id=row.id,
            dedupe_key=f"stocktake_sheet:{sheet.id}",
        )
        for sheet, lines in sheets
        if sheet.counter.startswith(PERSON)
    ]  # fmt: skip
    if notices:
        notify_staff(actor, notices=notices, now=now)
