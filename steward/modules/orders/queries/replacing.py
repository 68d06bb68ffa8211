"""Orders that stand for goods of others, as after-sales and pages see them."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from steward.modules.orders.models import Order

FIELDS = (
    "id",
    "number",
    "state",
    "payment_state",
    "fulfilment_state",
    "currency",
    "total_minor",
    "paid_minor",
    "refunded_minor",
    "credit_minor",
    "awaits_goods",
    "replaces_id",
    "replaces__number",
)


class ReplacementView(Struct, frozen=True):
    """One order that stands for goods of another. Units: minor units of `currency`."""

    id: int
    number: str
    state: str
    payment_state: str
    fulfilment_state: str
    currency: str
    total_minor: int
    paid_minor: int
    refunded_minor: int
    credit_minor: int
    awaits_goods: bool
    replaces_id: int | None
    replaces_number: str | None

    @property
    def kept_minor(self) -> int:
        """Return what was paid and not given back."""
        return self.paid_minor - self.refunded_minor

    @property
    def open_minor(self) -> int:
        """Return what its buyer still has to pay beside the goods that come back."""
        return max(0, self.total_minor - self.kept_minor - self.credit_minor)


def replacements(order_ids: Collection[int]) -> dict[int, ReplacementView]:
    """Read orders by id; unknown ones are left out."""
    rows = Order.objects.filter(id__in=order_ids).values_list(*FIELDS)
    return {row[0]: ReplacementView(*row) for row in rows}


def replaced_by(order_id: int) -> list[ReplacementView]:
    """List the orders that stand for goods of an order, oldest first."""
    return [
        ReplacementView(*row) for row in Order.objects.filter(replaces=order_id).order_by("id").values_list(*FIELDS)
    ]


def number_replaced(order_id: int) -> str:
    """Name the order whose goods an order stands for; "" where it stands for none."""
    found = Order.objects.filter(id=order_id, replaces__isnull=False).values_list("replaces__number", flat=True).first()
    return found or ""
