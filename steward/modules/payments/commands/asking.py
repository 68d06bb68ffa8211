"""Ask a second person about a refund, and take the question back where it is not needed any more."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from steward.kernel.actor import Actor
from steward.modules.approvals.commands import Ask, ask_approvals, withdraw_approvals
from steward.modules.payments.models import Refund, RefundRequest

KIND = "refund"
SUBJECT = "refund_request"
UNPAID = ("refused", "withdrawn", "failed")


def ask_second_person(
    actor: Actor,
    request: RefundRequest,
    *,
    involved: tuple[str, ...],
    family: tuple[int, ...],
    known_minor: int,
    number: str,
    now: datetime,
) -> None:
    """Let the limits say whether somebody else must agree to a new request. The money locks of its family are held.

    What the order and those it was split from or into were given back before counts, and `known_minor` at least:
    slices do not help. Units: minor currency units. Emits: ApprovalAsked.
    """
    earlier_minor = max(known_minor, _earlier_minor(request, family))
    facts: dict[str, object] = {"order": request.order_number, "cause": request.cause, "shop": request.shop}
    if earlier_minor:
        facts["earlier_minor"] = earlier_minor
    ask = Ask(
        kind=KIND,
        subject_kind=SUBJECT,
        subject_id=request.id,
        number=number,
        asked_by=request.requested_by,
        involved=involved,
        amount_minor=request.amount_minor,
        earlier_minor=earlier_minor,
        currency=request.currency,
        facts=facts,
        reason=request.reason,
        simulated=request.simulated,
    )
    asked = ask_approvals(actor, asks=[ask], now=now)[0]
    if asked.outcome != "not_needed":
        request.approval, request.approval_request_id = "awaiting", asked.approval_id
        request.save(update_fields=["approval", "approval_request"])


def drop_asking(actor: Actor, *, request_id: int, reason: str, now: datetime) -> None:
    """Take the question back once no refund of the request waits for its answer. The money lock is held.

    Emits: ApprovalSettled. Locks: the approval.
    """
    if Refund.objects.filter(request_id=request_id, state="awaiting_approval").exists():
        return
    waiting = RefundRequest.objects.filter(id=request_id, approval="awaiting")
    if waiting.update(approval="withdrawn", settled_at=now):
        withdraw_approvals(
            actor, kind=KIND, subject_kind=SUBJECT, subject_ids=[request_id], reason=reason[:300], now=now
        )


def _earlier_minor(request: RefundRequest, family: tuple[int, ...]) -> int:
    """Sum what was asked back before and not refused or called off. Units: minor currency units."""
    order_ids = {request.order_id, *family}
    rows = Refund.objects.filter(order_id__in=order_ids, currency=request.currency).exclude(request=request)
    return rows.exclude(state__in=UNPAID).aggregate(total=Sum("amount_minor"))["total"] or 0
