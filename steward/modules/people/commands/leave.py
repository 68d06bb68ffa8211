"""Leave: ask, decide, withdraw. What is approved takes the person off duty."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people.commands import guards, roster
from steward.modules.people.commands.swapping import DecidedByAnother, NotYours
from steward.modules.people.events import LeaveMoved, LeaveRequested
from steward.modules.people.models import Duty, Leave
from steward.modules.people.queries.coverage import gaps_without
from steward.modules.people.rules import absence

LONGEST = timedelta(days=370)


class LeavesShiftUncovered(errors.Refusal):
    """Refuse a leave that leaves too few on duty, until somebody confirms that they know."""

    code = "leaves_shift_uncovered"
    message = gettext_lazy(
        "Too few would be on duty: %(gaps)s. Plan somebody else first, or confirm that it may be so."
    )


class LeaveDraft(Struct, frozen=True, kw_only=True):
    """A leave as it is asked for."""

    staff_id: int
    kind: str
    starts_at: datetime
    ends_at: datetime
    delegate_id: int | None = None
    note: str = ""


@command(needs="people.view")
def request_leave(actor: Actor, *, draft: LeaveDraft, now: datetime) -> int:
    """Ask for leave, for oneself or, with the right to plan rosters, for somebody else.

    Returns its id. Locks: the person. Raises: NotYours, BadInput with every finding. Emits: LeaveRequested.
    """
    if draft.staff_id != actor.staff_id and not actor.may("people.roster"):
        raise NotYours
    active = guards.lock_staff([draft.staff_id, draft.delegate_id or 0])
    if findings := _findings(draft, active):
        raise errors.BadInput(findings)
    leave = Leave.objects.create(
        staff_id=draft.staff_id,
        kind=draft.kind,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        delegate_id=draft.delegate_id,
        note=draft.note.strip()[:200],
        asked_by=actor.id,
        asked_at=now,
    )
    requested = LeaveRequested(
        leave_id=leave.id,
        staff_id=draft.staff_id,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        delegate_id=draft.delegate_id,
    )
    events.record(actor, [requested])
    return leave.id


def _findings(draft: LeaveDraft, active: set[int]) -> list[dict[str, str]]:
    """Collect all that is wrong with a wish for leave."""
    near = Leave.objects.filter(starts_at__lt=draft.ends_at, ends_at__gt=draft.starts_at)
    delegate = draft.delegate_id
    in_order = draft.starts_at < draft.ends_at <= draft.starts_at + LONGEST
    own_overlap = in_order and near.filter(staff_id=draft.staff_id, state__in=absence.BLOCKING).exists()
    delegate_away = in_order and delegate and near.filter(staff_id=delegate, state="approved").exists()
    checks = (
        ("staff", draft.staff_id in active, _("Choose somebody who works here.")),
        ("kind", draft.kind in absence.LEAVE_KINDS, _("Choose what kind of leave it is.")),
        ("ends_at", in_order, _("The end must be after the beginning, at most a year later.")),
        ("starts_at", not own_overlap, _("There is leave in this time already.")),
        ("delegate", delegate is None or delegate in active, _("Choose somebody who works here.")),
        ("delegate", delegate != draft.staff_id, _("Choose somebody else to stand in.")),
        ("delegate", not delegate_away, _("Who shall stand in is on leave in this time.")),
    )
    return [{"field": field, "code": "unfit", "message": message} for field, fits, message in checks if not fits]


@command(needs="people.approve")
def decide_leave(
    actor: Actor,
    *,
    leave_id: int,
    approve: bool,
    confirm_uncovered: bool = False,
    note: str = "",
    now: datetime,
) -> None:
    """Approve or refuse a leave of somebody else; an approved one takes them off the duties inside it.

    Locks: the person, then the leave.
    Raises: NotFound, DecidedByAnother, NotPossible, LeavesShiftUncovered. Emits: LeaveMoved, DutiesCancelled.
    """
    leave = _locked(leave_id)
    if not absence.can_decide(actor.staff_id, absent=leave.staff_id, asked_by=leave.asked_by):
        raise DecidedByAnother
    verb = "approve" if approve else "refuse"
    after = absence.next_state(leave.state, verb)
    if after is None:
        raise errors.NotPossible(state=leave.state, verb=verb)
    duties = list(_duties_inside(leave, now).values_list("id", "team_id", "staff_id")) if approve else []
    if duties and not confirm_uncovered and (gaps := gaps_without([row[0] for row in duties], now=now)):
        raise LeavesShiftUncovered(gaps="; ".join(gaps))
    facts = {"decided_by_id": actor.staff_id, "decided_at": now, "decision_note": note.strip()[:200]}
    if not Leave.objects.filter(id=leave.id, state=leave.state).update(state=after, **facts):
        raise errors.Stale
    ids = [row[0] for row in duties]
    Duty.objects.filter(id__in=ids, state="planned").update(state="cancelled", leave_id=leave.id)
    roster.withdraw_swaps(ids)
    _announce(actor, leave, after, ids)
    roster.announce_cancelled(actor, duties, "leave")


@command(needs="people.view")
def withdraw_leave(actor: Actor, *, leave_id: int, now: datetime) -> None:
    """Take leave back, before it was decided or after; the duties it had cancelled and that can still be, are again.

    One's own, or with the right to plan rosters anybody's. Leave that is over stays.
    Locks: the person, then the leave. Raises: NotFound, NotYours, NotPossible. Emits: LeaveMoved.
    """
    leave = _locked(leave_id)
    if leave.staff_id != actor.staff_id and not actor.may("people.roster"):
        raise NotYours
    after = absence.next_state(leave.state, "withdraw")
    if after is None or leave.ends_at <= now:
        raise errors.NotPossible(state=leave.state, verb=_("withdraw"))
    if not Leave.objects.filter(id=leave.id, state=leave.state).update(state=after):
        raise errors.Stale
    _announce(actor, leave, after, _give_back(leave, now))


def _give_back(leave: Leave, now: datetime) -> list[int]:
    """Put the person on the duties again that the leave had cancelled, where they have no other by now."""
    given_back = []
    for duty in Duty.objects.filter(leave=leave, state="cancelled", ends_at__gt=now).order_by("starts_at"):
        near = Duty.objects.filter(staff_id=leave.staff_id, starts_at__lt=duty.ends_at, ends_at__gt=duty.starts_at)
        if not near.filter(state="planned").exists():
            Duty.objects.filter(id=duty.id).update(state="planned", leave=None)
            given_back.append(duty.id)
    return given_back


def _duties_inside(leave: Leave, now: datetime) -> QuerySet[Duty]:
    inside = Duty.objects.filter(staff_id=leave.staff_id, state="planned", ends_at__gt=now)
    return inside.filter(starts_at__lt=leave.ends_at, ends_at__gt=leave.starts_at).order_by("id")


def _locked(leave_id: int) -> Leave:
    staff_id = Leave.objects.filter(id=leave_id).values_list("staff_id", flat=True).first()
    if staff_id is None:
        raise errors.NotFound(key=leave_id)
    guards.lock_staff([staff_id])
    return Leave.objects.select_for_update(of=("self",)).get(id=leave_id)


def _announce(actor: Actor, leave: Leave, after: str, duty_ids: list[int]) -> None:
    moved = LeaveMoved(
        leave_id=leave.id,
        staff_id=leave.staff_id,
        delegate_id=leave.delegate_id,
        before=leave.state,
        after=after,
        duty_ids=duty_ids,
    )
    events.record(actor, [moved])
