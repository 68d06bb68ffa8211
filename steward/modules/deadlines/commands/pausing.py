"""Let clocks stand still while others have to act, and run on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from steward.kernel.actor import Actor
from steward.modules.deadlines.commands.locking import Change, ClockStop, Entry, Locked, lock_named, once, write_changes
from steward.modules.deadlines.models import Clock
from steward.modules.deadlines.rules import clocks


class ClockPause(NamedTuple):
    """A clock to stand still, or all of a subject (kind ""); `reason` is a word such as waiting_for_customer."""

    subject_kind: str
    subject_id: int
    kind: str
    reason: str


def pause_clocks(actor: Actor, *, pauses: Sequence[ClockPause], at: datetime) -> int:
    """Let open clocks stand still, those whose policy allows it; one with a due time from outside never does.

    Returns how many stand still from now on. Emits: what they reached before. Locks: the clocks, in id order.
    """

    def pause(one: Locked) -> Change | None:
        if not one.policy.pausable:
            return None
        after, done = clocks.paused(one.clock, one.terms, at)
        reason = pauses[one.number - 1].reason
        entry = Entry(one.id, "paused", after.paused_at or at, one.clock.due_at, reason=reason)
        return Change(one, after, done, (entry,), paused_reason=reason, reason=reason)

    changes = once(lock_named([ClockStop(*wish[:3]) for wish in pauses]), pause)
    write_changes(actor, changes)
    return len(changes)


def resume_clocks(
    actor: Actor, *, stops: Sequence[ClockStop], at: datetime, reason: str = "", lifts: Collection[str] | None = None
) -> int:
    """Let clocks that stand still run on; what is left of their target counts from then.

    Only those that stand still for a reason in `lifts` (None: for any): who waits for somebody else goes on waiting.
    Returns how many run again. Locks: the clocks, in id order.
    """
    locked = lock_named(stops)
    held = Clock.objects.filter(id__in=[one.id for one in locked]).exclude(paused_reason__in=lifts or ())
    others = set() if lifts is None else set(held.values_list("id", flat=True))

    def resume(one: Locked) -> Change | None:
        if one.id in others:
            return None
        after = clocks.resumed(one.clock, one.terms, at)
        entry = Entry(one.id, "resumed", after.running_since or at, after.due_at, reason=reason)
        return Change(one, after, (), (entry,), reason=reason)

    changes = once(locked, resume)
    write_changes(actor, changes)
    return len(changes)
