"""The inbox with its queues, and the page of one ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET
from msgspec import structs

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.desk.conditions import choices, flags, read_conditions, written
from steward.interfaces.console.desk.context import context_of
from steward.interfaces.console.desk.pane import pane_of, visitor_of
from steward.interfaces.console.parts import is_wanted
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.desk.commands import attending
from steward.modules.desk.queries import inbox as queries
from steward.modules.desk.queries import words
from steward.modules.desk.queries.ticket import get_ticket
from steward.modules.desk.queries.views import View, view_counts, view_page, views_of
from steward.modules.desk.rules import tickets
from steward.modules.desk.rules.views import Conditions, narrowed, recent

PAGE = 40
# The parts of the inbox by their ids: what is made together.
LIST = ("dk-queues", "dk-rows")
TALK = ("dk-pane", "dk-head", "dk-thread", "dk-translated-draft")
BESIDE = "dk-context"
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


@require_GET
@needs("tickets.view")
def inbox(request: StaffRequest) -> HttpResponse:
    """Show the queues, the tickets of one of them, and the ticket that is open; or what of it is asked for."""
    number = request.GET.get("ticket", "")[:30]
    if number and not is_wanted(request, *LIST):
        kept = request.GET.copy()
        kept.pop("ticket")
        return render(request, "console/desk/ticket.html", _opened(request, number, back=f"?{kept.urlencode()}"))
    facts = _listed(request)
    if number:
        facts |= _opened(request, number, back=str(facts["list_url"]))
    return render(request, "console/desk/inbox.html", facts)


@require_GET
@needs("tickets.view")
def ticket(request: StaffRequest, number: str) -> HttpResponse:
    """Show one ticket by itself: what was said, what is true of it, and the composer."""
    facts = _opened(request, number, back=reverse("desk_inbox"))
    return render(request, "console/desk/ticket.html", facts)


@require_GET
@needs("tickets.view")
def filter_fields(request: StaffRequest) -> HttpResponse:
    """Show what the list can be narrowed by, once somebody opens the filter: what is asked for stands in it."""
    more = structs.replace(read_conditions(request.GET), states=())
    facts = {
        "conditions": more,
        "tags": ", ".join(more.tags),
        "fields": choices(more, whole=False),
        "flags": flags(more),
    }
    return render(request, "console/desk/_conditions.html", facts)


def _listed(request: StaffRequest) -> dict[str, Any]:
    now, staff_id = moment.now(), request.actor.staff_id
    views = views_of(staff_id)
    view, queue = _view(request, views), _queue(request)
    # Which states is for the queue or the view to say.
    more = structs.replace(read_conditions(request.GET), states=())
    if queue in queries.ENDED and view is None and more != Conditions():
        more = recent(more)
    after = request.GET.get("after", "")[:60]
    if view is not None:
        conditions = narrowed(view.conditions, more)
        page = view_page(conditions, view.sort, staff_id=staff_id, now=now, after=after, limit=PAGE)
    else:
        filters = queries.TicketFilters(queue=queue, staff_id=staff_id, more=more)
        page = queries.inbox_page(filters, now=now, after=after, limit=PAGE)
    counts = queries.queue_counts(staff_id, now=now)
    counted = view_counts(views, staff_id=staff_id, now=now)
    base = ("view", str(view.id)) if view else ("queue", queue)
    kept = [base, *written(more)]
    at = kept + ([("after", after)] if after else [])
    return {
        "base": base,
        "queue_label": view.name if view else words.word(words.QUEUES, queue),
        "queues": [
            (code, label, ICONS[code], counts.get(code), view is None and code == queue)
            for code, label in words.QUEUES.items()
        ],
        "views": [(one, counted[one.id], one == view) for one in views],
        "columns": view.columns if view else (),
        "late": counts["late"],
        "rows": page.rows,
        "open_number": request.GET.get("ticket", "").upper(),
        "row_query": "?" + urlencode(at),
        "list_url": "?" + urlencode(at),
        "next_url": "?" + urlencode([*kept, ("after", page.after)]) if page.after else "",
        "first_url": "?" + urlencode(kept) if after else "",
        "save_url": f"{reverse('desk_views')}?{urlencode([('new', '1'), *kept])}",
        "filter_url": f"{reverse('desk_filter')}?{urlencode(written(more))}",
        "is_narrowed": more != Conditions(),
        "may_work": request.actor.may("tickets.work"),
        "may_manage": request.actor.may("tickets.manage"),
        "bulk_moves": [(verb, words.VERBS[verb]) for verb in ("wait_for_customer", "wait_for_third", "solve")],
    }


def _view(request: StaffRequest, views: Sequence[View]) -> View | None:
    """Choose the view: what is asked for, or the one the inbox opens with where no queue is asked for."""
    asked = row_number(request.GET.get("view", ""))
    if asked is None and not request.GET.keys() - {"ticket"}:
        return next((view for view in views if view.default), None)
    return next((view for view in views if view.id == asked), None)


def _queue(request: StaffRequest) -> str:
    """Choose the queue: what is asked for, else one's own work, else everything."""
    asked = request.GET.get("queue", "")
    if asked in queries.QUEUES:
        return asked
    return "mine" if request.actor.may("tickets.work") and request.actor.staff_id else "active"


def _opened(request: StaffRequest, number: str, *, back: str) -> dict[str, Any]:
    """Collect what the pane of one ticket shows, as far as it is asked for; that this person looked is noted.

    What stands beside the conversation costs as much as the conversation: the pane of a ticket that is opened from the
    list comes without it, and asks for it once it is there.
    """
    view = get_ticket(number)
    now = moment.now()
    facts = {
        "ticket": view,
        "back_url": back,
        "may_work": request.actor.may("tickets.work"),
        "may_manage": request.actor.may("tickets.manage"),
        "is_active": view.state in tickets.ACTIVE,
        "talks": is_wanted(request, *TALK),
        "beside": is_wanted(request, BESIDE),
    }
    if facts["talks"]:
        _look(request.actor, view.id)
        facts |= pane_of(request, view, now=now, before=row_number(request.GET.get("before", "")))
    if facts["beside"]:
        facts |= {"visitor": visitor_of(view, now=now), **context_of(request.actor, view, now=now)}
    return facts


def _look(actor: Actor, ticket_id: int) -> None:
    """Note that the person has the ticket open; a program that only reads is nowhere."""
    if actor.staff_id is not None:
        attending.attend_ticket(actor, ticket_id=ticket_id, writes=False, now=moment.now())
