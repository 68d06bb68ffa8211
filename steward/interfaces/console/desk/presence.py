"""Who is at a ticket: browsers say that they are still there, and get who else is."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.desk.pane import visitor_of
from steward.kernel import moment
from steward.modules.desk.commands import attending
from steward.modules.desk.queries.presence import present_at
from steward.modules.desk.queries.ticket import get_ticket, ticket_id


@require_http_methods(["GET", "POST"])
@needs("tickets.view")
def ticket_presence(request: StaffRequest, number: str) -> HttpResponse:
    """Note that this person is there (POST), and show who else is."""
    id_, now = ticket_id(number), moment.now()
    if request.method == "POST":
        writes, leaves = request.POST.get("writes") == "1", request.POST.get("leaves") == "1"
        attending.attend_ticket(request.actor, ticket_id=id_, writes=writes, leaves=leaves, now=now)
        if leaves:
            return HttpResponse(status=204)
    view = get_ticket(id_)
    facts = {
        "ticket": view,
        "visitor": visitor_of(view, now=now),
        "present": present_at(id_, but=request.actor.staff_id, now=now),
    }
    return render(request, "console/desk/_presence.html", facts)
