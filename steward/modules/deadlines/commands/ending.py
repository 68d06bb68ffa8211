"""End clocks: what they waited for happened, or is not needed any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from steward.kernel.actor import Actor
from steward.modules.deadlines.commands.locking import (
    Change,
    ClockEnd,
    ClockStop,
    Entry,
    Locked,
    lock_named,
    once,
    write_changes,
)
from steward.modules.deadlines.rules import clocks


def stop_clocks(actor: Actor, *, stops: Sequence[ClockStop], at: datetime) -> list[ClockEnd]:
    """End clocks because what they wait for happened: met in time, else breached since their due time.

    `at` is when it happened; a breach marked meanwhile though it happened in time is taken back.
    Emits: ClockBreached for those no sweep had announced, ClockWarned, ClockEscalated likewise, BreachWithdrawn.
    Locks: the clocks, in id order.
    """
    return end(actor, lock_named(stops), at=at, outcome="met")


def cancel_clocks(actor: Actor, *, stops: Sequence[ClockStop], at: datetime, reason: str = "") -> list[ClockEnd]:
    """End clocks because what they wait for is not needed any more; one that was late already stays breached.

    Emits: as stop_clocks. Locks: the clocks, in id order.
    """
    return end(actor, lock_named(stops), at=at, outcome="cancelled", reason=reason)


def end(
    actor: Actor, locked: Sequence[Locked], *, at: datetime, outcome: Literal["met", "cancelled"], reason: str = ""
) -> list[ClockEnd]:
    """End locked clocks. Emits: as stop_clocks."""

    def ended(one: Locked) -> Change:
        after, done = clocks.ended(one.clock, one.terms, at, outcome)
        happened = (Entry(one.id, "cancelled", at, one.clock.due_at, reason=reason),) if reason else ()
        return Change(one, after, done, happened, reason=reason)

    changes = once(locked, ended)
    write_changes(actor, changes)
    return [
        ClockEnd(change.locked.subject_kind, change.locked.subject_id, change.locked.kind, change.after.outcome)
        for change in changes
    ]
