"""What a clock says at a given moment: the same computation for the sweep, for stopping and for reading."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

State = Literal["running", "paused", "met", "breached", "cancelled"]


class ClockFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a clock row says. `outcome` is what has been written so far, which a late sweep may not have caught up."""

    outcome: Literal["running", "met", "breached", "cancelled"] = "running"
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None = None


class ClockState(msgspec.Struct, frozen=True):
    """What a person sees of a clock. Units: `remaining_s` below 0 is how late it is or was; None while paused."""

    state: State
    remaining_s: int | None
    breached_at: datetime | None = None


def due_at(started_at: datetime, target_s: int) -> datetime:
    """Compute when a clock of the calendar “always” is due."""
    return started_at + timedelta(seconds=target_s)


def is_breached(due: datetime | None, at: datetime) -> bool:
    """Tell whether a limit was missed at an instant: just in time counts as met.

    Source: DSK-4.
    """
    return due is not None and at > due


def clock_state(clock: ClockFacts, now: datetime) -> ClockState:
    """Tell how a clock stands now, whether or not the sweep has come by.

    An ended clock is judged at the instant it ended, a running one now; a breach dates from the due time.
    """
    end = clock.stopped_at or now
    remaining = None if clock.due_at is None else int((clock.due_at - end).total_seconds())
    if clock.outcome == "breached" or (clock.outcome != "cancelled" and is_breached(clock.due_at, end)):
        return ClockState("breached", remaining, clock.due_at)
    if clock.outcome == "running" and clock.due_at is None:
        return ClockState("paused", None)
    return ClockState(clock.outcome, remaining)
