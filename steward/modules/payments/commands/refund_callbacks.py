"""Take what a provider calls back with about a refund: ours by its number or its transaction, or one made elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from steward.kernel.actor import Actor
from steward.modules.payments.commands.applying import Applied, apply_charge
from steward.modules.payments.commands.foreign import note_foreign
from steward.modules.payments.commands.moving import lock_refund, write_step
from steward.modules.payments.commands.succeeding import take_success
from steward.modules.payments.models import Refund
from steward.modules.payments.rules import OrderFacts, PaymentEntryDraft

Hint = Literal["hear_failure", "hear_change"]


def apply_refund(
    actor: Actor,
    draft: PaymentEntryDraft,
    order: OrderFacts,
    *,
    number: str,
    told: Hint | Literal[""],
    code: str,
    payment: str,
    now: datetime,
) -> Applied:
    """Let a refund follow what its provider reports, in whatever order the reports come. The money lock is held.

    A success is booked once, whatever became of the refund here. A failure or a change (`told`) only makes us ask: the
    provider's answer under the number decides, so one that was overtaken does no harm.
    What is not one of ours is a refund made elsewhere; of a mere change there, of `payment`, the amount is asked after.
    Emits: PaymentRecorded and RefundPaid, or RefundDisputed, or PaymentMismatched.
    """
    refund = _find(draft, number)
    if refund is None and told == "hear_change" and number and payment:
        return note_foreign(draft, order, payment=payment, key=number, now=now)
    if refund is None:
        return Applied("refused", "refund_unknown") if number or told else apply_charge(actor, draft, order, now)
    if refund.order_id != order.order_id:
        return Applied("refused", "refund_of_another_order")
    if told:
        return _ask_at_once(actor, refund, told, code, now)
    return take_success(actor, refund, draft, now)


def _find(draft: PaymentEntryDraft, number: str) -> Refund | None:
    """Find and lock our refund that a report is about."""
    found = Refund.objects.filter(provider=draft.provider)
    found = found.filter(number=number) if number else found.filter(transaction=draft.transaction)
    known = found.values_list("number", flat=True).first()
    return lock_refund(known) if known else None


def _ask_at_once(actor: Actor, refund: Refund, told: Hint, code: str, now: datetime) -> Applied:
    if refund.state not in ("sending", "unknown", "pending"):
        return Applied("duplicate", f"refund_{refund.state}")
    Refund.objects.filter(id=refund.id).update(next_try_at=now)
    write_step(actor, refund, told, refund.state, now, code)
    return Applied("applied", "asked_after")
