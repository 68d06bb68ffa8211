"""Tell buyers what became of their order: taken in, paid, cancelled, money given back. Each is said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines import queries as deadlines
from steward.modules.messaging.commands import Outgoing, send_messages
from steward.modules.orders.queries.addressing import Addressed, addressed, cause_words
from steward.modules.payments.events import RefundPaid, RefundStuck


@command(needs="orders.advance")
def tell_received(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> int:
    """Confirm that orders came in. Returns how many buyers are told; said before is not said again."""
    orders = [one for one in _bought(order_ids) if one.state != "cancelled"]
    return _send(actor, [_about(one, "order_received", total=_money(one, one.total_minor)) for one in orders], now)


@command(needs="orders.advance")
def tell_paid(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> int:
    """Say that the money for orders is there. Returns how many buyers are told."""
    orders = _bought(order_ids)
    return _send(actor, [_about(one, "order_paid", paid=_money(one, one.paid_minor)) for one in orders], now)


@command(needs="orders.advance")
def tell_cancelled(actor: Actor, *, causes: Mapping[int, str], now: datetime) -> int:
    """Say that orders were cancelled and why. `causes` by order id. Returns how many buyers are told."""
    orders = _bought(causes)
    return _send(actor, [_about(one, "order_cancelled", cause=cause_words(causes[one.id])) for one in orders], now)


@command(needs="orders.advance")
def tell_difference(actor: Actor, *, changes: Mapping[int, int], now: datetime) -> int:
    """Ask for what changed orders cost beyond what was paid, once per change (order id → change id).

    Only orders that wait for their money are asked about. Returns how many buyers are told.
    """
    waiting = [one for one in addressed(changes).values() if one.state == "checked" and one.paid_minor]
    clocks = deadlines.next_clocks("order", [one.id for one in waiting])
    messages = [
        _about(
            one,
            "payment_reminder",
            again=f"change:{changes[one.id]}",
            open=_money(one, one.total_minor - one.paid_minor),
            pay_before=due_at.isoformat(),
        )
        for one in waiting
        if one.total_minor > one.paid_minor and one.id in clocks and (due_at := clocks[one.id].due_at) is not None
    ]
    return _send(actor, messages, now)


@command(needs="orders.advance")
def tell_refunded(actor: Actor, *, refunds: Sequence[RefundPaid], now: datetime) -> int:
    """Say that money went back, once per refund. Returns how many messages there are."""
    orders = addressed({one.order_id for one in refunds})
    return _send(
        actor,
        [
            _about(
                orders[one.order_id],
                "refund_paid",
                again=str(one.refund_id),
                refunded={"minor": one.amount_minor, "currency": one.currency},
            )
            for one in refunds
            if one.order_id in orders
        ],
        now,
    )


@command(needs="orders.advance")
def tell_refund_late(actor: Actor, *, refunds: Sequence[RefundStuck], now: datetime) -> int:
    """Say that money takes longer to go back than it should, once per refund. Returns how many messages there are."""
    orders = addressed({one.order_id for one in refunds})
    return _send(
        actor,
        [
            _about(
                orders[one.order_id],
                "refund_late",
                again=str(one.refund_id),
                refund={"minor": one.amount_minor, "currency": one.currency},
            )
            for one in refunds
            if one.order_id in orders and one.currency
        ],
        now,
    )


def _bought(order_ids: Iterable[int]) -> list[Addressed]:
    """Leave out what was sent in the place of other goods: after-sales tells about it."""
    return [one for one in addressed(order_ids).values() if one.replaces_id is None]


def _send(actor: Actor, messages: Sequence[Outgoing], now: datetime) -> int:
    return len(send_messages(actor, messages=messages, now=now)) if messages else 0


def _money(one: Addressed, amount_minor: int) -> dict[str, Any]:
    return {"minor": amount_minor, "currency": one.currency}


def _about(one: Addressed, template: str, *, again: str = "", **params: Any) -> Outgoing:
    """Write a message about an order; its key names order and template, and `again` what may happen more than once."""
    return Outgoing(
        template=template,
        customer_id=one.customer_id,
        subject_kind="order",
        subject_id=one.id,
        params={"order_number": one.number, **params},
        dedupe_key=f"order:{one.id}:{template}" + (f":{again}" if again else ""),
        simulated=one.simulated,
    )
