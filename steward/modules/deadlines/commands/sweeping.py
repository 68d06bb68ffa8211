"""The sweep: warnings, breaches and steps of the ladder whose time has come."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines import rules
from steward.modules.deadlines.commands.locking import (
    PACKAGE,
    Change,
    announce,
    entries_of,
    history_columns,
    lock,
)

SWEEP_LIMIT = 1_000


@command(needs="deadlines.sweep")
def sweep_due(actor: Actor, *, now: datetime, limit: int = SWEEP_LIMIT) -> int:
    """Mark what clocks have reached: warnings, breaches, steps of the ladder; at most `limit` clocks.

    Only rows that are due are touched: the partial index holds when each clock has to be looked at next. One statement
    marks them and writes their history. Returns how many clocks.
    Emits: ClockWarned, ClockBreached, ClockEscalated. Locks: due clocks, skipping those another sweep has.
    """
    locked = lock("lock_due", {"now": now, "limit": limit})
    if not locked:
        return 0
    changes = [Change(one, *rules.as_of(one.clock, one.terms, now)) for one in locked]
    columns = {
        "ids": arrays.integers([one.locked.id for one in changes]),
        "warned": arrays.integers([one.after.warned for one in changes]),
        "escalated": arrays.integers([one.after.escalated for one in changes]),
        "outcomes": arrays.texts([one.after.outcome for one in changes]),
        "steps": arrays.instants([rules.next_step_at(one.after, one.locked.terms) for one in changes]),
        "actor": actor.id,
    }
    entries = [entry for change in changes for entry in entries_of(change)]
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "mark_steps"), columns | history_columns(entries))
    announce(actor, changes)
    return len(changes)
