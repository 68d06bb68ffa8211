"""Ask for money back, for a person or for cancelled orders; let callbacks that came before their order find it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.families import lock_families
from steward.modules.orders.commands.moving import lock_order, lock_orders
from steward.modules.orders.models import Order
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.rules.transitions import MERGED
from steward.modules.payments import commands as payments
from steward.modules.payments import queries as money

# What the sales channel gave back itself must not be given back again.
PAID_BACK_ELSEWHERE = "refunded_at_source"
AT_ONCE = 200


@command(needs="payments.refund")
def ask_refund(
    actor: Actor,
    *,
    order_id: int,
    cause: str,
    amount_minor: int,
    now: datetime,
    currency: str | None = None,
    reason: str = "",
) -> payments.RequestReceipt:
    """Ask for money of an order back; what all that were one with it were given back counts towards the limits.

    The family is read under the locks: an order is not split unseen while its refund is decided. Units: minor units of
    the currency, the order's where none is named. Raises: NotFound, BadRefund, NotEnoughLeft, Stale.
    Emits: RefundRequested. Locks: the order, then the money of its family. Source: RET-4.
    """
    lock_order(order_id)
    lock_families([order_id])
    order = facts_of([order_id])[0]
    want = payments.RefundWant(
        order=order, cause=cause, currency=currency or order.currency, amount_minor=amount_minor, reason=reason
    )
    return payments.request_refund(actor, want=want, now=now)


def give_back(
    actor: Actor, *, order_ids: Sequence[int], cause: str, reason: str, now: datetime, hands: Sequence[str] = ()
) -> None:
    """Ask for all that is left of cancelled orders' money, as a step of the caller's command; past orders never.

    Where nothing is left nothing is done. Nobody whose `hands` were in it agrees to it. Emits: RefundRequested.
    The money of their families is locked (lock_families), after the orders.
    """
    cancelled = Order.objects.filter(id__in=order_ids, state="cancelled", historic=False)
    ids = cancelled.exclude(cancel_cause=PAID_BACK_ELSEWHERE).values_list("id", flat=True)
    orders = facts_of(ids)
    if orders:
        payments.refund_all_left(actor, orders=orders, cause=cause, reason=reason, now=now, involved=tuple(hands))


@command(needs="orders.advance")
def give_back_late(actor: Actor, *, entry_ids: Sequence[int], now: datetime) -> None:
    """Give back payments that came after their order was cancelled, each once: what a person decided later stands.

    What came for an order that went into another counts for that one instead (change_merging).

    Who cancels an order after this looked sees the payment itself. Emits: RefundRequested.
    Locks: the cancelled orders, then the money of their families, each in id order.
    """
    paid = money.orders_of_fresh_payments(entry_ids)
    over = Order.objects.filter(id__in=paid, state="cancelled").exclude(cancel_cause=MERGED)
    cancelled = lock_orders(over.values_list("id", flat=True))
    if cancelled:
        lock_families(cancelled)
        give_back(actor, order_ids=list(cancelled), cause="late_payment", reason="", now=now)


def match_waiting_callbacks(actor: Actor, *, now: datetime) -> int:
    """Apply callbacks whose order came in meanwhile, some at a time, each part in its own transaction.

    The event of the order does this at once; this finds the callback that came in the very moment of its order.
    Returns how many were matched. Emits: what match_waiting emits.
    """
    matched, after = 0, 0
    while waiting := money.waiting_callbacks(after_id=after, limit=AT_ONCE):
        after = waiting[-1][0]
        named = facts_of(Order.objects.filter(_named([name for _id, name in waiting])).values_list("id", flat=True))
        if named:
            matched += payments.match_waiting(actor, orders=named, now=now)
    return matched


def _named(names: Sequence[str]) -> Q:
    """Build the condition for what callbacks call orders: our number, or the shop and the shop's number."""
    wanted = Q(number__in=names)
    for name in names:
        shop, space, number = name.partition(" ")
        if space:
            wanted |= Q(shop__code=shop, external_number=number)
    return wanted
