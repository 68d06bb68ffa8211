"""Read allocations: where orders' goods come from, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.modules.catalog import queries as catalog
from steward.modules.fulfilment.models import Allocation
from steward.modules.orders.queries.allocating import orders_awaiting_allocation, orders_owed_goods

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


def waiting_for_items(item_ids: Sequence[int], *, states: Sequence[str], limit: int) -> list[int]:
    """List orders that found nothing and want one of these items, also inside a bundle, tried longest ago first."""
    tried = _tried()
    waiting = orders_owed_goods(tried, states=states, item_ids=[*item_ids, *catalog.bundles_with(item_ids)])
    return [id_ for id_ in tried if id_ in waiting][:limit]


def waiting_longest(*, states: Sequence[str], tried_before: datetime, limit: int) -> list[int]:
    """List orders that lack goods: those nobody tried, oldest first, then those tried before, longest ago first.

    However many were tried lately, they keep nobody else from his turn.
    """
    tried = _tried()
    whole = orders_awaiting_allocation(limit=None) if "promised" in states else []
    due = [id_ for id_, at in tried.items() if at <= tried_before]
    waiting = orders_owed_goods(due, states=states)
    return [*(id_ for id_ in whole if id_ not in tried), *(id_ for id_ in due if id_ in waiting)][:limit]


def _tried() -> dict[int, datetime]:
    """Tell when orders that found nothing were tried last, those tried longest ago first."""
    rows = Allocation.objects.filter(state="nothing").order_by("tried_at", "id")
    return dict(rows.values_list("order_id", "tried_at"))
