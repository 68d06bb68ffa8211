"""My shifts: when I am on duty, swaps with colleagues, and what I say of myself."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs, signed_in
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.people import fields
from steward.kernel import moment
from steward.kernel.errors import NotFound
from steward.modules.people import commands, queries

WEEKS_SHOWN = 4
ABSENCES = (
    ("break", 15, gettext_lazy("Break, 15 min")),
    ("break", 60, gettext_lazy("Break, 1 h")),
    ("meeting", 30, gettext_lazy("Meeting, 30 min")),
    ("meeting", 60, gettext_lazy("Meeting, 1 h")),
    ("away", 120, gettext_lazy("Away, 2 h")),
)


@require_GET
@signed_in
def my_shifts(request: StaffRequest) -> HttpResponse:
    """Show my duties of the next weeks, the swaps around them and my presence."""
    now, me = moment.now(), request.actor.staff_id or 0
    commands.note_presence(request.actor, now=now)
    duties = queries.duties(start=now, end=now + timedelta(weeks=WEEKS_SHOWN), staff_id=me)
    swaps = queries.swaps(staff_id=me)
    waiting = {swap.duty.id for swap in swaps}
    team_code = queries.team_of([me]).get(me)
    colleagues = [one for one in queries.members_by_team().get(team_code or "", []) if one[0] != me]
    theirs = queries.duties(start=now, end=now + timedelta(weeks=WEEKS_SHOWN), team_code=team_code) if team_code else []
    facts = {
        "duties": [(duty, duty.id in waiting, duty.starts_at <= now) for duty in duties],
        "swaps": swaps,
        "me": me,
        "colleagues": colleagues,
        "their_duties": [duty for duty in theirs if duty.staff_id != me and duty.starts_at > now],
        "presence": queries.present_staff(at=now).get(me, "offline"),
        "absences": ABSENCES,
        "leaves": queries.leaves(staff_id=me, ends_after=now, states=("requested", "approved")),
        "stands_in_for": queries.staff_contact(queries.stands_in_for(me, at=now)).values(),
    }
    return render(request, "console/people/mine.html", facts)


@require_POST
@signed_in
def presence_say(request: StaffRequest) -> HttpResponse:
    """Say that I am on a break, in a meeting, away, or back."""
    said, _colon, minutes = request.POST.get("said", "").partition(":")
    length = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 5 else 0
    commands.set_presence(request.actor, said=said, minutes=length, now=moment.now())
    return say(request, _("Colleagues see it now; it ends by itself.") if said else _("You are back."))


@require_POST
@needs("people.view")
@fields.explained
def swap_ask(request: StaffRequest) -> HttpResponse:
    """Ask a colleague to take my duty, or to exchange it for one of theirs."""
    typed = request.POST
    for_duty = row_number(typed.get("for_duty", ""))
    colleague = row_number(typed.get("colleague", ""))
    if for_duty is not None:
        theirs = queries.duties_by_id([for_duty]).get(for_duty)
        if theirs is None:
            raise NotFound(key=for_duty)
        colleague = theirs.staff_id
    commands.ask_swap(
        request.actor,
        duty_id=fields.person(typed.get("duty", ""), "duty"),
        colleague_id=colleague or 0,
        for_duty_id=for_duty,
        note=typed.get("note", "").strip(),
        now=moment.now(),
    )
    return say(request, _("Asked. Your colleague answers first, then the manager decides."))


@require_POST
@needs("people.view")
def swap_answer(request: StaffRequest, swap_id: int) -> HttpResponse:
    """Say yes or no to a colleague."""
    consents = request.POST.get("answer") == "yes"
    commands.answer_swap(request.actor, swap_id=swap_id, consents=consents, now=moment.now())
    return say(request, _("Agreed. The manager decides now.") if consents else _("Declined."))


@require_POST
@needs("people.view")
def swap_withdraw(request: StaffRequest, swap_id: int) -> HttpResponse:
    """Take my wish back."""
    commands.withdraw_swap(request.actor, swap_id=swap_id)
    return say(request, _("Withdrawn."))


@require_POST
@needs("people.approve")
def swap_decide(request: StaffRequest, swap_id: int) -> HttpResponse:
    """Approve or refuse a swap both agreed on."""
    approve = request.POST.get("decision") == "approve"
    commands.decide_swap(request.actor, swap_id=swap_id, approve=approve, now=moment.now())
    return say(request, _("Approved; the roster is changed.") if approve else _("Refused."))
