"""Let clocks stand still while others have to act, and run on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from steward.kernel.actor import Actor
from steward.modules.deadlines.commands.locking import Change, ClockStop, Entry, Locked, lock_named, once, write_changes
from steward.modules.deadlines.models import Clock
from steward.modules.deadlines.rules import clocks

# Work that is put off because other work is more urgent: whoever really waits for somebody takes such a pause over.
POSTPONED = "postponed"


class ClockPause(NamedTuple):
    """A clock to stand still, or all of a subject (kind ""); `reason` is a word such as waiting_for_customer."""

    subject_kind: str
    subject_id: int
    kind: str
    reason: str


def pause_clocks(actor: Actor, *, pauses: Sequence[ClockPause], at: datetime) -> int:
    """Let open clocks stand still, those whose policy allows it; one with a due time from outside never does.

    One that stands still already keeps its reason, unless its work was merely postponed: then the new reason holds, and
    the end of the postponement does not let it run. Returns how many were changed. Emits: what they reached before.
    Locks: the clocks, in id order.
    """
    locked = lock_named([ClockStop(*wish[:3]) for wish in pauses])
    postponed = _standing_for(locked, (POSTPONED,))

    def pause(one: Locked) -> Change | None:
        if not one.policy.pausable:
            return None
        after, done = clocks.paused(one.clock, one.terms, at)
        reason = pauses[one.number - 1].reason
        begun = after.paused_at or at
        if one.id in postponed and reason != POSTPONED:
            after, begun = replace(one.clock), at
        entry = Entry(one.id, "paused", begun, one.clock.due_at, reason=reason)
        return Change(one, after, done, (entry,), paused_reason=reason, reason=reason)

    changes = once(locked, pause)
    write_changes(actor, changes)
    return len(changes)


def resume_clocks(
    actor: Actor,
    *,
    stops: Sequence[ClockStop],
    at: datetime | Sequence[datetime],
    reason: str = "",
    lifts: Collection[str] | None = None,
) -> int:
    """Let clocks that stand still run on; what is left of their target counts from then: one instant, or one for each.

    Only those that stand still for a reason in `lifts` (None: for any): who waits for somebody else goes on waiting.
    Returns how many run again. Locks: the clocks, in id order.
    """
    locked = lock_named(stops)
    lifted = {one.id for one in locked} if lifts is None else _standing_for(locked, lifts)

    def resume(one: Locked) -> Change | None:
        if one.id not in lifted:
            return None
        then = at if isinstance(at, datetime) else at[one.number - 1]
        after = clocks.resumed(one.clock, one.terms, then)
        entry = Entry(one.id, "resumed", after.running_since or then, after.due_at, reason=reason)
        return Change(one, after, (), (entry,), reason=reason)

    changes = once(locked, resume)
    write_changes(actor, changes)
    return len(changes)


def _standing_for(locked: Sequence[Locked], reasons: Collection[str]) -> set[int]:
    """Tell which locked clocks stand still for one of these reasons; where none stands still nothing is asked."""
    still = [one.id for one in locked if one.clock.is_paused]
    if not still:
        return set()
    return set(Clock.objects.filter(id__in=still, paused_reason__in=reasons).values_list("id", flat=True))
