"""Leave: ask for it, decide on it, see who is away and who stands in."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.people import fields
from steward.interfaces.console.people.staff import errors_by_field
from steward.kernel import moment
from steward.kernel.errors import BadInput
from steward.modules.people import commands, queries
from steward.modules.people.commands import LeaveDraft
from steward.modules.people.commands.leave import LeavesShiftUncovered
from steward.modules.people.queries import words
from steward.modules.people.rules import absence
from steward.modules.people.rules.calendars import instant

VIEWS = ("waiting", "coming", "all")
TONES = {"requested": "amber", "approved": "green", "refused": "red", "withdrawn": "grey"}


@needs("people.view")
def leave(request: StaffRequest) -> HttpResponse:
    """List leave: what waits for a decision, who is or will be away, or everything."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ("waiting" if request.actor.may("people.approve") else "coming")
    return _page(request, view)


def _page(request: StaffRequest, view: str, unsure: dict[int, str] | None = None) -> HttpResponse:
    now = moment.now()
    if view == "waiting":
        rows = queries.leaves(states=("requested",))
    else:
        rows = queries.leaves(states=("approved",), ends_after=now) if view == "coming" else queries.leaves()
    inside = queries.duties_inside([row.id for row in rows if row.state == "requested"])
    me = request.actor.staff_id
    facts = {
        "view": view,
        "rows": [
            {
                "leave": row,
                "kind": words.LEAVE_KINDS[row.kind],
                "state": words.LEAVE_STATES[row.state],
                "tone": TONES[row.state],
                "duties": inside.get(row.id, 0),
                "decidable": row.state == "requested"
                and request.actor.may("people.approve")
                and absence.can_decide(me, absent=row.staff_id, asked_by=row.asked_by),
                "withdrawable": row.state in absence.BLOCKING
                and row.ends_at > now
                and (row.staff_id == me or request.actor.may("people.roster")),
                "uncovered": (unsure or {}).get(row.id, ""),
            }
            for row in rows
        ],
        "swaps": [swap for swap in queries.swaps() if swap.state == "consented"] if view == "waiting" else [],
        "me": me,
    }
    return render(request, "console/people/leave.html", facts, status=409 if unsure else 200)


@needs("people.view")
def leave_new(request: StaffRequest) -> HttpResponse:
    """Ask for leave; who plans rosters may enter it for somebody else."""
    typed, errors = request.POST, {}
    if request.method == "POST":
        try:
            commands.request_leave(request.actor, draft=_draft(request), now=moment.now())
        except BadInput as refusal:
            errors = errors_by_field(refusal.findings)
        else:
            text = _("Asked. Somebody else decides; you see the answer here.")
            return say(request, text, to=f"{reverse('leave')}?view=all")
    facts = {
        "typed": typed,
        "errors": errors,
        "kinds": words.LEAVE_KINDS,
        "people": queries.staff_list(),
        "me": request.actor.staff_id,
        "chosen": row_number(typed.get("staff", "")) or request.actor.staff_id,
        "delegate": row_number(typed.get("delegate", "")),
        "today": timezone.localdate(),
    }
    return render(request, "console/people/leave_new.html", facts, status=422 if errors else 200)


def _draft(request: StaffRequest) -> LeaveDraft:
    """Read whole days, or hours of them, in the time zone of who types. Raises: BadInput."""
    typed: QueryDict = request.POST
    zone = timezone.get_current_timezone_name()
    first, last = fields.day(typed.get("first", ""), "starts_at"), fields.day(typed.get("last", ""), "ends_at")
    start = fields.minute(typed.get("from") or "00:00", "starts_at")
    end = fields.minute(typed.get("until") or "24:00", "ends_at")
    return LeaveDraft(
        staff_id=row_number(typed.get("staff", "")) or request.actor.staff_id or 0,
        kind=typed.get("kind", ""),
        starts_at=instant(first, start, zone),
        ends_at=instant(last, end, zone),
        delegate_id=row_number(typed.get("delegate", "")),
        note=typed.get("note", ""),
    )


@require_POST
@needs("people.approve")
def leave_decide(request: StaffRequest, leave_id: int) -> HttpResponse:
    """Approve or refuse; where a shift would be left uncovered, ask whether that is meant."""
    approve = request.POST.get("decision") == "approve"
    try:
        commands.decide_leave(
            request.actor,
            leave_id=leave_id,
            approve=approve,
            confirm_uncovered=request.POST.get("uncovered") == "on",
            note=request.POST.get("note", ""),
            now=moment.now(),
        )
    except LeavesShiftUncovered as refusal:
        return _page(request, "waiting", {leave_id: str(refusal)})
    return say(
        request,
        _("Approved. The duties inside are free; approvals and routing go to the stand-in.")
        if approve
        else _("Refused."),
        to=reverse("leave"),
    )


@require_POST
@needs("people.view")
def leave_withdraw(request: StaffRequest, leave_id: int) -> HttpResponse:
    """Take leave back."""
    commands.withdraw_leave(request.actor, leave_id=leave_id, now=moment.now())
    return say(request, _("Withdrawn. The duties it had cancelled count again."))
