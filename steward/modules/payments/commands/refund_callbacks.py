"""Take what a provider calls back with about a refund: ours by its number or its transaction, or one made elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from steward.kernel.actor import Actor
from steward.modules.payments.commands.applying import Applied, apply_charge
from steward.modules.payments.commands.booking import BadTransaction, book_paid, dispute
from steward.modules.payments.commands.moving import lock_refund, write_step
from steward.modules.payments.models import Refund
from steward.modules.payments.rules import OrderFacts, PaymentEntryDraft
from steward.modules.payments.rules import refunds as rules

Hint = Literal["hear_failure", "hear_change"]


def apply_refund(
    actor: Actor,
    draft: PaymentEntryDraft,
    order: OrderFacts,
    *,
    number: str,
    told: Hint | Literal[""],
    code: str,
    now: datetime,
) -> Applied:
    """Let a refund follow what its provider reports, in whatever order the reports come. The money lock is held.

    A success is booked once. A failure or a change (`told`) only makes us ask: the provider's answer under the number
    decides, so one that was overtaken does no harm. What is not one of ours is a refund made elsewhere.
    Emits: PaymentRecorded and RefundPaid, or RefundDisputed, or PaymentMismatched.
    """
    refund = _find(draft, number)
    if refund is None:
        return Applied("refused", "refund_unknown") if number or told else apply_charge(actor, draft, order, now)
    if refund.order_id != order.order_id:
        return Applied("refused", "refund_of_another_order")
    if told:
        return _ask_at_once(actor, refund, told, code, now)
    if refund.entry_id is not None:
        same = (refund.transaction, refund.currency) == (draft.transaction, draft.currency)
        return Applied("duplicate", "refund_booked") if same else Applied("refused", "refund_booked_otherwise")
    if refund.state not in rules.OPEN:
        return apply_charge(actor, draft, order, now)
    return _succeeded(actor, refund, draft, now)


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


def _succeeded(actor: Actor, refund: Refund, draft: PaymentEntryDraft, now: datetime) -> Applied:
    """Book a success over the amount asked for; anything else is a dispute."""
    agrees = (draft.amount_minor, draft.currency) == (refund.amount_minor, refund.currency)
    why = "" if agrees else "amount_differs"
    verb = "succeed" if rules.can(refund.state, "succeed") else "settle"
    if agrees and refund.state != "disputed":
        try:
            book_paid(
                actor,
                refund,
                verb,
                transaction=draft.transaction,
                amount_minor=draft.amount_minor,
                at=draft.happened_at,
                now=now,
            )
        except BadTransaction as refusal:
            why = str(refusal.params["why"])
        else:
            return Applied("applied")
    if not rules.can(refund.state, "disagree"):
        return Applied("refused", why or f"refund_{refund.state}")
    dispute(
        actor,
        refund,
        stated_minor=draft.amount_minor,
        stated_currency=draft.currency,
        transaction=draft.transaction,
        why=why,
        now=now,
    )
    return Applied("applied", why)
