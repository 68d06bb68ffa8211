"""Names of orders as people say them."""

from __future__ import annotations

from collections.abc import Sequence

from steward.modules.orders.models import Order


def order_names(order_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of each order; the port `deadlines.names.order`, for notices about its clocks."""
    return dict(Order.objects.filter(id__in=order_ids).values_list("id", "number"))
