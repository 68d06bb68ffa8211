"""What orders cost, line by line, with what made them cheaper: what a refund is computed from."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from steward.modules.orders.models import Line, Order
from steward.modules.orders.rules.adjusting import Adjustment, read

FIELDS = (
    "order_id",
    "position",
    "quantity",
    "unit_price_minor",
    "discount_minor",
    "cancelled_quantity",
    "title",
    "item__sku",
    "item__name_zh",
)


class LineWorth(Struct, frozen=True):
    """One line as it was sold; `cancelled` counts what the source took back. Units: pieces, minor currency units."""

    id: int
    position: int
    quantity: int
    unit_price_minor: int
    discount_minor: int
    cancelled: int
    sku: str
    name: str


class OrderWorth(Struct, frozen=True, kw_only=True):
    """An order's amounts, its lines by position. Units: minor units of its currency."""

    id: int
    number: str
    shop: str
    currency: str
    shipping_minor: int
    discount_minor: int
    total_minor: int
    adjustments: tuple[Adjustment, ...]
    lines: tuple[LineWorth, ...]


def orders_worth(order_ids: Collection[int]) -> dict[int, OrderWorth]:
    """Read what orders cost, by id; unknown ones are left out. Two statements, however many."""
    lines: dict[int, list[LineWorth]] = {}
    rows = Line.objects.filter(order_id__in=list(order_ids)).select_related("item").order_by("order_id", "position")
    for row in rows.only(*FIELDS):
        line = LineWorth(
            id=row.id,
            position=row.position,
            quantity=row.quantity,
            unit_price_minor=row.unit_price_minor,
            discount_minor=row.discount_minor,
            cancelled=row.cancelled_quantity,
            sku=row.item.sku,
            name=row.title or row.item.name_zh,
        )
        lines.setdefault(row.order_id, []).append(line)
    orders = Order.objects.filter(id__in=list(order_ids)).select_related("shop")
    return {
        row.id: OrderWorth(
            id=row.id,
            number=row.number,
            shop=row.shop.code,
            currency=row.currency,
            shipping_minor=row.shipping_minor,
            discount_minor=row.discount_minor,
            total_minor=row.total_minor,
            adjustments=read(row.adjustments),
            lines=tuple(lines.get(row.id, ())),
        )
        for row in orders.only(
            "number", "shop__code", "currency", "shipping_minor", "discount_minor", "total_minor", "adjustments"
        )
    }
