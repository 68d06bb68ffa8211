"""Refunds: the queue, one with every step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.kernel import moment, money
from steward.kernel.actor import Actor
from steward.modules.approvals import queries as approvals
from steward.modules.approvals.queries import words as approval_words
from steward.modules.orders.queries import OrderRow
from steward.modules.payments import queries
from steward.modules.payments.queries import words
from steward.modules.payments.rules import refunds as rules
from steward.modules.people import queries as people

PAGE = 50
QUEUES: Mapping[str, tuple[object, tuple[str, ...]]] = {
    "": (pgettext_lazy("refunds", "For people"), rules.FOR_A_PERSON),
    "approve": (pgettext_lazy("refunds", "To approve"), ("awaiting_approval",)),
    "by_hand": (pgettext_lazy("refunds", "To pay by hand"), ("by_hand",)),
    "disputed": (pgettext_lazy("refunds", "Disputed"), ("disputed",)),
    "failed": (pgettext_lazy("refunds", "Failed"), ("failed",)),
    "under_way": (pgettext_lazy("refunds", "Under way"), rules.MACHINE),
    "stuck": (pgettext_lazy("refunds", "Stuck"), ()),
    "paid": (pgettext_lazy("refunds", "Paid"), ("succeeded",)),
    "all": (pgettext_lazy("refunds", "All"), ()),
}


@require_GET
@needs("payments.view")
def refunds(request: StaffRequest) -> HttpResponse:
    """Show refunds, newest first; at first those that wait for a person."""
    queue, text = request.GET.get("queue", ""), request.GET.get("q", "").strip()[:40]
    queue = queue if queue in QUEUES else ""
    states = () if text else QUEUES[queue][1]
    filters = queries.RefundFilters(states=states, stuck=queue == "stuck" and not text, text=text)
    rows = queries.refunds_page(filters, before_id=row_number(request.GET.get("after", "")), limit=PAGE + 1)
    counts = queries.refund_counts()
    older = "?" + urlencode({"queue": queue, "q": text, "after": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else ""
    facts = {
        "rows": [(row, words.word(words.CAUSES, row.cause), words.reason(row.failure)) for row in rows[:PAGE]],
        "chips": [
            (code, label, not text and code == queue, sum(counts.get(state, 0) for state in states or (code,)))
            for code, (label, states) in QUEUES.items()
        ],
        "names": queries.provider_names(),
        "due": _due([row.request_id for row in rows[:PAGE] if row.state == "awaiting_approval"]),
        "q": text,
        "older_url": older,
    }
    return render(request, "console/payments/refunds.html", facts)


def _due(request_ids: list[int]) -> dict[int, datetime]:
    """Tell until when somebody has to decide about requests that wait for a second person."""
    waiting = approvals.approvals_of("refund_request", request_ids) if request_ids else []
    return {one.subject_id: one.due_at for one in waiting if one.state == "open"}


@require_GET
@needs("payments.view")
def refund(request: StaffRequest, number: str) -> HttpResponse:
    """Show one refund: what for, from which payment, every step and call, and what can be done now."""
    view = queries.refund(number)
    row = view.refund
    verdicts = view.verdicts
    hands = {row.requested_by, *(step.actor for step in view.steps), *(one.decided_by for one in verdicts)}
    names = people.actor_names(hands)
    facts = {
        "view": view,
        "names": queries.provider_names(),
        "refund": row,
        "cause": words.word(words.CAUSES, row.cause),
        "failure": words.reason(row.failure),
        "requested_by": names.get(row.requested_by, row.requested_by),
        **_asked(request.actor, view),
        "verdicts": [(one, names.get(one.decided_by, one.decided_by)) for one in verdicts],
        "steps": [
            (step, words.word(words.VERBS, step.verb), names.get(step.actor, step.actor), _note(step))
            for step in reversed(view.steps)
        ],
        "may_withdraw": request.actor.may("payments.refund") and rules.can_withdraw(row.state, row.tries),
        "may_settle": request.actor.may("payments.record") and row.state == "by_hand",
        "may_end_dispute": request.actor.may("payments.approve") and row.state == "disputed",
        "typed_amount": str(money.to_decimal(row.amount_minor, row.currency)),
        "what_now": _what_now(row.state),
    }
    return render(request, "console/payments/refund.html", facts)


def _asked(actor: Actor, view: queries.RefundView) -> dict[str, object]:
    """Give the approval the refund waits for, and whether the person may decide it or why not."""
    asked = approvals.approval(view.approval_id) if view.approval == "awaiting" and view.approval_id else None
    if asked is None:
        return {"asked": None}
    why_not = approvals.may_decide(actor, asked, now=moment.now())
    return {
        "asked": asked,
        "role": people.role_labels().get(asked.role, _("Anybody who may decide")),
        "may_decide": why_not == "",
        "why_not": "" if why_not == "settled" else approval_words.why_not(why_not),
    }


def _note(step: queries.StepView) -> str:
    """Leave out what the step's own words say already."""
    return words.reason(step.note.removeprefix("unclear ").removeprefix("absent").strip())


def _what_now(state: str) -> str:
    """Say what happens next, and whose turn it is."""
    texts = {
        "awaiting_approval": _("Somebody other than who asked for it has to agree."),
        "waiting": _("It is sent within a minute; nobody has to do anything."),
        "sending": _("It is being sent right now."),
        "unknown": _("Nobody knows yet whether the money moved. The provider is asked; nothing is sent blindly."),
        "pending": _("The provider accepted it and is asked until it is paid."),
        "by_hand": _("Nothing reaches this provider: pay it back outside, then enter the transaction here."),
        "disputed": _("The provider reports something else than was asked for. Find out what moved and enter it here."),
        "failed": _("It was not paid; its money can be asked for again on the order."),
    }
    return texts.get(state, "")


def of_order(actor: Actor, order: OrderRow) -> dict[str, object]:
    """Give what an order's page shows of its refunds, and what may still be asked back."""
    left_minor = queries.left_to_refund(order.id, order.currency)
    return {
        "refunds": queries.refunds_of_order(order.id) if actor.may("payments.view") else [],
        "may_refund": actor.may("payments.refund") and not order.historic,
        "left_minor": left_minor,
        "left_typed": str(money.to_decimal(left_minor, order.currency)),
        "refund_causes": [(cause, words.word(words.CAUSES, cause)) for cause in rules.ASKED_FOR],
    }
