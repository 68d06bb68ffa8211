"""What the money module must know of orders; it lies below and cannot ask."""

from __future__ import annotations

from collections.abc import Iterable

from steward.modules.orders.models import Order
from steward.modules.payments.rules import OrderFacts


def facts_of(order_ids: Iterable[int]) -> list[OrderFacts]:
    """Give the facts of these orders, by id; those that do not exist are left out."""
    rows = Order.objects.filter(id__in=list(order_ids)).order_by("id")
    fields = ("id", "number", "total_minor", "currency", "shop__code", "external_number", "simulated")
    names = OrderFacts.__struct_fields__
    return [OrderFacts(**dict(zip(names, row, strict=True))) for row in rows.values_list(*fields)]
