"""A clock and everything that can happen to it: the one computation for commands, the sweep and reading.

Each change first brings the clock to the instant of the change (`as_of`: what should have been marked by then is), so
its state follows from what happened and when, never from when a sweep came by. Working time is counted in whole
microseconds and only ever added, when a stretch ends, by the calendar that counted during that stretch.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec.structs import replace

from steward.kernel.calendar import SECOND_US, Calendar, due_after, due_before, worked_us
from steward.modules.deadlines.rules.ladders import Plan
from steward.modules.deadlines.rules.states import is_breached

Outcome = Literal["running", "met", "breached", "cancelled"]
StepKind = Literal["warned", "breached", "escalated"]


class Terms(msgspec.Struct, frozen=True):
    """What counts for a clock: the calendar, and what happens around the due time."""

    calendar: Calendar
    plan: Plan


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A clock. Open without `running_since`: it stands still. Units: `consumed_us` working time up to `running_since`.

    A clock that was late when it was stopped for a while keeps its `due_at`. `external`: the due time was set from
    outside, where nobody waits; such a clock never stands still. `warned` and `escalated` count the steps done.
    """

    target_s: int
    started_at: datetime
    running_since: datetime | None = None
    paused_at: datetime | None = None
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    breached_at: datetime | None = None
    outcome: Outcome = "running"
    consumed_us: int = 0
    warned: int = 0
    escalated: int = 0
    external: bool = False

    @property
    def is_paused(self) -> bool:
        """Tell whether it is open and stands still."""
        return self.stopped_at is None and self.running_since is None


class Done(msgspec.Struct, frozen=True):
    """A step that was reached: which one of its kind, and the instant it belongs to (not of detection)."""

    kind: StepKind
    number: int
    at: datetime


def started(terms: Terms, *, target_s: int, at: datetime, due_at: datetime | None = None) -> Clock:
    """Start a clock; with a due time from outside the target is the time until then."""
    if due_at is not None:
        return Clock(target_s=target_until(at, due_at), started_at=at, running_since=at, due_at=due_at, external=True)
    due = due_after(terms.calendar, at, target_s * SECOND_US)
    return Clock(target_s=target_s, started_at=at, running_since=at, due_at=due)


def next_step(clock: Clock, terms: Terms) -> Done | None:
    """Find what happens to a running clock next, if nobody touches it. A warning comes before a breach, and that
    before a rung at the same instant.
    """
    if clock.stopped_at is not None or clock.running_since is None or clock.due_at is None:
        return None
    plan, found = terms.plan, None
    if clock.outcome == "running":
        if clock.warned < len(plan.warnings_us):
            found = Done("warned", clock.warned, _step_at(clock, terms, plan.warnings_us[clock.warned]))
        if found is None or clock.due_at < found.at:
            found = Done("breached", 0, clock.due_at)
    if clock.escalated < len(plan.rungs_us):
        at = _step_at(clock, terms, plan.rungs_us[clock.escalated])
        if found is None or at < found.at:
            found = Done("escalated", clock.escalated, at)
    return found


def next_step_at(clock: Clock, terms: Terms) -> datetime | None:
    """Tell when the sweep has to look at a clock again."""
    step = next_step(clock, terms)
    return step.at if step else None


def _step_at(clock: Clock, terms: Terms, offset_us: int) -> datetime:
    """Place a step by working time around the due time; one that would lie before the clock runs happens at once."""
    if clock.due_at is None or clock.running_since is None:
        raise ValueError("a clock that stands still has no steps")
    if offset_us >= 0:
        return due_after(terms.calendar, clock.due_at, offset_us)
    return max(clock.running_since, due_before(terms.calendar, clock.due_at, -offset_us))


def as_of(clock: Clock, terms: Terms, at: datetime) -> tuple[Clock, list[Done]]:
    """Bring a clock to an instant: mark what was reached before it, take back a breach that lies after it."""
    if clock.stopped_at is not None:
        return clock, []
    if clock.outcome == "breached" and not is_breached(clock.due_at, at):
        clock = replace(clock, outcome="running", breached_at=None)
    done: list[Done] = []
    while (step := next_step(clock, terms)) is not None and step.at < at:
        done.append(step)
        if step.kind == "warned":
            clock = replace(clock, warned=clock.warned + 1)
        elif step.kind == "escalated":
            clock = replace(clock, escalated=clock.escalated + 1)
        else:
            clock = replace(clock, outcome="breached", breached_at=clock.due_at)
    return clock, done


def consumed_us(clock: Clock, terms: Terms, at: datetime) -> int:
    """Count the working time used up to an instant. Units: microseconds."""
    if clock.running_since is None:
        return clock.consumed_us
    return clock.consumed_us + worked_us(terms.calendar, clock.running_since, at)


def paused(clock: Clock, terms: Terms, at: datetime) -> tuple[Clock, list[Done]]:
    """Let a clock stand still; one that is late keeps its due time. One that cannot is returned as it is."""
    if clock.stopped_at is not None or clock.running_since is None or clock.external:
        return clock, []
    at = max(at, clock.running_since)
    clock, done = as_of(clock, terms, at)
    late = clock.outcome == "breached"
    used = consumed_us(clock, terms, at)
    return (
        replace(clock, consumed_us=used, running_since=None, paused_at=at, due_at=clock.due_at if late else None),
        done,
    )


def resumed(clock: Clock, terms: Terms, at: datetime) -> Clock:
    """Let a clock run on; what is left of its target counts from then."""
    if not clock.is_paused:
        return clock
    at = max(at, clock.paused_at or at)
    left = clock.target_s * SECOND_US - clock.consumed_us
    due = clock.due_at if clock.outcome == "breached" else due_after(terms.calendar, at, left)
    return replace(clock, running_since=at, paused_at=None, due_at=due)


def ended(clock: Clock, terms: Terms, at: datetime, outcome: Literal["met", "cancelled"]) -> tuple[Clock, list[Done]]:
    """End a clock: late if it ended after its due time, whatever anybody had marked before."""
    if clock.stopped_at is not None:
        return clock, []
    at = max(at, clock.started_at)
    clock, done = as_of(clock, terms, at)
    final: Outcome = "breached" if clock.outcome == "breached" else outcome
    return (
        replace(
            clock,
            consumed_us=consumed_us(clock, terms, at),
            running_since=None,
            paused_at=None,
            stopped_at=at,
            outcome=final,
        ),
        done,
    )


def retermed(clock: Clock, old: Terms, new: Terms, *, target_s: int, at: datetime) -> tuple[Clock, list[Done]]:
    """Put other terms in force for an open clock: what was used up stays used up, the rest counts by the new ones.

    A limit that is used up already is due at once, not in the past; a breach is withdrawn where time is left again.
    """
    if clock.stopped_at is not None:
        return clock, []
    at = max(at, clock.running_since or at)
    clock, done = as_of(clock, old, at)
    return _carried_over(clock, old, new, target_s=target_s, at=at), done


def _carried_over(clock: Clock, old: Terms, new: Terms, *, target_s: int, at: datetime) -> Clock:
    clock = replace(clock, consumed_us=consumed_us(clock, old, at), running_since=clock.running_since and at)
    if clock.external:
        return _recounted(clock, new, at)
    clock = replace(clock, target_s=target_s)
    left = target_s * SECOND_US - clock.consumed_us
    if left > 0 or clock.outcome == "running":
        due = None if clock.running_since is None else due_after(new.calendar, at, left)
        clock = replace(clock, due_at=due, outcome="running", breached_at=None)
    return _recounted(clock, new, at)


def target_until(started_at: datetime, due_at: datetime) -> int:
    """Tell the target of a clock whose due time came from outside: the seconds it has from its start."""
    return max(1, int((due_at - started_at).total_seconds()))


def dated(clock: Clock, old: Terms, new: Terms, *, due_at: datetime, at: datetime) -> tuple[Clock, list[Done]]:
    """Set the due time from outside; a clock that stood still runs again, since outside nobody waits.

    `new` are the terms for the target this makes (`target_until`).
    """
    if clock.stopped_at is not None:
        return clock, []
    clock, done = as_of(clock, old, at)
    clock = replace(
        clock,
        external=True,
        due_at=due_at,
        target_s=target_until(clock.started_at, due_at),
        running_since=clock.running_since or max(at, clock.paused_at or at),
        paused_at=None,
        outcome="running",
        breached_at=None,
    )
    return _recounted(clock, new, at), done


def released(clock: Clock, old: Terms, new: Terms, *, target_s: int, at: datetime) -> tuple[Clock, list[Done]]:
    """Give a clock whose due time came from outside back to its policy."""
    if clock.stopped_at is not None or not clock.external:
        return clock, []
    at = max(at, clock.running_since or at)
    clock, done = as_of(clock, old, at)
    return _carried_over(replace(clock, external=False), old, new, target_s=target_s, at=at), done


def _recounted(clock: Clock, terms: Terms, at: datetime) -> Clock:
    """Count as done only what was done and lies behind under the new terms; what lies ahead happens (again)."""
    if clock.due_at is None or clock.running_since is None:
        used = clock.consumed_us - clock.target_s * SECOND_US
        warnings = sum(offset <= used for offset in terms.plan.warnings_us)
        rungs = sum(offset <= used for offset in terms.plan.rungs_us)
    else:
        warnings = sum(_step_at(clock, terms, offset) <= at for offset in terms.plan.warnings_us)
        rungs = sum(_step_at(clock, terms, offset) <= at for offset in terms.plan.rungs_us)
    return replace(clock, warned=min(clock.warned, warnings), escalated=min(clock.escalated, rungs))
