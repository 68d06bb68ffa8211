"""What after-sales must know of orders: whose they are, what was bought, how much of it still counts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.modules.orders.models import Line, Order

FIELDS = (
    "id",
    "number",
    "shop__code",
    "customer_id",
    "state",
    "payment_state",
    "fulfilment_state",
    "currency",
    "placed_at",
    "historic",
    "simulated",
)


class LineBought(Struct, frozen=True):
    """One line of an order. Units: pieces, minor currency units."""

    id: int
    position: int
    item_id: int
    sku: str
    name_zh: str
    name_en: str
    stocked: bool
    quantity: int
    cancelled: int
    unit_price_minor: int

    @property
    def wanted(self) -> int:
        """Return how many pieces still count."""
        return self.quantity - self.cancelled


class OrderBought(Struct, frozen=True):
    """An order as after-sales sees it, with its lines by position; no personal data."""

    id: int
    number: str
    shop: str
    customer_id: int | None
    state: str
    payment_state: str
    fulfilment_state: str
    currency: str
    placed_at: datetime
    historic: bool
    simulated: bool
    lines: list[LineBought] = []


def orders_bought(*, numbers: Collection[str] = (), ids: Collection[int] = ()) -> list[OrderBought]:
    """Read orders, by numbers or ids, with their lines; unknown ones are left out. Two statements, however many."""
    rows: Any = Order.objects.filter(number__in=list(numbers)) if numbers else Order.objects.filter(id__in=list(ids))
    orders = [OrderBought(*row) for row in rows.order_by("id").values_list(*FIELDS)]
    by_id = {one.id: one for one in orders}
    lines: Any = Line.objects.filter(order_id__in=list(by_id)).order_by("order_id", "position")
    for order_id, *facts in lines.values_list(
        "order_id",
        "id",
        "position",
        "item_id",
        "item__sku",
        "item__name_zh",
        "item__name_en",
        "item__stocked",
        "quantity",
        "cancelled_quantity",
        "unit_price_minor",
    ):
        by_id[order_id].lines.append(LineBought(*facts))
    return orders
