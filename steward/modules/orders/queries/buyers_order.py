"""One order as its buyer reads it, without what is the house's alone."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from steward.kernel import errors
from steward.modules.inventory import queries as inventory
from steward.modules.orders.models import Order
from steward.modules.orders.queries.detail import LineView, lines_of
from steward.modules.orders.queries.listing import OrderRow, order_rows


class BuyersOrder(Struct, frozen=True):
    """What a buyer reads of their order. Units: minor units of `order.currency`."""

    order: OrderRow
    shipping_minor: int
    refunded_minor: int
    lines: list[LineView]
    hold_until: datetime | None
    invoice_due_at: datetime | None


def buyers_order(order_id: int) -> BuyersOrder:
    """Collect what a buyer reads of their order, in a constant number of statements. Raises: NotFound."""
    order = Order.objects.select_related("shop", "customer__person_key").filter(id=order_id).first()
    if order is None:
        raise errors.NotFound(key=order_id)
    hold = inventory.hold_of_order(order_id)
    return BuyersOrder(
        order=order_rows([order])[0],
        shipping_minor=order.shipping_minor,
        refunded_minor=order.refunded_minor,
        lines=lines_of(order_id),
        hold_until=hold[1] if hold else None,
        invoice_due_at=order.invoice_due_at,
    )
