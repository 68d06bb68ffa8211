"""Remind buyers who have not paid, and let a person look at what was paid in part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from steward.kernel import money
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory import queries as inventory
from steward.modules.messaging.commands import Outgoing, send_messages
from steward.modules.orders.commands.cancel import owes
from steward.modules.orders.commands.moving import Standing, lock_orders
from steward.modules.orders.commands.progress import MISMATCH, advance_orders
from steward.modules.orders.models import OrderFinding
from steward.modules.orders.queries.addressing import addressed
from steward.modules.payments import queries as payments

PARTLY_PAID = "partly_paid"


@command(needs="orders.advance")
def remind_unpaid(actor: Actor, *, due: Mapping[int, datetime], now: datetime) -> int:
    """Remind the buyers of orders that still wait for money, each once; past orders never. Returns how many.

    `due` says by order id when it will be cancelled. The ledger is asked: money may be in it that the order has not
    heard of yet. A part payment opens a finding. Emits: what advance_orders emits. Locks: orders in id order.
    Source: ORD-4.
    """
    orders = {id_: one for id_, one in lock_orders(due).items() if one.state == "checked" and not one.historic}
    sums = payments.paid_and_refunded({one.id: one.currency for one in orders.values()})
    owing = {
        id_: one.total_minor - _held(sums[id_]) for id_, one in orders.items() if owes(one.total_minor, *sums[id_])
    }
    held_until = inventory.hold_ends(list(owing))
    readers = addressed(owing)
    messages = [
        Outgoing(
            template="payment_reminder",
            customer_id=one.customer_id,
            subject_kind="order",
            subject_id=one.id,
            params={
                "order_number": one.number,
                "open": {"minor": owing[one.id], "currency": one.currency},
                "pay_before": min(due[one.id], held_until.get(one.id, due[one.id])).isoformat(),
            },
            dedupe_key=f"order:{one.id}:payment_reminder",
            simulated=one.simulated,
        )
        for one in readers.values()
    ]
    if messages:
        send_messages(actor, messages=messages, now=now)
    _open_findings(actor, [orders[id_] for id_ in owing if _held(sums[id_])], sums, now)
    return len(messages)


@command(needs="orders.advance")
def note_paid(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> int:
    """Close the findings about part payments of orders that are paid whole now. Returns how many.

    Emits: what advance_orders emits. Locks: orders in id order.
    """
    open_ = OrderFinding.objects.filter(order_id__in=list(order_ids), code=PARTLY_PAID, resolved_at=None)
    ids = sorted(set(open_.values_list("order_id", flat=True)))
    if not ids:
        return 0
    lock_orders(ids)
    closed = open_.update(resolved_at=now, resolved_by=actor.id, resolution="obsolete")
    advance_orders(actor, order_ids=ids, now=now)
    return closed


def _held(sums: tuple[int, int]) -> int:
    return sums[0] - sums[1]


def _open_findings(
    actor: Actor, orders: Sequence[Standing], sums: Mapping[int, tuple[int, int]], now: datetime
) -> None:
    """Open one finding per part payment, unless one about the same money is open already."""
    ids = [one.id for one in orders]
    known = OrderFinding.objects.filter(order_id__in=ids, code__in=(PARTLY_PAID, MISMATCH), resolved_at=None)
    told = set(known.values_list("order_id", flat=True))
    fresh = [one for one in orders if one.id not in told]
    OrderFinding.objects.bulk_create(
        OrderFinding(
            order_id=one.id,
            field="payments",
            code=PARTLY_PAID,
            severity="warning",
            params={
                "paid": f"{money.to_decimal(_held(sums[one.id]), one.currency)} {one.currency}",
                "total": f"{money.to_decimal(one.total_minor, one.currency)} {one.currency}",
            },
        )
        for one in fresh
    )
    advance_orders(actor, order_ids=[one.id for one in fresh], now=now)
