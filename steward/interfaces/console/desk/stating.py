"""What people say is true of a ticket: category, urgency, priority, order, tags, special case."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.desk.going_back import back, typed
from steward.kernel import moment
from steward.modules.customers.commands import rights
from steward.modules.desk.commands import restating
from steward.modules.desk.queries.ticket import get_ticket, ticket_id
from steward.modules.orders import queries as orders

REVEALED = ("name", "phone", "email")


@require_POST
@needs("tickets.work")
def ticket_restate(request: StaffRequest, number: str) -> HttpResponse:
    """Set what the form names; what it does not name stays."""
    given = {name: typed(request, name, 60) for name in ("category", "urgency", "priority") if name in request.POST}
    facts: dict[str, object] = dict(given)
    if "category" in given:
        facts |= {"sub_reason": typed(request, "sub_reason", 60), "sorted_by": "person" if given["category"] else ""}
    if "tags" in request.POST:
        wanted = typed(request, "tags").replace("，", ",").replace("、", ",").split(",")
        facts["tags"] = list(dict.fromkeys(tag.strip() for tag in wanted if tag.strip()))
    if "order" in request.POST:
        wanted_order = typed(request, "order", 60)
        facts["order_id"] = orders.order_id(wanted_order) if wanted_order else None
    restating.restate_tickets(
        request.actor,
        ticket_ids=[ticket_id(number)],
        facts=restating.Facts(**facts),  # type: ignore[arg-type]  # each name is read above as its field wants it
        now=moment.now(),
        reason=typed(request, "reason"),
    )
    return back(request, number, _("Saved."))


@require_POST
@needs("tickets.manage")
def ticket_special(request: StaffRequest, number: str) -> HttpResponse:
    """Declare a special case, or no longer one."""
    special = request.POST.get("special") == "1"
    reason = typed(request, "reason")
    restating.declare_special(
        request.actor, ticket_id=ticket_id(number), special=special, reason=reason, now=moment.now()
    )
    return back(request, number, _("It counts as a special case.") if special else _("It is an ordinary case again."))


@require_POST
@needs("customers.reveal")
def ticket_reveal(request: StaffRequest, number: str) -> HttpResponse:
    """Show one personal field of the customer in clear, in place of its mask; who looked is recorded."""
    field, view = request.POST.get("field", ""), get_ticket(number)
    value = ""
    if field in REVEALED and view.customer_id is not None:
        reason = _("Opened on the ticket %(number)s") % {"number": view.number}
        value = str(rights.reveal_customer(request.actor, customer_id=view.customer_id, reason=reason).get(field) or "")
    return HttpResponse(format_html('<span class="masked revealed">{}</span>', value or "—"))
