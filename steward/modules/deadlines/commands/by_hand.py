"""What people and programs may do to one running limit: due when somebody outside says, or wait for others to act."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands.dating import ClockDue, release_due, set_due
from steward.modules.deadlines.commands.locking import ClockStop
from steward.modules.deadlines.commands.pausing import ClockPause, pause_clocks, resume_clocks
from steward.modules.deadlines.events import ClocksRedated
from steward.modules.deadlines.models import Clock

NEEDS = "deadlines.clocks"
# Whom one may wait for; what the system waits for by itself it says itself.
WAITS = ("waiting_for_customer", "waiting_for_supplier", "waiting_for_carrier")
FURTHEST = timedelta(days=366)


class UnfitDue(errors.Refusal):
    """Refuse a due time that is none."""

    code = "unfit_due"
    status = 422
    message = _("Give a time ahead of now, at most a year from now.")


class UnfitWait(errors.Refusal):
    """Refuse to let a limit stand still for nobody."""

    code = "unfit_wait"
    status = 422
    message = _("Say for whom it waits: choose one of the list.")


class NoReason(errors.Refusal):
    """Refuse to move a limit without saying why."""

    code = "clock_reason_missing"
    status = 422
    message = _("Say why: it stands in the history of this time limit.")


class ClockStaysAsItIs(errors.Refusal):
    """Refuse what this limit cannot do: it ended, stands still already, or never may."""

    code = "clock_stays"
    status = 409
    message = _("This time limit cannot do that now: look at it again.")


@command(needs=NEEDS)
def date_clock(actor: Actor, *, clock: ClockStop, due_at: datetime, reason: str, now: datetime) -> None:
    """Let a running limit be due when somebody outside says, e.g. a marketplace; nobody there waits for us.

    Raises: UnfitDue, NoReason, ClockStaysAsItIs. Emits: as set_due. Locks: the clock. Source: DSK-4.
    """
    if not now < due_at <= now + FURTHEST:
        raise UnfitDue
    wish = ClockDue(*clock, due_at, _said(reason))
    _moved(actor, clock, set_due(actor, dues=[wish], at=now))


@command(needs=NEEDS)
def undate_clock(actor: Actor, *, clock: ClockStop, reason: str, now: datetime) -> None:
    """Give a limit whose due time came from outside back to its policy.

    Raises: NoReason, ClockStaysAsItIs. Emits: as release_due. Locks: the clock.
    """
    _moved(actor, clock, release_due(actor, stops=[clock], at=now, reason=_said(reason)))


@command(needs=NEEDS)
def hold_clock(actor: Actor, *, clock: ClockStop, waits_for: str, now: datetime) -> None:
    """Let a limit stand still while the customer, a supplier or a carrier has to act, where its policy allows that.

    Raises: UnfitWait, ClockStaysAsItIs. Emits: as pause_clocks. Locks: the clock. Source: DSK-4.
    """
    if waits_for not in WAITS:
        raise UnfitWait
    _moved(actor, clock, pause_clocks(actor, pauses=[ClockPause(*clock, waits_for)], at=now))


@command(needs=NEEDS)
def run_clock(actor: Actor, *, clock: ClockStop, now: datetime) -> None:
    """Let a limit run on that a person had let wait; what a hold or a second look stopped stays stopped.

    Raises: ClockStaysAsItIs. Locks: the clock.
    """
    waiting = Clock.objects.filter(
        subject_id=clock.subject_id,
        subject_kind=clock.subject_kind,
        kind=clock.kind,
        stopped_at=None,
        running_since=None,
        paused_reason__in=WAITS,
    )
    moved = resume_clocks(actor, stops=[clock], at=now, reason="answered") if waiting.exists() else 0
    _moved(actor, clock, moved)


def _said(reason: str) -> str:
    if not reason.strip():
        raise NoReason
    return reason.strip()[:400]


def _moved(actor: Actor, clock: ClockStop, count: int) -> None:
    """Tell the module of the subject that the limit moved. Raises: ClockStaysAsItIs where it did not."""
    if not count:
        raise ClockStaysAsItIs
    row = Clock.objects.get(
        subject_id=clock.subject_id, subject_kind=clock.subject_kind, kind=clock.kind, stopped_at=None
    )
    moved = ClocksRedated(
        clock_id=row.id, about_kind=row.subject_kind, about_ids=[row.subject_id], simulated=row.simulated
    )
    events.record(actor, [moved])
