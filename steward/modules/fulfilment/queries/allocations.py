"""Read allocations: where orders' goods come from, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.modules.catalog import queries as catalog
from steward.modules.fulfilment.models import Allocation
from steward.modules.orders.queries.allocating import orders_to_allocate

LIVE = ("placed", "nothing")


class AllocationView(Struct, frozen=True):
    """One allocation. Units: minor units of `currency`."""

    id: int
    order_id: int
    wave: str
    policy_version: int
    mode: str
    state: str
    cost_minor: int
    currency: str
    shipments: int
    why: Mapping[str, Any]
    made_at: datetime
    made_by: str
    tried_at: datetime
    ended_at: datetime | None
    ended_because: str


FIELDS = (
    "id",
    "order_id",
    "wave__number",
    "policy_version",
    "mode",
    "state",
    "cost_minor",
    "currency",
    "shipments",
    "why",
    "made_at",
    "made_by",
    "tried_at",
    "ended_at",
    "ended_because",
)


def allocations_of_order(order_id: int) -> list[AllocationView]:
    """List an order's allocations, the newest first."""
    rows = Allocation.objects.filter(order_id=order_id).order_by("-id").values_list(*FIELDS)
    return [_view(row) for row in rows]


def live_allocations(order_ids: Sequence[int]) -> dict[int, AllocationView]:
    """Return the allocation in force of each order: placed, or that nothing was found."""
    rows = Allocation.objects.filter(order_id__in=list(order_ids), state__in=LIVE).values_list(*FIELDS)
    return {row[1]: _view(row) for row in rows}


def _view(row: tuple[Any, ...]) -> AllocationView:
    return AllocationView(row[0], row[1], row[2] or "", *row[3:])


def warehouses_of_orders(order_ids: Sequence[int]) -> dict[int, list[str]]:
    """Name the warehouses that serve orders, for lists; an empty list: nothing was found."""
    return {
        id_: [str(one["name"]) for one in view.why.get("chosen", [])]
        for id_, view in live_allocations(order_ids).items()
    }


def orders_without_goods(*, limit: int = 1_000) -> list[int]:
    """List approved orders for which nothing was found, those tried longest ago first."""
    rows = Allocation.objects.filter(state="nothing").order_by("tried_at", "id")
    return list(rows.values_list("order_id", flat=True)[:limit])


def waiting_for_items(item_ids: Sequence[int], *, limit: int) -> list[int]:
    """List orders for which nothing was found and that want one of these items, also inside a bundle."""
    wanted = {*item_ids, *catalog.bundles_with(item_ids)}
    waiting = orders_to_allocate(orders_without_goods(limit=limit))
    return [one.id for one in waiting if any(item in wanted for _line, item, _units in one.lines)]
