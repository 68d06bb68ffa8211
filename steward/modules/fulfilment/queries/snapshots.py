"""Read everything a choice is made from, at one moment, outside of any transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from msgspec import Struct, structs

from steward.modules.catalog import queries as catalog
from steward.modules.customers.queries.divisions import divisions
from steward.modules.fulfilment.queries.carriages import Asked, carriages_of
from steward.modules.fulfilment.rules import problem as problems
from steward.modules.fulfilment.rules.facts import Carriages, Demand, Lot, Site, Wanted
from steward.modules.fulfilment.rules.policy import Weights
from steward.modules.inventory import queries as inventory
from steward.modules.orders.queries.allocating import ToAllocate, orders_to_allocate


class Snapshot(Struct):
    """Orders of one pool, the pool's warehouses and free goods, and the problem they make.

    `lines` says which lines of an order want an item: (order, item) → [(line, pieces)]. `names` names warehouses.
    """

    wanted: list[Wanted]
    orders: dict[int, ToAllocate]
    lines: dict[tuple[int, int], list[tuple[int, int]]]
    names: dict[int, str]
    carriages: Carriages
    weights: Weights
    today: date
    problem: problems.Problem


def snapshots(
    order_ids: Sequence[int],
    weights: Weights,
    *,
    now: datetime,
    given_back: Sequence[Lot] = (),
    any_state: bool = False,
) -> list[Snapshot]:
    """Read orders that may be allocated with all they could be served from, a snapshot per pool.

    An order wants what it is promised and has not set aside yet, whatever its bundles are made of today.
    `given_back` are goods to count as if nobody had taken them; `any_state` takes past orders in for a
    back-test, with all they ever wanted.
    """
    found = [one for one in orders_to_allocate(order_ids) if any_state or one.may_be_allocated]
    by_pool: dict[str, list[ToAllocate]] = defaultdict(list)
    for one in found:
        by_pool[one.pool].append(one)
    owed = None if any_state else inventory.open_promises(one.id for one in found)
    return [
        _snapshot(pool, orders, _lines_by_item(orders, owed), weights, now, given_back)
        for pool, orders in sorted(by_pool.items())
    ]


Lines = dict[tuple[int, int], list[tuple[int, int]]]


def _snapshot(
    pool: str,
    orders: Sequence[ToAllocate],
    lines: Lines,
    weights: Weights,
    now: datetime,
    given_back: Sequence[Lot],
) -> Snapshot:
    today = inventory.local_day(now)
    items = catalog.items_by_id({item for _order, item in lines})
    facts = inventory.warehouses_for_allocation(pool, now=now)
    sites = [_site(one) for one in facts]
    lots = _lots(sorted(items), pool, today, given_back)
    by_order: dict[int, list[Demand]] = defaultdict(list)
    for (order_id, item_id), wanted in lines.items():
        item = items[item_id]
        units = sum(pieces for _line, pieces in wanted)
        by_order[order_id].append(
            Demand(item_id, units, item.weight_g, item.price_minor, item.storage_class, item.minimum_remaining_days)
        )
    asked = [_wanted(one, by_order[one.id], weights, today) for one in orders if by_order.get(one.id)]
    districts = {one.id: one.district_code for one in facts}
    carriages = carriages_of(
        [Asked(one, site, districts[site.warehouse_id]) for one in asked for site in sites],
        weights,
        now=now,
        today=today,
    )
    problem = problems.build(asked, sites, lots, carriages, weights, today=today)
    names = {one.id: one.name for one in facts}
    return Snapshot(asked, {one.id: one for one in orders}, lines, names, carriages, weights, today, problem)


def _lots(item_ids: Sequence[int], pool: str, today: date, given_back: Sequence[Lot]) -> list[Lot]:
    found = {
        one.stock_id: Lot(one.stock_id, one.item_id, one.warehouse_id, one.free, one.expires_date, one.lot_code)
        for one in inventory.stock_for_allocation(item_ids, pool, today=today)
    }
    for one in given_back:
        if one.item_id in item_ids and (one.expires_date is None or one.expires_date >= today):
            free = found[one.stock_id].free if one.stock_id in found else 0
            found[one.stock_id] = structs.replace(one, free=free + one.free)
    return list(found.values())


def _lines_by_item(orders: Sequence[ToAllocate], owed: Mapping[int, Mapping[int, int]] | None) -> Lines:
    """Say which lines want what; of a bundle, its components.

    `owed` (order → item → units) bounds it to what the orders are promised. What no line wants by today's recipe is of
    a bundle that was made of other things when it was ordered.
    """
    ordered = {item for one in orders for _line, item, _units in one.lines}
    parts, stocked = catalog.components_of(ordered), catalog.items_by_id(ordered)
    lines: Lines = defaultdict(list)
    for one in orders:
        left = dict(owed.get(one.id, {})) if owed is not None else None
        for line, item, units in one.lines:
            inside = parts.get(item) or ({item: 1} if stocked[item].stocked else {})
            for part, each in inside.items():
                wanted = units * each if left is None else min(units * each, left.get(part, 0))
                if wanted:
                    lines[one.id, part].append((line, wanted))
                if left is not None:
                    left[part] = left.get(part, 0) - wanted
        bundle = next((line for line, item, _units in one.lines if item in parts), one.lines[0][0] if one.lines else 0)
        for part, units in (left or {}).items():
            if units and bundle:
                lines[one.id, part].append((bundle, units))
    return lines


def _site(one: inventory.WarehouseFacts) -> Site:
    longitude, latitude = (one.longitude, one.latitude)
    if longitude is None or latitude is None:
        longitude, latitude = place_of(one.district_code)
    capacity = one.daily_capacity
    return Site(
        warehouse_id=one.id,
        code=one.code,
        storage_classes=frozenset(one.storage_classes),
        latitude=latitude,
        longitude=longitude,
        room=max(capacity - one.reserved_orders_today, 0) if capacity else None,
        load_share=min(one.reserved_orders_today / capacity, 1.0) if capacity else 0.0,
    )


def _wanted(one: ToAllocate, demands: Sequence[Demand], weights: Weights, today: date) -> Wanted:
    longitude, latitude = place_of(one.district_code)
    promised = (
        timezone.localdate(one.delivery_due_at)
        if one.delivery_due_at
        else timezone.localdate(one.placed_at) + timedelta(days=weights.promised_days)
    )
    return Wanted(one.id, demands, promised, one.district_code, latitude, longitude, one.priority)


@lru_cache(maxsize=8_192)
def place_of(district_code: str) -> tuple[float | None, float | None]:
    """Find longitude and latitude of a district; None where it is not known. Units: degrees."""
    found = divisions().coordinates_of(district_code) if district_code else None
    return found if found else (None, None)
