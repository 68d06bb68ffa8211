"""How many active tickets stand where: counted once for everybody, and again as soon as this process changed one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from msgspec import Struct

from steward.kernel import memory, sql

PACKAGE = "steward.modules.desk"
# What another process changed is counted within this time; our own changes at once.
LASTS = timedelta(seconds=1)


class Heap(Struct, frozen=True):
    """Active tickets that are alike: whose, of which team, waiting for others, snoozed; how many, how many late."""

    owner_id: int | None
    team: str
    waiting: bool
    away: bool
    count: int
    late: int


class _Kept:
    """The last count, and when it was made."""

    heaps: list[Heap] | None = None
    at: datetime | None = None
    changes = 0

    def forget(self) -> None:
        """Have it counted anew, also by who is counting now."""
        self.changes += 1
        self.heaps = None


_kept = _Kept()
memory.remembers(_kept.forget)


def heaps(now: datetime) -> list[Heap]:
    """Count the active tickets, in one statement for all people of this process within a second. Source: DSK-10."""
    kept = _kept.heaps
    if kept is not None and _kept.at is not None and timedelta(0) <= now - _kept.at < LASTS:
        return kept
    before = _kept.changes
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "queue_tally"), {"now": now})
        counted = [Heap(*row) for row in cursor.fetchall()]
    if _kept.changes == before:
        _kept.heaps, _kept.at = counted, now
    return counted


def count_anew() -> None:
    """Let nobody see the last count any more, now and once more when what is going on is committed."""
    _kept.forget()
    transaction.on_commit(_kept.forget)
