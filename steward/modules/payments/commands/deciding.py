"""What people do about refunds: call off, pay by hand, settle a dispute. Whether one may go out, approvals decide."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments.commands.asking import drop_asking
from steward.modules.payments.commands.booking import book_paid, call_off, give_up
from steward.modules.payments.commands.moving import lock_refund
from steward.modules.payments.rules import refunds as rules


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


@command(needs="payments.refund")
def withdraw_refund(actor: Actor, *, number: str, reason: str, now: datetime) -> None:
    """Call a refund off before it was ever sent.

    Raises: NotFound, NotPossible, AlreadySent, ReasonMissing. Emits: RefundWithdrawn; ApprovalSettled.
    Locks: the order's money, then the approval.
    """
    _require_reason(reason)
    refund = lock_refund(number)
    if rules.can(refund.state, "withdraw") and not rules.can_withdraw(refund.state, refund.tries):
        raise AlreadySent(number=number)
    call_off(actor, refund, "withdraw", reason, now)
    drop_asking(actor, request_id=refund.request_id, reason=reason, now=now)


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
