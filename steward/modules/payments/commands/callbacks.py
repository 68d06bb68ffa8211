"""Take what a payment provider calls back with, after its signature was checked outside any transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from django.db.models import Q
from msgspec import Meta

from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments import queries, rules
from steward.modules.payments.commands.applying import Applied, apply_charge
from steward.modules.payments.commands.locking import lock_money
from steward.modules.payments.commands.refund_callbacks import Hint, apply_refund
from steward.modules.payments.events import CallbackMatched
from steward.modules.payments.models import Callback
from steward.modules.payments.rules import OrderFacts

KEPT_PER_MINUTE = 30
PROVEN_PER_MINUTE = 300  # who proves who they are is not crowded out by who does not
LONGEST_UNREAD = 4_000
LONGEST_NAME = 140
WAITING_AT_ONCE = 100
HINTS: dict[str, Hint] = {"refund.failed": "hear_failure", "refund.changed": "hear_change"}
Outcome = Literal["applied", "duplicate", "unmatched", "refused"]
Name = Annotated[str, Meta(max_length=80)]


class CallbackData(msgspec.Struct, frozen=True):
    """The movement a provider reports; the order by its number, or by shop and the shop's number. Units: minor.

    `refund` is the number under which we asked for a refund, or the provider's key of one made there, of `payment`;
    `code` says why one failed. Of one that changed only the provider's answer says what became of it.
    """

    transaction: Annotated[str, Meta(min_length=1, max_length=rules.LONGEST_TRANSACTION)]
    amount_minor: Annotated[int, Meta(gt=0, le=10**15)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    paid_at: Annotated[datetime, Meta(tz=True)]
    order: Annotated[str, Meta(max_length=40)] = ""
    shop: Name = ""
    external_number: Name = ""
    method: Annotated[str, Meta(max_length=40)] = ""
    refund: Annotated[str, Meta(max_length=64)] = ""
    code: Name = ""
    payment: Annotated[str, Meta(max_length=rules.LONGEST_TRANSACTION)] = ""


class CallbackBody(msgspec.Struct, frozen=True):
    """The body of a callback."""

    type: Literal["payment.succeeded", "refund.succeeded", "refund.failed", "refund.changed"]
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
    look at. One whose order is not here yet waits for it. Orders of shops the provider does not serve are none of its
    business. Emits: PaymentRecorded, PaymentMismatched, and what becomes of a refund. Locks: the order's money.
    """
    if order is not None:
        lock_money([order.order_id])
    earlier = Callback.objects.filter(provider_id=provider.id, message_id=message_id).order_by("id")
    seen = {row.outcome: row for row in earlier}
    if seen.keys() & {"applied", "duplicate"}:
        receipt = CallbackReceipt("duplicate", "message_repeated")
    elif order is None:
        receipt = CallbackReceipt("unmatched", f"order_unknown: {body.data.transaction}")
    else:
        receipt = _applied(actor, provider, body, order, now)
    waiting = seen.get("unmatched")
    if waiting is not None and receipt.outcome in ("applied", "duplicate"):
        _note_match(actor, waiting, receipt, order, now)
    elif receipt.outcome == "applied" or receipt.outcome not in seen:
        _keep(provider.id, message_id, receipt, body, now)
    return receipt


@command(needs="payments.callback")
def refuse_callback(
    actor: Actor, *, provider: queries.ProviderView, message_id: str, reason: str, now: datetime, proven: bytes = b""
) -> CallbackReceipt:
    """Keep note of a callback that was forged, too old or unreadable; at most a bounded number per minute is kept.

    `proven` are the words of one that is the provider's and makes no sense to us; they are kept with it.
    """
    receipt = CallbackReceipt("refused", reason)
    unread = {"unread": proven.decode("utf-8", "replace").replace("\0", "")[:LONGEST_UNREAD]} if proven else None
    _keep(provider.id, message_id, receipt, None, now, unread=unread)
    return receipt


@command(needs="payments.callback")
def match_waiting(actor: Actor, *, orders: Sequence[OrderFacts], now: datetime) -> int:
    """Apply the callbacks that came before their orders; harmless when run again.

    Returns how many waited for these orders. Emits: CallbackMatched and what receive_callback emits.
    Locks: the orders' money, in id order, then the callbacks.
    """
    by_name = {name: order for order in orders for name in names_of(order)}
    if not by_name:
        return 0
    wanted = Q(outcome="unmatched", body__isnull=False, order_number__in=list(by_name))
    found = list(Callback.objects.filter(wanted).values_list("id", "order_number").order_by("id")[:WAITING_AT_ONCE])
    lock_money([by_name[name].order_id for _id, name in found])
    waiting = Callback.objects.select_for_update().filter(wanted, id__in=[id_ for id_, _name in found])
    known = {provider.id: provider for provider in queries.providers()}
    for row in waiting.order_by("id"):
        order, body = by_name[row.order_number], msgspec.convert(row.body, CallbackBody)
        receipt = _applied(actor, known[row.provider_id], body, order, now)
        _note_match(actor, row, receipt, order, now)
    return len(found)


def names_of(order: OrderFacts) -> list[str]:
    """List what a callback may call an order: our number, or the shop and the shop's number."""
    return [order.number, f"{order.shop} {order.external_number}"] if order.shop else [order.number]


def _applied(
    actor: Actor, provider: queries.ProviderView, body: CallbackBody, order: OrderFacts, now: datetime
) -> CallbackReceipt:
    """Put what is reported where it belongs. The money lock is held."""
    if order.shop not in provider.shops:
        return CallbackReceipt("refused", "order_of_another_shop")
    data = body.data
    draft = rules.PaymentEntryDraft(
        order_id=order.order_id,
        direction="payment" if body.type == "payment.succeeded" else "refund",
        provider=provider.code,
        transaction=data.transaction,
        method=data.method,
        amount_minor=data.amount_minor,
        currency=data.currency,
        happened_at=data.paid_at,
        simulated=order.simulated,
    )
    if body.type == "payment.succeeded":
        done: Applied = apply_charge(actor, draft, order, now)
    else:
        done = apply_refund(
            actor,
            draft,
            order,
            number=data.refund,
            told=HINTS.get(body.type, ""),
            code=data.code,
            payment=data.payment,
            now=now,
        )
    return CallbackReceipt(done.outcome, done.reason)


def _note_match(actor: Actor, row: Callback, receipt: CallbackReceipt, order: OrderFacts | None, now: datetime) -> None:
    """Say on the callback that waited what became of it. Emits: CallbackMatched."""
    row.outcome, row.reason, row.matched_at = receipt.outcome, receipt.reason[:200], now
    row.save(update_fields=["outcome", "reason", "matched_at"])
    if order is not None:
        matched = CallbackMatched(
            order_id=order.order_id,
            callback_id=row.id,
            provider=row.provider.code,
            outcome=receipt.outcome,
            reason=receipt.reason,
            simulated=order.simulated,
        )
        log.record(actor, [matched])


def _keep(
    provider_id: int,
    message_id: str,
    receipt: CallbackReceipt,
    body: CallbackBody | None,
    now: datetime,
    *,
    unread: dict[str, str] | None = None,
) -> None:
    """Write the callback's row; refused and repeated ones beyond a number per minute are not kept.

    What nobody proved has no content here and a number of its own, so that a flood of it hides nothing that is true.
    """
    content = msgspec.to_builtins(body) if body and receipt.outcome in ("unmatched", "refused") else unread
    if receipt.outcome in ("refused", "duplicate"):
        most = KEPT_PER_MINUTE if content is None else PROVEN_PER_MINUTE
        same = Callback.objects.filter(
            provider_id=provider_id, outcome=receipt.outcome, received_at__gt=now - timedelta(minutes=1)
        )
        if same.filter(body__isnull=content is None)[:most].count() >= most:
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
        body=content,
    )


def _order_name(data: CallbackData) -> str:
    """Write what a callback calls its order, as `names_of` does."""
    name = data.order.upper() or f"{data.shop} {data.external_number}".strip()
    return name.replace("\0", "")[:LONGEST_NAME]
