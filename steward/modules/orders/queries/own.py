"""What is kept of a person's orders, in clear: for that person alone, once they have signed in. Source: CUS-6."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.kernel import personal
from steward.modules.orders.models import Line, Order
from steward.modules.orders.queries.sealed import person_key


class OwnOrder(Struct, frozen=True, kw_only=True):
    """One order as whoever placed it may take it along. Units: minor units of `currency`."""

    number: str
    shop: str
    shop_number: str
    placed_at: datetime
    state: str
    currency: str
    total_minor: int
    paid_minor: int
    refunded_minor: int
    recipient: dict[str, Any]
    note: str
    lines: list[dict[str, Any]]


def own_orders(customer_ids: Collection[int]) -> list[OwnOrder]:
    """List every order of a person with recipient and goods, newest first. Two statements."""
    found = Order.objects.filter(customer_id__in=customer_ids).select_related("shop", "customer__person_key")
    rows = list(found.order_by("-id"))
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    bought = Line.objects.filter(order_id__in=[row.id for row in rows]).select_related("item").order_by("position")
    for line in bought:
        lines[line.order_id].append(
            {
                "sku": line.item.sku,
                "name": line.title or line.item.name_zh,
                "quantity": line.quantity,
                "unit_price_minor": line.unit_price_minor,
                "discount_minor": line.discount_minor,
            }
        )
    return [_own(row, lines[row.id]) for row in rows]


def count_own(customer_ids: Collection[int]) -> int:
    """Count a person's orders."""
    return Order.objects.filter(customer_id__in=customer_ids).count()


def _own(row: Order, lines: list[dict[str, Any]]) -> OwnOrder:
    key = person_key(row)
    sealed: dict[str, Any] = personal.unseal(key, row.sealed) if key is not None and row.sealed else {}
    return OwnOrder(
        number=row.number,
        shop=row.shop.name,
        shop_number=row.external_number,
        placed_at=row.placed_at,
        state=row.state,
        currency=row.currency,
        total_minor=row.total_minor,
        paid_minor=row.paid_minor,
        refunded_minor=row.refunded_minor,
        recipient=sealed.get("recipient") or {},
        note=str(sealed.get("note") or ""),
        lines=lines,
    )
