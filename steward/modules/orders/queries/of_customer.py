"""The orders of a person, for pages that are about the person."""

from __future__ import annotations

from collections.abc import Collection

from steward.modules.orders.models import Order
from steward.modules.orders.queries.listing import OrderRow, order_rows


def orders_of_customers(customer_ids: Collection[int], *, limit: int = 5) -> list[OrderRow]:
    """List the orders of one person, whichever of their customers placed them, newest first."""
    found = Order.objects.filter(customer_id__in=list(customer_ids)).select_related("shop", "customer__person_key")
    return order_rows(list(found.order_by("-id")[:limit]))
