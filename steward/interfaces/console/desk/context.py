"""What stands beside a conversation: the customer, the order with what can be done about it, other tickets, history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from msgspec import Struct

from steward.interfaces.console.cases.pages import why_no_case
from steward.interfaces.console.desk.reasons import reasons_of
from steward.interfaces.console.desk.sorting import sorting_of
from steward.interfaces.console.orders.actions import actions_of
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.customers.queries.merged import family
from steward.modules.desk.queries import words
from steward.modules.desk.queries.complaints import complaints_of_ticket
from steward.modules.desk.queries.duplicates import duplicates_of
from steward.modules.desk.queries.flows import checklists
from steward.modules.desk.queries.history import ticket_history
from steward.modules.desk.queries.inbox import tickets_of_customer
from steward.modules.desk.queries.ticket import TicketView
from steward.modules.logistics.queries.shipments import shipments_of_order
from steward.modules.orders import queries as orders
from steward.modules.orders.queries import change_words
from steward.modules.orders.queries.changes import possible_changes
from steward.modules.orders.queries.words import cancel_cause
from steward.modules.orders.rules import transitions
from steward.modules.payments import queries as payments
from steward.modules.payments.queries import words as money_words
from steward.modules.payments.rules import refunds
from steward.modules.people.queries.lists import role_labels
from steward.modules.returns.queries.advice import Advice, advice_of
from steward.modules.returns.queries.cases import cases_of_order
from steward.modules.returns.queries.compensations import compensations_of
from steward.modules.returns.queries.words import KINDS

OTHERS, RECENT = 6, 5
CHANGES = {"address": "map-pin", "lines": "list-details"}


class OrderAction(Struct, frozen=True):
    """One thing that can be done about an order from a ticket; `why_not` says why it cannot be done now."""

    code: str
    label: str
    icon: str
    url: str = ""
    why_not: str = ""


def context_of(actor: Actor, view: TicketView, *, now: datetime) -> dict[str, Any]:
    """Collect the right column, as far as the person's role lets them see it."""
    related = family([view.customer_id]) if view.customer_id else []
    others = [one for one in tickets_of_customer(related, limit=OTHERS + 1) if one.id != view.id] if related else []
    facts: dict[str, Any] = {
        "others": others[:OTHERS],
        "looks_like": duplicates_of(view.id, now=now) if related else [],
        "history": ticket_history(view.id),
        "assignments": reasons_of(view.id),
        "categories": words.CATEGORIES,
        **sorting_of(view),
        "urgencies": list(words.URGENCIES.items()),
        "priorities": list(words.PRIORITIES.items()),
        "link_words": words.LINKS,
        "reveal_url": reverse("ticket_reveal", args=[view.number]) if actor.may("customers.reveal") else "",
        "checklist": checklists([view.id]).get(view.id),
        "roles": role_labels(),
        "complaints": complaints_of_ticket(view.id),
        "card": None,
        "recent_orders": [],
    }
    if actor.may("orders.view"):
        theirs = orders.OrderFilters(customer_ids=frozenset(related), scopes=actor.scopes)
        recent = orders.orders_page(theirs, limit=RECENT).rows if related else []
        facts["recent_orders"] = [one for one in recent if one.id != view.order_id]
        facts |= _order(actor, view) if view.order_id else {}
    return facts


def _order(actor: Actor, view: TicketView) -> dict[str, Any]:
    detail = orders.order_detail(view.order_id or 0)
    order = detail.order
    left_minor = payments.left_to_refund(order.id, order.currency)
    return {
        "card": detail,
        "order": order,
        "shipments": [one.row for one in shipments_of_order(order.id)] if actor.may("logistics.view") else [],
        "cases": cases_of_order(order.id) if actor.may("returns.view") else [],
        "advice": _advice(actor, detail.customer_id),
        "compensations": compensations_of(order_ids=[order.id]) if actor.may("returns.view") else [],
        "refunds": payments.refunds_of_order(order.id) if actor.may("payments.view") else [],
        "order_actions": _actions(actor, detail, view, left_minor),
        "left_minor": left_minor,
        "refund_causes": [(code, money_words.word(money_words.CAUSES, code)) for code in refunds.ASKED_FOR],
        "cancel_causes": [(code, cancel_cause(code)) for code in transitions.CANCEL_CAUSES],
        "about": f"{view.number} {view.subject}"[:180],
    }


def _advice(actor: Actor, customer_id: int | None) -> list[Advice]:
    if customer_id is None or not actor.may("returns.view"):
        return []
    return advice_of([customer_id], now=moment.now())[customer_id]


def _actions(actor: Actor, detail: orders.OrderDetail, view: TicketView, left_minor: int) -> list[OrderAction]:
    """List what can be done about the order, each with the reason why it cannot be done now."""
    number = detail.order.number
    cancel = next(one for one in actions_of(actor, detail) if one.code == "cancel")
    changes = {str(code): why for code, why in possible_changes(detail.order.id).items()}
    query = urlencode({"reason": f"{view.number} {view.subject}"[:180]})
    found = [
        OrderAction(
            code,
            change_words.kind(code),
            icon,
            f"{reverse('order_change', args=[number])}?kind={code}&{query}",
            _permission(actor, "orders.change") or changes[code],
        )
        for code, icon in CHANGES.items()
    ]
    why_no_refund = _permission(actor, "payments.refund") or (
        "" if left_minor > 0 else _("Nothing was paid that could be given back.")
    )
    opening = f"{reverse('case_new')}?{urlencode([('order', number), ('ticket', str(view.id))])}"
    why_not_open = why_no_case(actor, detail.order.id)
    goodwill = f"{reverse('compensation_new')}?{urlencode([('order', number), ('ticket', str(view.id))])}"
    return [
        OrderAction("case", _("Open a case"), "arrow-back-up", opening, why_not_open),
        OrderAction("exchange", KINDS["exchange"], "arrows-exchange", f"{opening}&kind=exchange", why_not_open),
        OrderAction("repair", _("Repair"), "tool", f"{opening}&kind=repair&reason=defective", why_not_open),
        OrderAction("reship", KINDS["reship"], "package-export", f"{opening}&kind=reship&reason=lost", why_not_open),
        OrderAction("coupon", _("Make good"), "gift", goodwill, _permission(actor, "returns.compensate")),
        *found,
        OrderAction("refund", _("Refund"), "cash-banknote", why_not=why_no_refund),
        OrderAction("cancel", cancel.label, "x", cancel.url, cancel.why_not),
    ]


def _permission(actor: Actor, permission: str) -> str:
    if actor.may(permission):
        return ""
    return _("Your role does not allow this (%(permission)s).") % {"permission": permission}
