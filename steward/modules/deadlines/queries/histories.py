"""Read what happened to clocks beside their plain start and end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from steward.modules.deadlines.models import History


class HistoryView(Struct, frozen=True):
    """One line of a clock's history. `at` is the instant it belongs to, `noted_at` when it was written."""

    clock_id: int
    what: str
    at: datetime
    noted_at: datetime
    due_at: datetime | None
    number: int
    verb: str
    whom: str
    reason: str
    actor: str
    owner_before: int | None = None
    owner_after: int | None = None


def histories_of(clock_ids: Sequence[int]) -> dict[int, list[HistoryView]]:
    """List what happened to clocks, each in the order of its instants; in one query."""
    rows = History.objects.filter(clock_id__in=clock_ids).order_by("at", "id")
    found: dict[int, list[HistoryView]] = {}
    for row in rows.values_list(*HistoryView.__struct_fields__):
        found.setdefault(row[0], []).append(HistoryView(*row))
    return found
