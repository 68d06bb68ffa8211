"""What people decide about refunds: agree, refuse, call off, pay by hand, settle a dispute."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments.commands.booking import book_paid, give_up
from steward.modules.payments.commands.locking import lock_money
from steward.modules.payments.commands.moving import lock_refund, move
from steward.modules.payments.commands.requesting import ready_state
from steward.modules.payments.events import RefundDecided, RefundWithdrawn
from steward.modules.payments.models import Refund, RefundRequest
from steward.modules.payments.rules import refunds as rules


class OwnRequest(errors.Refusal):
    """Refuse to let the person who asked for a refund agree to it, whatever their role."""

    code = "own_request"
    status = 403
    message = _("You asked for this refund yourself; somebody else has to agree to it.")


class AlreadySent(errors.Refusal):
    """Refuse to call off what may be paid already."""

    code = "already_sent"
    status = 409
    message = _("The refund %(number)s was sent to the provider already, so it cannot be called off any more.")


class ReasonMissing(errors.Refusal):
    """Refuse a decision without a reason."""

    code = "reason_missing"
    status = 422
    message = _("Say why, in a few words.")


@command(needs="payments.approve")
def approve_refund(actor: Actor, *, request_id: int, now: datetime, note: str = "") -> None:
    """Agree to a refund somebody else asked for; it goes out then.

    Raises: NotFound, OwnRequest, NotPossible. Emits: RefundDecided. Locks: the order's money.
    """
    request = _lock_request(request_id)
    _decide(actor, request, "approved", note, now)
    for refund in _refunds(request):
        move(actor, refund, "approve", now, note=note, next_try_at=now)
        if ready_state(refund.provider, refund.simulated) == "by_hand":
            move(actor, refund, "hand_over", now)


@command(needs="payments.approve")
def refuse_refund(actor: Actor, *, request_id: int, note: str, now: datetime) -> None:
    """Refuse a refund somebody asked for; its money may be asked for again.

    Raises: NotFound, OwnRequest, NotPossible, ReasonMissing. Emits: RefundDecided. Locks: the order's money.
    """
    _require_reason(note)
    request = _lock_request(request_id)
    _decide(actor, request, "refused", note, now)
    for refund in _refunds(request):
        give_up(actor, refund, "refuse", now, note=note)


@command(needs="payments.refund")
def withdraw_refund(actor: Actor, *, number: str, reason: str, now: datetime) -> None:
    """Call a refund off before it was ever sent.

    Raises: NotFound, NotPossible, AlreadySent, ReasonMissing. Emits: RefundWithdrawn. Locks: the order's money.
    """
    _require_reason(reason)
    refund = lock_refund(number)
    if rules.can(refund.state, "withdraw") and not rules.can_withdraw(refund.state, refund.tries):
        raise AlreadySent(number=number)
    give_up(actor, refund, "withdraw", now, note=reason)
    log.record(
        actor,
        [
            RefundWithdrawn(
                order_id=refund.order_id,
                refund_id=refund.id,
                number=refund.number,
                reason=reason,
                simulated=refund.simulated,
            )
        ],
    )


@command(needs="payments.record")
def settle_by_hand(actor: Actor, *, number: str, transaction: str, now: datetime, note: str = "") -> None:
    """Note that a refund was paid back outside, under the provider's or the bank's `transaction`.

    Raises: NotFound, NotPossible, BadTransaction. Emits: PaymentRecorded, RefundPaid. Locks: the order's money.
    """
    refund = lock_refund(number)
    if refund.state != "by_hand":
        raise errors.NotPossible(state=refund.state, verb="settle")
    amount_minor = refund.amount_minor
    book_paid(actor, refund, "settle", transaction=transaction, amount_minor=amount_minor, at=now, now=now, note=note)


@command(needs="payments.approve")
def settle_dispute(
    actor: Actor, *, number: str, amount_minor: int, transaction: str, reason: str, now: datetime
) -> None:
    """End a dispute with what really moved; 0 means nothing did. What is not paid may be asked for again.

    Units: minor currency units. Raises: NotFound, NotPossible, ReasonMissing, BadTransaction.
    Emits: PaymentRecorded, RefundPaid or RefundFailed. Locks: the order's money.
    """
    _require_reason(reason)
    refund = lock_refund(number)
    if refund.state != "disputed":
        raise errors.NotPossible(state=refund.state, verb="settle")
    if amount_minor <= 0:
        give_up(actor, refund, "close", now, note=reason, failure="nothing_moved")
        return
    book_paid(actor, refund, "settle", transaction=transaction, amount_minor=amount_minor, at=now, now=now, note=reason)


def _require_reason(text: str) -> None:
    if not text.strip():
        raise ReasonMissing


def _lock_request(request_id: int) -> RefundRequest:
    """Lock one request and its order's money. Raises: NotFound."""
    order_id = RefundRequest.objects.filter(id=request_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise errors.NotFound(key=request_id)
    lock_money([order_id])
    return RefundRequest.objects.select_for_update().get(id=request_id)


def _decide(actor: Actor, request: RefundRequest, decision: str, note: str, now: datetime) -> None:
    """Write the decision of somebody else than who asked. Raises: NotPossible, OwnRequest. Emits: RefundDecided."""
    if request.approval != "awaiting":
        raise errors.NotPossible(state=request.approval, verb=decision)
    if request.requested_by == actor.id:
        raise OwnRequest
    request.approval, request.decided_by, request.decided_at, request.note = decision, actor.id, now, note[:200]
    request.save(update_fields=["approval", "decided_by", "decided_at", "note"])
    decided = RefundDecided(
        order_id=request.order_id,
        request_id=request.id,
        decision=decision,
        note=request.note,
        simulated=request.simulated,
    )
    log.record(actor, [decided])


def _refunds(request: RefundRequest) -> list[Refund]:
    waiting = Refund.objects.filter(request=request, state="awaiting_approval").order_by("id")
    return list(waiting.select_for_update(of=("self",), no_key=True).select_related("request", "payment"))
