"""Take what a payment provider calls back with, after its signature was checked outside any transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments import queries, rules
from steward.modules.payments.commands.recording import post_entries
from steward.modules.payments.events import PaymentMismatched
from steward.modules.payments.models import Callback
from steward.modules.payments.rules import CALLBACK_DIRECTIONS, OrderFacts, PaymentEntryDraft

KEPT_PER_MINUTE = 30
Outcome = Literal["applied", "duplicate", "unmatched", "refused"]
Name = Annotated[str, Meta(max_length=80)]


class CallbackData(msgspec.Struct, frozen=True):
    """The movement a provider reports; the order by its number, or by shop and the shop's number. Units: minor."""

    transaction: Annotated[str, Meta(min_length=1, max_length=rules.LONGEST_TRANSACTION)]
    amount_minor: Annotated[int, Meta(gt=0, le=10**15)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    paid_at: Annotated[datetime, Meta(tz=True)]
    order: Annotated[str, Meta(max_length=40)] = ""
    shop: Name = ""
    external_number: Name = ""
    method: Annotated[str, Meta(max_length=40)] = ""


class CallbackBody(msgspec.Struct, frozen=True):
    """The body of a callback."""

    type: Literal["payment.succeeded", "refund.succeeded"]
    data: CallbackData


class CallbackReceipt(msgspec.Struct, frozen=True):
    """What became of a callback, and why."""

    outcome: Outcome
    reason: str = ""


@command(needs="payments.callback")
def receive_callback(
    actor: Actor,
    *,
    provider: queries.ProviderView,
    message_id: str,
    body: CallbackBody,
    order: OrderFacts | None,
    now: datetime,
) -> CallbackReceipt:
    """Record a verified callback: money into the ledger once, whatever is sent again or out of order.

    Amounts and currencies the order does not expect are recorded too, with the reason, and announced for a person to
    look at. Emits: PaymentRecorded, PaymentMismatched.
    """
    earlier = Callback.objects.filter(provider_id=provider.id, message_id=message_id).values_list("outcome", flat=True)
    seen = set(earlier)
    if seen & {"applied", "duplicate"}:
        receipt = CallbackReceipt("duplicate", "message_repeated")
    elif order is None:
        receipt = CallbackReceipt("unmatched", f"order_unknown: {body.data.transaction}")
    else:
        receipt = _apply(actor, provider.code, body, order, now)
    if receipt.outcome == "applied" or receipt.outcome not in seen:
        _keep(provider.id, message_id, receipt, body, now)
    return receipt


@command(needs="payments.callback")
def refuse_callback(
    actor: Actor, *, provider: queries.ProviderView, message_id: str, reason: str, now: datetime
) -> CallbackReceipt:
    """Keep note of a callback that was forged, too old or unreadable; at most a bounded number per minute is kept."""
    receipt = CallbackReceipt("refused", reason)
    _keep(provider.id, message_id, receipt, None, now)
    return receipt


def _apply(actor: Actor, provider: str, body: CallbackBody, order: OrderFacts, now: datetime) -> CallbackReceipt:
    """Put the reported movement into the ledger and say how it differs from what the order expects."""
    data, direction = body.data, CALLBACK_DIRECTIONS[body.type]
    paid_minor, refunded_minor = queries.paid_and_refunded({order.order_id: order.currency})[order.order_id]
    entry = PaymentEntryDraft(
        order_id=order.order_id,
        direction=direction,
        provider=provider,
        transaction=data.transaction,
        method=data.method,
        amount_minor=data.amount_minor,
        currency=data.currency,
        happened_at=data.paid_at,
        simulated=order.simulated,
    )
    result = post_entries(actor, entries=[entry], now=now)[0]
    if result.outcome == "duplicate":
        return CallbackReceipt("duplicate", "transaction_repeated")
    if result.outcome != "recorded":
        return CallbackReceipt("refused", result.code)
    reason = rules.mismatch(
        direction=direction,
        amount_minor=data.amount_minor,
        currency=data.currency,
        order=order,
        paid_minor=paid_minor,
        refunded_minor=refunded_minor,
    )
    if reason:
        _announce_mismatch(actor, entry, result.entry_id, order, reason, paid_minor - refunded_minor)
    return CallbackReceipt("applied", reason)


def _announce_mismatch(
    actor: Actor, entry: PaymentEntryDraft, entry_id: int, order: OrderFacts, reason: str, balance_minor: int
) -> None:
    expected_minor = balance_minor if entry.direction == "refund" else order.total_minor - balance_minor
    mismatched = PaymentMismatched(
        order_id=order.order_id,
        entry_id=entry_id,
        reason=reason,
        amount_minor=entry.amount_minor,
        currency=entry.currency,
        expected_minor=expected_minor,
        expected_currency=order.currency,
        simulated=order.simulated,
    )
    log.record(actor, [mismatched])


def _keep(
    provider_id: int, message_id: str, receipt: CallbackReceipt, body: CallbackBody | None, now: datetime
) -> None:
    """Write the callback's row; refused and repeated ones beyond a number per minute are not kept."""
    if receipt.outcome in {"refused", "duplicate"}:
        lately = Callback.objects.filter(
            provider_id=provider_id, outcome=receipt.outcome, received_at__gt=now - timedelta(minutes=1)
        )
        if lately[:KEPT_PER_MINUTE].count() >= KEPT_PER_MINUTE:
            return
    data = body.data if body else None
    Callback.objects.create(
        provider_id=provider_id,
        message_id=message_id[:120],
        received_at=now,
        outcome=receipt.outcome,
        reason=receipt.reason[:200],
        order_number=_order_name(data) if data else "",
        amount_minor=data.amount_minor if data else None,
        currency=data.currency if data else "",
    )


def _order_name(data: CallbackData) -> str:
    return (data.order or f"{data.shop} {data.external_number}".strip())[:40]
