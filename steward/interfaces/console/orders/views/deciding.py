"""What people decide about an order: approve, send back, cancel, mend, accept."""

from __future__ import annotations

from typing import cast

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.orders.forms import end_of_day
from steward.kernel import moment, money
from steward.modules.customers.commands import accounts
from steward.modules.orders import queries
from steward.modules.orders.commands import audit, cancel, mend, progress, settle, step_doing, urgency
from steward.modules.orders.rules.drafts import Priority

LONGEST_REASON = 200
DECISIONS: dict[str, settle.Decision] = {
    "take_recipient": "take_recipient",
    "take_goods": "take_goods",
    "take_all": "take_all",
}


def _reason(request: StaffRequest) -> str:
    return request.POST.get("reason", "").strip()[:LONGEST_REASON]


def _to_order(request: StaffRequest, number: str) -> str:
    """Go back to the queue the person works through, else to the order."""
    return "" if request.POST.get("next") else reverse("order", args=[number])


@require_POST
@needs("orders.audit")
def order_approve(request: StaffRequest, number: str) -> HttpResponse:
    """Approve one order."""
    late = request.POST.get("late_cause", "")
    audit.approve_orders(
        request.actor,
        order_ids=[queries.order_id(number)],
        now=moment.now(),
        late_cause=late,
        over_credit=request.POST.get("over_credit", "")[:LONGEST_REASON],
    )
    return say(request, _("%(number)s is approved.") % {"number": number}, to=_to_order(request, number))


@require_POST
@needs("orders.advance")
def order_advance(request: StaffRequest, number: str) -> HttpResponse:
    """Move one order on as far as the rules allow."""
    progress.advance_orders(request.actor, order_ids=[queries.order_id(number)], now=moment.now())
    return say(request, _("%(number)s was checked again.") % {"number": number}, to=_to_order(request, number))


@require_POST
@needs("orders.audit")
def order_send_back(request: StaffRequest, number: str) -> HttpResponse:
    """Send one order back to be mended."""
    if not (reason := _reason(request)):
        return say(request, _("Say why, so that the next person knows."), tone="warning", to=_to_order(request, number))
    order_id, late = queries.order_id(number), request.POST.get("late_cause", "")
    audit.send_back_order(request.actor, order_id=order_id, reason=reason, now=moment.now(), late_cause=late)
    return say(request, _("%(number)s was sent back.") % {"number": number}, to=_to_order(request, number))


@require_POST
@needs("orders.cancel")
def order_cancel(request: StaffRequest, number: str) -> HttpResponse:
    """Cancel one order."""
    if not (reason := _reason(request)):
        return say(request, _("Say why, so that the next person knows."), tone="warning", to=_to_order(request, number))
    cancel.cancel_order(
        request.actor,
        order_id=queries.order_id(number),
        cause=request.POST.get("cause", "") or "other",
        reason=reason,
        now=moment.now(),
    )
    return say(request, _("%(number)s was cancelled.") % {"number": number}, to=_to_order(request, number))


@require_POST
@needs("orders.mend")
def order_urgency(request: StaffRequest, number: str) -> HttpResponse:
    """Make one order more or less urgent; an empty day means that no arrival was promised."""
    if not (reason := _reason(request)):
        return say(request, _("Say why, so that the next person knows."), tone="warning", to=_to_order(request, number))
    urgency.set_urgency(
        request.actor,
        order_id=queries.order_id(number),
        priority=cast(Priority, request.POST.get("priority", "")),
        delivery_due_at=end_of_day(request.POST.get("delivery_due", ""), timezone.get_current_timezone_name()),
        reason=reason,
        now=moment.now(),
    )
    return say(request, _("%(number)s: its urgency is set.") % {"number": number}, to=_to_order(request, number))


@require_POST
@needs("orders.mend")
def order_mend(request: StaffRequest, number: str) -> HttpResponse:
    """Change what was typed wrong; the checks run again. Empty fields stay as they are."""
    changes = {
        field: value.strip()
        for field, value in request.POST.items()
        if (field.startswith("recipient.") or field == "note") and isinstance(value, str) and value.strip()
    }
    if not changes:
        return say(request, _("Nothing was changed."), tone="info", to=_to_order(request, number))
    mend.mend_order(request.actor, order_id=queries.order_id(number), changes=changes, now=moment.now())
    return say(request, _("Mended; the checks ran again."), to=_to_order(request, number))


@require_POST
@needs("orders.mend")
def finding_take(request: StaffRequest, finding_id: int) -> HttpResponse:
    """Take over what a finding suggests."""
    mend.take_suggestion(request.actor, finding_id=finding_id, now=moment.now())
    return say(request, _("The suggestion was taken over; the checks ran again."))


@require_POST
@needs("orders.mend")
def finding_accept(request: StaffRequest, finding_id: int) -> HttpResponse:
    """Accept a finding as it is, with the reason."""
    if not (reason := _reason(request)):
        return say(request, _("Say why, so that the next person knows."), tone="warning")
    mend.accept_finding(request.actor, finding_id=finding_id, reason=reason, now=moment.now())
    return say(request, _("Accepted as it is."))


@require_POST
@needs("orders.mend")
def conflict_settle(request: StaffRequest, conflict_id: int) -> HttpResponse:
    """Decide a conflict: keep what stands, or take recipient and note, lines and amounts, or all from what came."""
    decision = DECISIONS.get(request.POST.get("decision", ""), "keep")
    settle.settle_conflict(request.actor, conflict_id=conflict_id, decision=decision, now=moment.now())
    return say(request, _("The conflict is settled."))


@require_POST
@needs("customers.terms")
def order_terms(request: StaffRequest, number: str) -> HttpResponse:
    """Give the buyer of an order terms to pay later, or take them back."""
    detail = queries.order_detail(number)
    currency, reason = detail.order.currency, _reason(request)
    if detail.customer_id is None:
        return say(request, _("This order names no buyer."), tone="warning", to=_to_order(request, number))
    if request.POST.get("end"):
        accounts.end_account(
            request.actor, customer_id=detail.customer_id, currency=currency, reason=reason, now=moment.now()
        )
        return say(request, _("The buyer pays at once again."), to=_to_order(request, number))
    days = request.POST.get("days", "")
    try:
        limit_minor = money.to_minor(request.POST.get("limit", ""), currency)
    except ValueError:
        limit_minor = 0
    accounts.set_account(
        request.actor,
        customer_id=detail.customer_id,
        currency=currency,
        limit_minor=limit_minor,
        days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0,
        reason=reason,
        now=moment.now(),
    )
    return say(request, _("The buyer may pay later from now on."), to=_to_order(request, number))


@require_POST
@needs("orders.do_steps")
def order_step_done(request: StaffRequest, number: str) -> HttpResponse:
    """Say that a step of the house's own is done."""
    step_doing.complete_step(
        request.actor,
        order_id=queries.order_id(number),
        code=request.POST.get("code", "")[:50],
        note=request.POST.get("note", "")[:LONGEST_REASON],
        now=moment.now(),
    )
    return say(request, _("Done; the order goes on."), to=_to_order(request, number))
