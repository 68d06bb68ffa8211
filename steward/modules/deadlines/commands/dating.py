"""Set due times from outside, such as a marketplace's dispute deadline, and give clocks back to their policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from steward.kernel.actor import Actor
from steward.modules.deadlines.commands.locking import (
    Basis,
    Change,
    ClockStop,
    Entry,
    Locked,
    lock_named,
    once,
    write_changes,
)
from steward.modules.deadlines.queries.policies import terms_of
from steward.modules.deadlines.rules import clocks


class ClockDue(NamedTuple):
    """A due time that came from outside for an open clock."""

    subject_kind: str
    subject_id: int
    kind: str
    due_at: datetime
    reason: str = ""


def set_due(actor: Actor, *, dues: Sequence[ClockDue], at: datetime) -> int:
    """Let open clocks be due when somebody outside says; a clock that stood still runs again.

    Returns how many changed. Emits: what they reached before, BreachWithdrawn. Locks: the clocks, in id order.
    """

    def date(one: Locked) -> Change:
        wish = dues[one.number - 1]
        basis = _basis(one, clocks.target_until(one.clock.started_at, wish.due_at))
        if one.clock.external and one.clock.due_at == wish.due_at:
            return Change(one, one.clock)
        after, done = clocks.dated(one.clock, one.terms, basis.terms, due_at=wish.due_at, at=at)
        entry = Entry(one.id, "due_set", at, after.due_at, reason=wish.reason)
        return Change(one, after, done, (entry,), basis, reason=wish.reason)

    changes = once(lock_named([ClockStop(*wish[:3]) for wish in dues]), date)
    write_changes(actor, changes)
    return len(changes)


def release_due(actor: Actor, *, stops: Sequence[ClockStop], at: datetime, reason: str = "") -> int:
    """Give clocks whose due time came from outside back to their policy.

    Returns how many changed. Emits: what they reached before, BreachWithdrawn. Locks: the clocks, in id order.
    """

    def release(one: Locked) -> Change:
        basis = _basis(one, one.policy.target_s)
        after, done = clocks.released(one.clock, one.terms, basis.terms, target_s=one.policy.target_s, at=at)
        entry = Entry(one.id, "due_released", at, after.due_at, reason=reason)
        return Change(one, after, done, (entry,), basis, reason=reason)

    changes = once(lock_named(stops), release)
    write_changes(actor, changes)
    return len(changes)


def _basis(one: Locked, target_s: int) -> Basis:
    return Basis(one.policy, one.calendar, terms_of(one.policy, one.calendar, target_s))
