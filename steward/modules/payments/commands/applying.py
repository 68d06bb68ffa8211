"""Put one movement a provider reports into the ledger, and say how it differs from what the order expects."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.modules.payments import queries, rules
from steward.modules.payments.commands.booking import adopt
from steward.modules.payments.commands.locking import refresh_balances
from steward.modules.payments.commands.recording import post_entries
from steward.modules.payments.events import PaymentMismatched
from steward.modules.payments.rules import OrderFacts, PaymentEntryDraft


class Applied(msgspec.Struct, frozen=True):
    """What became of a reported movement, and why."""

    outcome: Literal["applied", "duplicate", "refused"]
    reason: str = ""


def apply_charge(actor: Actor, draft: PaymentEntryDraft, order: OrderFacts, now: datetime) -> Applied:
    """Record a payment, or a refund made elsewhere, once. The money lock is held.

    Emits: PaymentRecorded; PaymentMismatched where it is not what the order expects; RefundPaid where it stands for a
    refund that waits here.
    """
    paid_minor, refunded_minor = queries.paid_and_refunded({order.order_id: order.currency})[order.order_id]
    result = post_entries(actor, entries=[draft], now=now)[0]
    if result.outcome == "duplicate":
        return Applied("duplicate", "transaction_repeated")
    if result.outcome != "recorded":
        return Applied("refused", result.code)
    if adopt(actor, drafts=[(result.entry_id, draft)], now=now):
        return Applied("applied")
    refresh_balances([order.order_id])
    reason = rules.mismatch(
        direction=draft.direction,
        amount_minor=draft.amount_minor,
        currency=draft.currency,
        order=order,
        paid_minor=paid_minor,
        refunded_minor=refunded_minor,
    )
    if reason:
        _announce_mismatch(actor, draft, result.entry_id, order, reason, paid_minor - refunded_minor)
    return Applied("applied", reason)


def _announce_mismatch(
    actor: Actor, draft: PaymentEntryDraft, entry_id: int, order: OrderFacts, reason: str, balance_minor: int
) -> None:
    expected_minor = balance_minor if draft.direction == "refund" else order.total_minor - balance_minor
    mismatched = PaymentMismatched(
        order_id=order.order_id,
        entry_id=entry_id,
        reason=reason,
        amount_minor=draft.amount_minor,
        currency=draft.currency,
        expected_minor=expected_minor,
        expected_currency=order.currency,
        simulated=order.simulated,
    )
    log.record(actor, [mismatched])
