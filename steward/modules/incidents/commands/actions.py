"""What a plan does and how it is undone: each change is kept as a row with what was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.kernel.languages import in_each
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.commands import ClockPause, ClockStop, pause_clocks, resume_clocks
from steward.modules.incidents.models import Surge, SurgeChange
from steward.modules.incidents.queries.loads import SOURCES
from steward.modules.incidents.rules import surges as rules
from steward.modules.messaging.commands import Notice, notify_staff
from steward.modules.orders.commands.progress import AUTO_LIMITS
from steward.modules.orders.queries import work
from steward.modules.people import queries as people

ORDER, AUDIT = "order", "order_audit"
POSTPONED = "postponed"
AT_ONCE = 500


def carry_out(actor: Actor, surge: Surge, actions: Sequence[rules.Action], now: datetime) -> None:
    """Do what a plan says, as a step of the caller's command; what is done already is not done again."""
    for action in actions:
        if isinstance(action, rules.RaiseLimits):
            _raise_limits(actor, surge, action, now)
        elif isinstance(action, rules.CallIn):
            _call_in(actor, surge, action, now)
        else:
            postpone_low(actor, surge, now)


def _raise_limits(actor: Actor, surge: Surge, action: rules.RaiseLimits, now: datetime) -> None:
    """Put higher limits of automatic approval in force, in their own history and with the surge as the reason."""
    before = parameters.value(AUTO_LIMITS)
    after = rules.raised(before, action.percent)
    if after == before:
        return
    parameters.set_parameter(actor, name=AUTO_LIMITS.name, new=after, reason=f"surge {surge.id}")
    SurgeChange.objects.create(surge=surge, kind="raise_limits", before=before, after=after, done_at=now)


def _call_in(actor: Actor, surge: Surge, action: rules.CallIn, now: datetime) -> None:
    """Ask everybody of a team who is neither on duty nor on leave to come."""
    away = {one.staff_id for one in people.staff_on_duty(at=now)} | set(people.on_leave(at=now))
    asked = [staff_id for staff_id in people.team_staff(action.team) if staff_id not in away]
    SurgeChange.objects.bulk_create(
        [
            SurgeChange(surge=surge, kind="call_in", subject_id=staff_id, after={"team": action.team}, done_at=now)
            for staff_id in asked
        ]
    )
    if asked:
        notice = Notice(
            staff_ids=asked,
            kind="system",
            template="surge_called",
            params={
                "subject": surge.plan.name,
                "queue": in_each(lambda: SOURCES[surge.queue].label),
                "waiting": surge.most_waiting,
            },
            subject_kind="surge",
            subject_id=surge.id,
            dedupe_key=f"surge:{surge.id}:called",
            urgent=True,
        )
        notify_staff(actor, notices=[notice], now=now)


def postpone_low(actor: Actor, surge: Surge, now: datetime) -> int:
    """Let the audit clocks of waiting orders of low priority stand still; returns how many were postponed.

    One that stands still already (another waits for something) stays as it is and is not ours to start again.
    """
    known = set(surge.changes.filter(kind="postpone_low").values_list("subject_id", flat=True))
    fresh = [one for one in work.waiting_ids("audit", priority="low", limit=AT_ONCE) if one not in known]
    clocks = deadlines.next_clocks(ORDER, fresh)
    running = [one for one in fresh if one in clocks and clocks[one].kind == AUDIT and clocks[one].running_since]
    pause_clocks(actor, pauses=[ClockPause(ORDER, one, AUDIT, POSTPONED) for one in running], at=now)
    SurgeChange.objects.bulk_create(
        [SurgeChange(surge=surge, kind="postpone_low", subject_id=one, done_at=now) for one in running]
    )
    return len(running)


def note_done(surge: Surge, now: datetime) -> None:
    """Close the changes about orders that have left the audit meanwhile: nothing is left to undo of them."""
    rows = surge.changes.filter(kind="postpone_low", undone_at=None)
    waiting = work.still_in("audit", [one or 0 for one in rows.values_list("subject_id", flat=True)])
    rows.exclude(subject_id__in=waiting).update(undone_at=now, left="done_meanwhile")


def undo(actor: Actor, surge: Surge, now: datetime) -> tuple[int, int]:
    """Undo what a surge changed, as a step of the caller's command; what people have changed since is left to them.

    People who were called go home by themselves. Returns how many changes were undone and how many were left.
    """
    note_done(surge, now)
    open_changes = surge.changes.filter(undone_at=None)
    left = [
        change.id
        for change in open_changes.filter(kind="raise_limits")
        if not _lower_limits(actor, change.before or {}, change.after or {}, f"surge {surge.id} ended")
    ]
    rows = open_changes.filter(kind="postpone_low").values_list("subject_id", "id")
    postponed = {order_id or 0: change_id for order_id, change_id in rows}
    clocks = deadlines.next_clocks(ORDER, list(postponed))
    standing = [one for one in postponed if one in clocks and clocks[one].paused_reason == POSTPONED]
    resume_clocks(actor, stops=[ClockStop(ORDER, one, AUDIT) for one in standing], at=now, reason=POSTPONED)
    left += [change_id for order_id, change_id in postponed.items() if order_id not in standing]
    SurgeChange.objects.filter(id__in=left).update(undone_at=now, left="changed_since")
    return open_changes.update(undone_at=now), len(left)


def _lower_limits(actor: Actor, before: Mapping[str, int], after: Mapping[str, int], reason: str) -> bool:
    """Put the limits of before in force again, unless somebody has set others since; tells whether it did."""
    if parameters.value(AUTO_LIMITS) != after:
        return False
    parameters.set_parameter(actor, name=AUTO_LIMITS.name, new=before, reason=reason)
    return True
