"""What a plan does and how it is undone: each change is kept as a row with what was before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.languages import in_each
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.commands import POSTPONED, ClockPause, ClockStop, pause_clocks, resume_clocks
from steward.modules.incidents.commands.limits import lower_limits, raise_limits
from steward.modules.incidents.models import Surge, SurgeChange
from steward.modules.incidents.queries.loads import SOURCES
from steward.modules.incidents.rules import surges as rules
from steward.modules.messaging.commands import Notice, notify_staff
from steward.modules.orders.queries import work
from steward.modules.people import queries as people

ORDER, AUDIT = "order", "order_audit"
AT_ONCE, AT_MOST = 500, 2_000


def carry_out(actor: Actor, surge: Surge, actions: Sequence[rules.Action], now: datetime) -> None:
    """Do what a plan says, as a step of the caller's command; what is done already is not done again."""
    for action in actions:
        if isinstance(action, rules.RaiseLimits):
            raise_limits(actor, surge, action.percent, now)
        elif isinstance(action, rules.CallIn):
            _call_in(actor, surge, action, now)
        else:
            postpone_low(actor, surge, now)


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

    One that stands still already (another waits for something) stays as it is and is not ours to start again. One that
    runs again, because a second look at it is over or it came back, is postponed again. At most `AT_MOST` at once: a
    minute later the watch of queues goes on with the rest.
    """
    after = 0
    done: list[int] = []
    while len(done) < AT_MOST and (ids := work.waiting_ids("audit", priority="low", after=after, limit=AT_ONCE)):
        after = ids[-1]
        done += _let_stand(actor, ids, now)
    again = surge.changes.filter(kind="postpone_low", subject_id__in=done)
    known = set(again.values_list("subject_id", flat=True))
    again.update(undone_at=None, left="")
    SurgeChange.objects.bulk_create(
        [SurgeChange(surge=surge, kind="postpone_low", subject_id=one, done_at=now) for one in done if one not in known]
    )
    return len(done)


def _let_stand(actor: Actor, order_ids: Sequence[int], now: datetime) -> list[int]:
    """Let the audit clocks of orders stand still that run; those whose terms forbid it run on. Returns which stand."""
    clocks = deadlines.open_clocks(ORDER, AUDIT, order_ids)
    running = [one for one in order_ids if one in clocks and clocks[one].running_since]
    pause_clocks(actor, pauses=[ClockPause(ORDER, one, AUDIT, POSTPONED) for one in running], at=now)
    standing = deadlines.standing_clocks(ORDER, AUDIT, running, POSTPONED)
    return [one for one in running if one in standing]


def note_done(surge: Surge, now: datetime) -> None:
    """Close the changes about orders that have left the audit meanwhile: nothing is left to undo of them."""
    rows = surge.changes.filter(kind="postpone_low", undone_at=None)
    waiting = work.still_in("audit", [one or 0 for one in rows.values_list("subject_id", flat=True)])
    rows.exclude(subject_id__in=waiting).update(undone_at=now, left="done_meanwhile")


def run_hurried(actor: Actor, surge: Surge, now: datetime) -> int:
    """Let postponed orders that are of low priority no longer run on before the surge ends; returns how many run.

    One that waits for somebody by now goes on waiting; nothing is left to undo of it either.
    """
    rows = surge.changes.filter(kind="postpone_low", undone_at=None)
    postponed = [one or 0 for one in rows.values_list("subject_id", flat=True)]
    hurried = work.still_in("audit", postponed) - work.still_in("audit", postponed, priority="low")
    if not hurried:
        return 0
    standing = _let_run(actor, sorted(hurried), now)
    rows.filter(subject_id__in=hurried - standing).update(undone_at=now, left="changed_since")
    return rows.filter(subject_id__in=standing).update(undone_at=now)


def _let_run(actor: Actor, order_ids: Sequence[int], now: datetime) -> set[int]:
    """Let the audit clocks of orders run on that stand still because they were postponed. Returns which did."""
    standing = deadlines.standing_clocks(ORDER, AUDIT, order_ids, POSTPONED)
    stops = [ClockStop(ORDER, one, AUDIT) for one in sorted(standing)]
    resume_clocks(actor, stops=stops, at=now, reason=POSTPONED, lifts=(POSTPONED,))
    return standing


def undo(actor: Actor, surge: Surge, now: datetime) -> tuple[int, int]:
    """Undo what a surge changed, as a step of the caller's command; what people have changed since is left to them.

    Limits that another surge raises as well stay as high as that one needs. An order that waits for somebody by now
    goes on waiting. People who were called go home by themselves. Returns how many changes were undone and how many
    were left.
    """
    note_done(surge, now)
    open_changes = surge.changes.filter(undone_at=None)
    raised = open_changes.filter(kind="raise_limits")
    left = [one.id for one in raised if not lower_limits(actor, one, f"surge {surge.id} ended")]
    rows = open_changes.filter(kind="postpone_low").values_list("subject_id", "id")
    postponed = {order_id or 0: change_id for order_id, change_id in rows}
    standing = _let_run(actor, list(postponed), now)
    left += [change_id for order_id, change_id in postponed.items() if order_id not in standing]
    SurgeChange.objects.filter(id__in=left).update(undone_at=now, left="changed_since")
    return open_changes.update(undone_at=now), len(left)
