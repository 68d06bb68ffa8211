"""Calls as they come, who is to be called back, and what rings for whoever looks."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.desk.commands import call_work
from steward.modules.desk.queries import calls as known
from steward.modules.desk.queries import ticket as tickets
from steward.modules.messaging.queries.accounts import channel_accounts

PAGE = 50
VIEW, WORK = "tickets.view", "tickets.work"


@require_GET
@needs(VIEW)
def calls(request: StaffRequest) -> HttpResponse:
    """List who is to be called back, and the calls, newest first."""
    state = request.GET.get("state", "")
    words = {"": _("All"), "live": _("On the line"), "missed": _("Missed"), "ended": _("Ended")}
    state = state if state in words else ""
    page = known.calls_page(state=state, before_id=row_number(request.GET.get("before", "")), limit=PAGE)
    facts = {
        "rows": page.rows,
        "older": page.next_before,
        "state": state,
        "states": [(code, label, code == state) for code, label in words.items()],
        "backs": known.call_backs(),
        "systems": channel_accounts("phone") if request.actor.may("settings.desk") else [],
        "may_work": request.actor.may(WORK),
    }
    return render(request, "console/calls/calls.html", facts)


@require_GET
@needs(VIEW)
def call(request: StaffRequest, call_id: int) -> HttpResponse:
    """Show one call, and the case it belongs to."""
    facts = {"call": known.call(call_id), "may_work": request.actor.may(WORK)}
    return render(request, "console/calls/call.html", facts)


@require_POST
@needs(WORK)
def call_file(request: StaffRequest, call_id: int) -> HttpResponse:
    """Put a call into the case it is about, or open one."""
    ticket_id = call_work.file_call(
        request.actor,
        call_id=call_id,
        ticket_number=request.POST.get("ticket", "")[:24],
        subject=request.POST.get("subject", "")[:120],
        now=moment.now(),
    )
    return say(
        request, _("The call is in the case."), to=reverse("ticket", args=[tickets.get_ticket(ticket_id).number])
    )


@require_POST
@needs(WORK)
def call_back_settle(request: StaffRequest, call_back_id: int) -> HttpResponse:
    """Say that a customer was called back, or need not be."""
    call_work.settle_call_back(
        request.actor,
        call_back_id=call_back_id,
        outcome=request.POST.get("outcome", ""),
        note=request.POST.get("note", ""),
        now=moment.now(),
    )
    return say(request, _("Noted."), to=reverse("calls"))


@require_GET
@needs(WORK)
def call_pop(request: StaffRequest) -> HttpResponse:
    """Show what rings for whoever asks; every page fetches it anew when a call moves."""
    return render(request, "console/frame/call_pop.html", {"as_fragment": True})
