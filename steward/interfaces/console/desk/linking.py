"""Tickets that have to do with each other: merge, take apart, split, link."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_numbers
from steward.interfaces.console.desk.going_back import back, typed
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.desk.commands import merging, opening
from steward.modules.desk.queries.ticket import get_ticket, ticket_id


@require_POST
@needs("tickets.work")
def ticket_merge(request: StaffRequest, number: str) -> HttpResponse:
    """Let a ticket go into another one, which is left."""
    into = get_ticket(typed(request, "into", 30))
    merging.merge_tickets(
        request.actor,
        into_id=into.id,
        ticket_ids=[ticket_id(number)],
        now=moment.now(),
        reason=typed(request, "reason"),
    )
    text = _("%(number)s went into this ticket. It can be taken back.") % {"number": number}
    return say(request, text, to=reverse("ticket", args=[into.number]))


@require_POST
@needs("tickets.work")
def ticket_unmerge(request: StaffRequest, number: str, merge_id: int) -> HttpResponse:
    """Take a merge back."""
    merging.unmerge_tickets(request.actor, merge_id=merge_id, now=moment.now())
    return back(request, number, _("The tickets are two again."))


@require_POST
@needs("tickets.work")
def ticket_split(request: StaffRequest, number: str) -> HttpResponse:
    """Make the ticked messages a ticket of their own."""
    ids = row_numbers(request.POST.getlist("message"))
    if not ids:
        return back(request, number, _("Tick the messages that belong elsewhere."), tone="warning")
    new_id = opening.split_ticket(
        request.actor,
        ticket_id=ticket_id(number),
        message_ids=ids,
        subject=typed(request, "subject", 120),
        now=moment.now(),
    )
    return say(request, _("This is the new ticket."), to=reverse("ticket", args=[get_ticket(new_id).number]))


@require_POST
@needs("tickets.work")
def ticket_link(request: StaffRequest, number: str) -> HttpResponse:
    """Note that another ticket has to do with this one."""
    other, kind = ticket_id(typed(request, "other", 30)), typed(request, "kind", 12) or "related"
    merging.link_tickets(request.actor, ticket_id=ticket_id(number), other_id=other, kind=kind, now=moment.now())
    return back(request, number, _("Linked."))


@require_POST
@needs("tickets.work")
def ticket_unlink(request: StaffRequest, number: str) -> HttpResponse:
    """Take back that two tickets have to do with each other."""
    other = ticket_id(typed(request, "other", 30))
    merging.unlink_tickets(request.actor, ticket_id=ticket_id(number), other_id=other)
    return back(request, number, _("No longer linked."))
