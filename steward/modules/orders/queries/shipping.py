"""What shipping must know of orders: where to, how urgent, until when; no personal data but the label's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.kernel import personal
from steward.modules.orders.models import Order
from steward.modules.orders.queries.sealed import person_key


class ToShip(Struct, frozen=True):
    """An order as logistics sees it. Units: minor currency units."""

    id: int
    number: str
    state: str
    fulfilment_state: str
    shop: str
    district_code: str
    priority: str
    delivery_due_at: datetime | None
    total_minor: int
    currency: str
    historic: bool
    simulated: bool


FIELDS = (
    "id",
    "number",
    "state",
    "fulfilment_state",
    "shop__code",
    "district_code",
    "priority",
    "delivery_due_at",
    "total_minor",
    "currency",
    "historic",
    "simulated",
)


def orders_to_ship(order_ids: Iterable[int]) -> dict[int, ToShip]:
    """Read what shipping must know of orders, by id; those that do not exist are left out."""
    rows = Order.objects.filter(id__in=set(order_ids)).order_by("id").values_list(*FIELDS)
    return {row[0]: ToShip(*row) for row in rows}


class Addressee(Struct, frozen=True):
    """Who a parcel goes to, in clear: for labels, and for nothing else."""

    name: str = ""
    phone: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    postcode: str = ""

    @property
    def region(self) -> str:
        """Write province, city and district in one line, each once."""
        return " ".join(dict.fromkeys(part for part in (self.province, self.city, self.district) if part))


def addressees(order_ids: Iterable[int]) -> dict[int, Addressee]:
    """Open the recipients of orders for their labels; who was erased has none."""
    found = Order.objects.filter(id__in=set(order_ids)).select_related("customer__person_key").order_by("id")
    return {order.id: _addressee(order) for order in found}


def _addressee(order: Order) -> Addressee:
    key = person_key(order)
    if key is None or not order.sealed:
        return Addressee(province=order.province)
    opened: dict[str, Any] = personal.unseal(key, order.sealed)
    known: dict[str, Any] = opened.get("recipient") or {}
    return Addressee(**{name: str(known.get(name) or "") for name in Addressee.__struct_fields__})
