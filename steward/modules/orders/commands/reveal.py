"""Show an order's personal data in clear; who looked, and why, is recorded."""

from __future__ import annotations

from typing import Any

from steward.kernel import errors, events, personal
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.matching import open_key
from steward.modules.orders.events import OrderRevealed
from steward.modules.orders.models import Order, OrderFinding


@command(needs="orders.reveal")
def reveal_order(actor: Actor, *, order_id: int, reason: str) -> dict[str, Any]:
    """Return recipient and note of an order in clear, and what findings say of them, by the finding's id.

    Raises: NotFound, Erased. Emits: OrderRevealed. Source: CUS-6.
    """
    order = Order.objects.filter(id=order_id).first()
    if order is None:
        raise errors.NotFound(key=order_id)
    if order.customer_id is None:
        return {"recipient": {}, "note": "", "findings": {}}
    key = open_key(order.customer_id)
    opened: dict[str, Any] = {"recipient": {}, "note": ""}
    if order.sealed:
        opened.update(personal.unseal(key, order.sealed))
    sealed = OrderFinding.objects.filter(order_id=order_id, sealed__isnull=False).values_list("id", "code", "sealed")
    opened["findings"] = {str(id_): {"code": code, **personal.unseal(key, raw)} for id_, code, raw in sealed if raw}
    events.record(actor, [OrderRevealed(order_id=order_id, reason=reason)])
    return opened
