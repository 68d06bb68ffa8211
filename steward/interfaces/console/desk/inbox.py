"""The inbox with its queues, and the page of one ticket."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.desk.context import context_of
from steward.interfaces.console.desk.pane import pane_of
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.desk.commands import attending
from steward.modules.desk.queries import inbox as queries
from steward.modules.desk.queries import words
from steward.modules.desk.queries.ticket import get_ticket
from steward.modules.desk.rules import tickets

PAGE = 40
ICONS = {
    "mine": "user",
    "unassigned": "user-question",
    "team": "users-group",
    "active": "inbox",
    "waiting": "hourglass",
    "snoozed": "zzz",
    "solved": "circle-check",
    "closed": "archive",
    "spam": "ban",
}
FILTERS = ("channel", "category", "priority")


@require_GET
@needs("tickets.view")
def inbox(request: StaffRequest) -> HttpResponse:
    """Show the queues, the tickets of one of them, and the ticket that is open, if one is."""
    facts = _listed(request)
    if number := request.GET.get("ticket", "")[:30]:
        facts |= _opened(request, number, back=str(facts["list_url"]))
    return render(request, "console/desk/inbox.html", facts)


@require_GET
@needs("tickets.view")
def ticket(request: StaffRequest, number: str) -> HttpResponse:
    """Show one ticket by itself: what was said, what is true of it, and the composer."""
    facts = _opened(request, number, back=reverse("desk_inbox"))
    return render(request, "console/desk/ticket.html", facts)


def _listed(request: StaffRequest) -> dict[str, Any]:
    now = moment.now()
    queue = _queue(request)
    chosen = {name: request.GET.get(name, "")[:40] for name in FILTERS}
    filters = queries.TicketFilters(queue=queue, staff_id=request.actor.staff_id, **chosen)
    page = queries.inbox_page(filters, now=now, after=request.GET.get("after", "")[:60], limit=PAGE)
    counts = queries.queue_counts(request.actor.staff_id, now=now)
    kept = {"queue": queue} | {name: value for name, value in chosen.items() if value}
    at = kept | ({"after": request.GET["after"]} if request.GET.get("after") else {})
    return {
        "queue": queue,
        "queue_label": words.word(words.QUEUES, queue),
        "queues": [(code, label, ICONS[code], counts.get(code), code == queue) for code, label in words.QUEUES.items()],
        "late": counts["late"],
        "rows": page.rows,
        "open_number": request.GET.get("ticket", "").upper(),
        "row_query": "?" + urlencode(at),
        "list_url": "?" + urlencode(at),
        "next_url": "?" + urlencode(kept | {"after": page.after}) if page.after else "",
        "first_url": "?" + urlencode(kept) if request.GET.get("after") else "",
        "chosen": chosen,
        "is_narrowed": any(chosen.values()),
        "channels": list(words.CHANNELS.items()),
        "categories": words.CATEGORIES,
        "priorities": list(words.PRIORITIES.items()),
        "may_work": request.actor.may("tickets.work"),
        "may_manage": request.actor.may("tickets.manage"),
        "bulk_moves": [(verb, words.VERBS[verb]) for verb in ("wait_for_customer", "wait_for_third", "solve")],
    }


def _queue(request: StaffRequest) -> str:
    """Choose the queue: what is asked for, else one's own work, else everything."""
    asked = request.GET.get("queue", "")
    if asked in queries.QUEUES:
        return asked
    return "mine" if request.actor.may("tickets.work") and request.actor.staff_id else "active"


def _opened(request: StaffRequest, number: str, *, back: str) -> dict[str, Any]:
    """Collect what the pane of one ticket shows; that this person looked is noted."""
    view = get_ticket(number)
    now = moment.now()
    _look(request.actor, view.id)
    before = row_number(request.GET.get("before", ""))
    return {
        "ticket": view,
        "back_url": back,
        **pane_of(request, view, now=now, before=before),
        **context_of(request.actor, view, now=now),
        "may_work": request.actor.may("tickets.work"),
        "may_manage": request.actor.may("tickets.manage"),
        "is_active": view.state in tickets.ACTIVE,
    }


def _look(actor: Actor, ticket_id: int) -> None:
    """Note that the person has the ticket open; a program that only reads is nowhere."""
    if actor.staff_id is not None:
        attending.attend_ticket(actor, ticket_id=ticket_id, writes=False, now=moment.now())
