"""Key customers and who looks after them: assign, take back, hand over several at once, what was before."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.customers.queries.contact import contacts
from steward.modules.desk.commands.key_agents import hand_over_key_customers
from steward.modules.desk.commands.routing_rules import set_key_agent
from steward.modules.desk.queries import key_agents as queries
from steward.modules.desk.queries.ticket import get_ticket
from steward.modules.people import queries as people

NEEDS = "tickets.manage"


@require_GET
@needs(NEEDS)
def key_customers(request: StaffRequest) -> HttpResponse:
    """List key customers by agent, with the forms to change it."""
    staff_id = row_number(request.GET.get("agent", ""))
    able = people.staff_contact(people.staff_with_permission("tickets.work"))
    facts = {
        "rows": queries.key_customers(staff_id=staff_id),
        "agents": queries.agents_of_key_customers(),
        "chosen": staff_id,
        "able": sorted(able.values(), key=lambda one: one.name),
        "history": queries.key_history(),
        "customer": request.GET.get("customer", "")[:30],
    }
    return render(request, "console/desk/key_customers.html", facts)


@require_POST
@needs(NEEDS)
def key_customer_assign(request: StaffRequest) -> HttpResponse:
    """Let somebody look after a customer, or nobody in particular."""
    customer_id = _customer(typed(request, "customer", 30))
    if customer_id is None:
        text = _(
            "Nobody is found by this. Write a ticket's number, or the number in the address of the customer's page."
        )
        return say(request, text, tone="warning", to=reverse("key_customers"))
    staff_id = row_number(request.POST.get("agent", ""))
    note, now = typed(request, "note", 200), moment.now()
    set_key_agent(request.actor, customer_id=customer_id, staff_id=staff_id, note=note, now=now)
    text = _("Their tickets go to this agent first.") if staff_id else _("Nobody in particular looks after them now.")
    return say(request, text, to=reverse("key_customers"))


def _customer(text: str) -> int | None:
    """Find a customer by a ticket of theirs or by their own number."""
    if text.upper().startswith("TK"):
        return get_ticket(text).customer_id
    id_ = row_number(text) if text.isascii() and text.isdigit() else None
    return id_ if id_ is not None and contacts({id_}) else None


@require_POST
@needs(NEEDS)
def key_customers_hand_over(request: StaffRequest) -> HttpResponse:
    """Hand the customers that are ticked to somebody else, or all of an agent."""
    ticked = row_numbers(request.POST.getlist("customer"))
    count = hand_over_key_customers(
        request.actor,
        from_staff_id=row_number(request.POST.get("from", "")) or 0,
        to_staff_id=row_number(request.POST.get("to", "")) or 0,
        note=typed(request, "note", 200),
        customer_ids=ticked or None,
        now=moment.now(),
    )
    text = ngettext("%(count)s customer was handed over.", "%(count)s customers were handed over.", count)
    return say(request, text % {"count": count}, to=reverse("key_customers"))
