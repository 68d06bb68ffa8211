"""A wave as arrays: demands, arcs to lots, shipments, limits; built from facts by the filter and the costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from steward.modules.fulfilment.rules import costing, filtering
from steward.modules.fulfilment.rules.facts import Carriage, Carriages, Demand, Lot, Site, Wanted
from steward.modules.fulfilment.rules.policy import RANKS, Weights

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
# Parts lots of equal cost, the earlier to expire first. Far below one minor unit, so that it never outweighs a cost.
TIE_MINOR = 0.001
NO_LIMIT = -1


class Problem(Struct):
    """Arrays of one instance; orders stand in the order in which they are served when served one by one.

    Per demand: order, units. Per arc: demand, lot, pair, cost of a piece. Per pair (order × warehouse): order, site,
    cost of a shipment, days late, km. Per lot: free, site. Per order: what leaving it unserved costs, whether fixed.
    """

    demand_order: Integers
    demand_units: Integers
    arc_demand: Integers
    arc_lot: Integers
    arc_pair: Integers
    arc_cost: Floats
    pair_order: Integers
    pair_site: Integers
    pair_cost: Floats
    pair_late_days: Integers
    pair_km: Floats
    pair_days: Integers
    lot_free: Integers
    lot_site: Integers
    site_room: Integers
    unserved_cost: Floats
    split_cost: float
    order_ids: Integers
    lots: Sequence[Lot]
    sites: Sequence[Site]
    demands: Sequence[Demand]

    @property
    def size(self) -> tuple[int, int, int]:
        """Count orders, demands and arcs."""
        return len(self.order_ids), len(self.demand_order), len(self.arc_demand)

    def only(self, keep: NDArray[np.bool_]) -> tuple[Problem, Integers]:
        """Leave orders out. Returns the smaller problem and which arcs of this one it has."""
        order_at, demands = np.cumsum(keep) - 1, np.flatnonzero(keep[self.demand_order])
        demand_at = np.zeros(len(self.demand_order), dtype=np.int64)
        demand_at[demands] = np.arange(len(demands))
        arcs = np.flatnonzero(keep[self.demand_order[self.arc_demand]])
        pairs = np.flatnonzero(keep[self.pair_order])
        pair_at = np.zeros(len(self.pair_order), dtype=np.int64)
        pair_at[pairs] = np.arange(len(pairs))
        smaller = structs.replace(
            self,
            demand_order=order_at[self.demand_order[demands]],
            demand_units=self.demand_units[demands],
            arc_demand=demand_at[self.arc_demand[arcs]],
            arc_lot=self.arc_lot[arcs],
            arc_pair=pair_at[self.arc_pair[arcs]],
            arc_cost=self.arc_cost[arcs],
            pair_order=order_at[self.pair_order[pairs]],
            pair_site=self.pair_site[pairs],
            pair_cost=self.pair_cost[pairs],
            pair_late_days=self.pair_late_days[pairs],
            pair_km=self.pair_km[pairs],
            pair_days=self.pair_days[pairs],
            unserved_cost=self.unserved_cost[keep],
            order_ids=self.order_ids[keep],
            demands=[self.demands[int(demand)] for demand in demands],
        )
        return smaller, arcs

    def priced(self, arc_cost: Floats, pair_cost: Floats) -> Problem:
        """Return the same problem at other costs. Units: minor units."""
        return structs.replace(self, arc_cost=arc_cost, pair_cost=pair_cost)

    def spans(self, of: Integers, count: int) -> Integers:
        """Return where each group of a sorted index begins, with the end of the last."""
        return np.searchsorted(of, np.arange(count + 1)).astype(np.int64)


class Columns(Struct):
    """Columns of a problem while it is built."""

    demand_order: list[int]
    demand_units: list[int]
    arcs: list[tuple[int, int, int, float]]
    pairs: list[tuple[int, int, float, int, float, int]]
    demands: list[Demand]


def arrival_key(wanted: Wanted) -> tuple[int, date, int]:
    """Order orders that compete: rank, then promise, then arrival."""
    return RANKS.index(wanted.rank), wanted.promised_date, wanted.order_id


def build(
    wanted: Sequence[Wanted],
    sites: Sequence[Site],
    lots: Sequence[Lot],
    carriages: Carriages,
    weights: Weights,
    *,
    today: date,
) -> Problem:
    """Filter and cost every candidate of every order. Units: minor units, pieces, days."""
    orders = sorted(wanted, key=arrival_key)
    places = {site.warehouse_id: place for place, site in enumerate(sites)}
    by_item = _lots_by_item(lots, places)
    columns = Columns([], [], [], [], [])
    for position, order in enumerate(orders):
        _add_order(columns, position, order, sites, by_item, carriages, weights, today)
    arcs: Any = np.array(columns.arcs, dtype=np.float64).reshape(-1, 4)
    pairs: Any = np.array(columns.pairs, dtype=np.float64).reshape(-1, 6)
    whole = {name: column.astype(np.int64) for name, column in zip("dlp", arcs.T, strict=False)}
    problem = Problem(
        demand_order=np.array(columns.demand_order, dtype=np.int64),
        demand_units=np.array(columns.demand_units, dtype=np.int64),
        arc_demand=whole["d"],
        arc_lot=whole["l"],
        arc_pair=whole["p"],
        arc_cost=arcs[:, 3],
        pair_order=pairs[:, 0].astype(np.int64),
        pair_site=pairs[:, 1].astype(np.int64),
        pair_cost=pairs[:, 2],
        pair_late_days=pairs[:, 3].astype(np.int64),
        pair_km=pairs[:, 4],
        pair_days=pairs[:, 5].astype(np.int64),
        lot_free=np.array([lot.free for lot in lots], dtype=np.int64),
        lot_site=np.array([places.get(lot.warehouse_id, NO_LIMIT) for lot in lots], dtype=np.int64),
        site_room=np.array([NO_LIMIT if one.room is None else max(one.room, 0) for one in sites], dtype=np.int64),
        unserved_cost=np.zeros(len(orders)),
        split_cost=float(weights.split_minor),
        order_ids=np.array([order.order_id for order in orders], dtype=np.int64),
        lots=lots,
        sites=sites,
        demands=columns.demands,
    )
    problem.unserved_cost = _unserved_costs(problem, orders, weights, today)
    return problem


def _lots_by_item(lots: Sequence[Lot], places: Mapping[int, int]) -> dict[int, dict[int, list[tuple[int, Lot]]]]:
    """Group lots by item and site, the first to expire first; what bears no date comes last."""
    found: dict[int, dict[int, list[tuple[int, Lot]]]] = defaultdict(lambda: defaultdict(list))
    for place, lot in enumerate(lots):
        if lot.free > 0 and lot.warehouse_id in places:
            found[lot.item_id][places[lot.warehouse_id]].append((place, lot))
    for sites in found.values():
        for there in sites.values():
            there.sort(key=lambda one: (one[1].expires_date or date.max, one[1].stock_id))
    return found


def _add_order(
    columns: Columns,
    position: int,
    order: Wanted,
    sites: Sequence[Site],
    by_item: Mapping[int, Mapping[int, list[tuple[int, Lot]]]],
    carriages: Carriages,
    weights: Weights,
    today: date,
) -> None:
    """Add one order's demands, its shipments and its arcs."""
    first_demand = len(columns.demand_order)
    for demand in order.demands:
        columns.demand_order.append(position)
        columns.demand_units.append(demand.units)
        columns.demands.append(demand)
    heaviest = main_class(order)
    reached: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
    for offset, demand in enumerate(order.demands):
        for place, lots in by_item.get(demand.item_id, {}).items():
            site = sites[place]
            carriage = carriages.get((order.order_id, site.warehouse_id, demand.storage_class))
            if carriage is None or demand.storage_class not in site.storage_classes:
                continue
            delivered = filtering.delivery_date(today, weights.handling_days, carriage)
            piece = piece_minor(weights, demand, carriage, order, is_main=demand.storage_class == heaviest)
            for rank, (lot_place, lot) in enumerate(lots):
                if filtering.lasts(demand, lot.expires_date, delivered):
                    fresh = costing.freshness_minor(weights, demand, lot, today)
                    reached[place].append((first_demand + offset, lot_place, piece + fresh + rank * TIE_MINOR))
    for place in sorted(reached):
        pair = len(columns.pairs)
        columns.pairs.append(_pair(position, place, order, sites[place], carriages, weights, today))
        columns.arcs += [(demand_, lot_, pair, cost) for demand_, lot_, cost in reached[place]]


def main_class(order: Wanted) -> str:
    """Name the storage class that weighs most in an order: its parcel pays the first weight."""
    weight: dict[str, int] = defaultdict(int)
    for demand in order.demands:
        weight[demand.storage_class] += demand.units * max(demand.weight_g, 1)
    return max(sorted(weight), key=lambda one: weight[one])


def piece_minor(weights: Weights, demand: Demand, carriage: Carriage, order: Wanted, *, is_main: bool) -> float:
    """Price one piece on its way: its weight, and for another storage class its share of a second parcel."""
    cost = costing.weight_minor(weights, demand, carriage)
    if not is_main:
        pieces = sum(one.units for one in order.demands if one.storage_class == demand.storage_class)
        cost += carriage.first_minor * weights.shipping_percent / 100 / pieces
    return cost


def slowest(order: Wanted, site: Site, carriages: Carriages) -> tuple[Carriage, Carriage]:
    """Return the main parcel from a site and the slowest of all its parcels."""
    classes = sorted({demand.storage_class for demand in order.demands})
    known = {one: carriage for one in classes if (carriage := carriages.get((order.order_id, site.warehouse_id, one)))}
    main = known.get(main_class(order)) or min(known.values(), key=lambda one: one.first_minor)
    return main, max(known.values(), key=lambda one: one.lead_days)


def _pair(
    position: int, place: int, order: Wanted, site: Site, carriages: Carriages, weights: Weights, today: date
) -> tuple[int, int, float, int, float, int]:
    main, slow = slowest(order, site, carriages)
    delivered = filtering.delivery_date(today, weights.handling_days, slow)
    late = costing.late_days(order.promised_date, delivered)
    km = filtering.distance_km(order, site)
    cost = costing.shipment_cost(weights, site, main, distance_km=km, late_days=late)
    return position, place, cost.total_minor, late, km or 0.0, weights.handling_days + slow.lead_days


def _unserved_costs(problem: Problem, orders: Sequence[Wanted], weights: Weights, today: date) -> Floats:
    """Price what it costs to leave each order unserved.

    Base × weight of its rank × urgency (1 at a full promise ahead, 2 when due). The base is at least what the dearest
    order would cost to serve, so that no order is left out to save money. Units: minor units.
    """
    orders_count = len(orders)
    demand_cost = np.zeros(len(problem.demand_order))
    np.maximum.at(demand_cost, problem.arc_demand, problem.arc_cost)
    pieces = np.bincount(problem.demand_order, demand_cost * problem.demand_units, orders_count)
    ways = np.bincount(problem.pair_order, problem.pair_cost + problem.split_cost, orders_count)
    base = max(float(weights.unserved_minor), float((pieces + ways).max(initial=0.0)) + 1.0)
    span = max(weights.promised_days, 1)
    ahead = np.array([min(max((one.promised_date - today).days, 0), span) / span for one in orders])
    ranks = np.array([weights.rank_weight(one.rank) for one in orders], dtype=np.float64)
    costs: Floats = base * ranks * (2.0 - ahead)
    return costs
