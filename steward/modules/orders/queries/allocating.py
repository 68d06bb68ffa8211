"""What allocation must know of orders: what they want, where to, how urgent; no personal data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.modules.orders.models import Line, Order

PACKAGE = "steward.modules.orders"
OPEN_IN_PART = ("partly_shipped",)
OPEN = ("promised", *OPEN_IN_PART)


class ToAllocate(Struct, frozen=True):
    """An order as allocation sees it. `lines` are (line, item, pieces still wanted)."""

    id: int
    number: str
    state: str
    fulfilment_state: str
    pool: str
    district_code: str
    priority: str
    placed_at: datetime
    delivery_due_at: datetime | None
    currency: str
    historic: bool
    simulated: bool
    lines: list[tuple[int, int, int]]

    @property
    def may_be_allocated(self) -> bool:
        """Tell whether goods may be set aside for it: approved, promised goods that have not all left, live."""
        return self.state == "approved" and self.fulfilment_state in OPEN and not self.historic


FIELDS = (
    "id",
    "number",
    "state",
    "fulfilment_state",
    "shop__pool",
    "district_code",
    "priority",
    "placed_at",
    "delivery_due_at",
    "currency",
    "historic",
    "simulated",
)


def orders_to_allocate(order_ids: Iterable[int]) -> list[ToAllocate]:
    """Read what allocation must know of orders, by id; those that do not exist are left out."""
    wanted = sorted(set(order_ids))
    lines: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    open_ = Line.objects.filter(order_id__in=wanted).annotate(left=F("quantity") - F("cancelled_quantity"))
    for order_id, *line in open_.order_by("order_id", "position").values_list("order_id", "id", "item_id", "left"):
        if line[2] > 0:
            lines[order_id].append((line[0], line[1], line[2]))
    rows: Iterable[tuple[Any, ...]] = Order.objects.filter(id__in=wanted).order_by("id").values_list(*FIELDS)
    return [ToAllocate(*(*row, lines[row[0]])) for row in rows]


def orders_awaiting_allocation(*, pool: str = "", limit: int | None = 10_000) -> list[int]:
    """List approved orders whose goods are promised and not set aside yet, the oldest first; `limit` None: all."""
    rows = Order.objects.filter(state="approved", fulfilment_state="promised", historic=False)
    if pool:
        rows = rows.filter(shop__pool=pool)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def orders_owed_goods(
    order_ids: Collection[int], *, states: Collection[str] = OPEN, item_ids: Collection[int] | None = None
) -> set[int]:
    """Tell which of these orders may lack goods: approved, in these states; `item_ids`: with a line of one of these."""
    rows = Order.objects.filter(id__in=order_ids, state="approved", fulfilment_state__in=states, historic=False)
    if item_ids is not None:
        rows = rows.filter(Exists(Line.objects.filter(order_id=OuterRef("id"), item_id__in=item_ids)))
    return set(rows.values_list("id", flat=True))


def goods_lost(order_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Tell what orders lost and still want, promised once, not sent, and not promised any more: order → item → units.

    Of bundles their components.
    """
    asked = sql.load(PACKAGE, "goods_lost_of_orders").replace("{goods_lost}", sql.load(PACKAGE, "goods_lost"))
    found: dict[int, dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(asked, {"order_ids": arrays.integers(sorted(order_ids))})
        for order_id, item_id, units in cursor.fetchall():
            found[order_id][item_id] = units
    return dict(found)


def orders_of_period(*, since: datetime, until: datetime, limit: int) -> Sequence[int]:
    """List live orders of a period that were approved, the newest first: what a policy can be tried on."""
    rows = Order.objects.filter(placed_at__gte=since, placed_at__lt=until, historic=False, simulated=False)
    approved = rows.filter(state__in=("approved", "completed"))
    return list(approved.order_by("-id").values_list("id", flat=True)[:limit])


def order_ids_by_number(numbers: Iterable[str]) -> dict[str, int]:
    """Find orders by their numbers; unknown ones are left out."""
    return dict(Order.objects.filter(number__in=set(numbers)).values_list("number", "id"))


def numbers_of_orders(order_ids: Iterable[int]) -> dict[int, str]:
    """Name orders by their numbers."""
    return dict(Order.objects.filter(id__in=set(order_ids)).values_list("id", "number"))
