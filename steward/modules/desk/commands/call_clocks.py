"""The clock of answering the telephone: it runs from the ring to the answer (DSK-4: 30 seconds).

What is told of a call comes in any order. A caller who hung up in time needs the clock no more; where they had waited
too long it stays late and is ended some minutes after, so that an answer that is told of late still counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import (
    ClockStart,
    ClockStop,
    cancel_clocks,
    reopen_clocks,
    start_clocks,
    stop_clocks,
)
from steward.modules.deadlines.queries import next_clocks
from steward.modules.desk.models import Call

SUBJECT, ANSWERED = "call", "phone_answered"
HUNG_UP = "hung_up"
TOLD_LATE = timedelta(minutes=10)
INSTANT = timedelta(microseconds=1)
BATCH = 200


def keep(actor: Actor, rows: Sequence[tuple[Call, bool]], now: datetime) -> None:
    """Let clocks follow their calls; a step of commands. True beside a call: it was missed until its answer was told.

    Locks: the clocks, by call.
    """
    rung = sorted(((row, back) for row, back in rows if _rings(row)), key=lambda one: one[0].id)
    starts = [ClockStart(SUBJECT, row.id, ANSWERED, row.rang_at or now, {}, row.staff_id) for row, _back in rung]
    start_clocks(actor, starts=starts, now=now)
    running = next_clocks(SUBJECT, [row.id for row, _back in rung])
    for row, back in rung:
        row.clock_ends_at = None
        if row.answered_at is not None:
            _answered(actor, row, row.answered_at, reopens=back and row.id not in running)
        elif row.ended_at is not None and row.id in running:
            due_at = running[row.id].due_at
            if due_at is not None and row.ended_at >= due_at:
                row.clock_ends_at = now + TOLD_LATE
            else:
                cancel_clocks(actor, stops=_clock(row), at=row.ended_at, reason=HUNG_UP)


def _rings(row: Call) -> bool:
    return row.direction == "in" and row.rang_at is not None


def _clock(row: Call) -> list[ClockStop]:
    return [ClockStop(SUBJECT, row.id, ANSWERED)]


def _answered(actor: Actor, row: Call, answered_at: datetime, *, reopens: bool) -> None:
    """Stop the clock; one called off by mistake begins once more an instant after the ring, for cycles differ in it."""
    if reopens and row.rang_at is not None:
        reopen_clocks(actor, stops=_clock(row), at=row.rang_at + INSTANT, reason="told_late")
    stop_clocks(actor, stops=_clock(row), at=answered_at)


@command(needs="desk.take_in")
def end_missed(actor: Actor, *, now: datetime, limit: int = BATCH) -> int:
    """End the clocks of calls nobody answered in time, some minutes after. Returns how many.

    Locks: the calls, skipping those somebody works on; their clocks.
    """
    due = (
        Call.objects.select_for_update(skip_locked=True).filter(clock_ends_at__lte=now).order_by("clock_ends_at", "id")
    )
    rows = sorted(due[:limit], key=lambda row: row.id)
    for row in rows:
        cancel_clocks(actor, stops=_clock(row), at=row.ended_at or now, reason=HUNG_UP)
        row.clock_ends_at = None
    Call.objects.bulk_update(rows, ["clock_ends_at"])
    return len(rows)
