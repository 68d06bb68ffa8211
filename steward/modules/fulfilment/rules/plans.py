"""A plan: how many pieces each order takes from each lot; what it costs and whether it keeps every limit."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from steward.modules.fulfilment.rules.problem import NO_LIMIT, Floats, Integers, Problem

NDArrayBool = NDArray[np.bool_]


class Cost(Struct, frozen=True):
    """The pieces of a plan's cost. Units: minor units."""

    pieces: float
    shipments: float
    splits: float
    unserved: float

    @property
    def moved(self) -> float:
        """Add up what moving the served goods costs."""
        return self.pieces + self.shipments + self.splits

    @property
    def total(self) -> float:
        """Add up everything, with what is left unserved."""
        return self.moved + self.unserved


class Figures(Struct, frozen=True):
    """What managers compare plans by. Units: minor units, km per shipment, days per order, share 0–1."""

    orders: int
    served: int
    shipments: int
    splits: int
    cost_minor: int
    unserved_minor: int
    km: float
    days: float
    late_share: float


def pairs_used(problem: Problem, take: Integers) -> NDArrayBool:
    """Tell which shipments have something in them."""
    used: NDArrayBool = np.bincount(problem.arc_pair, take, len(problem.pair_order)) > 0
    return used


def served(problem: Problem, take: Integers) -> NDArrayBool:
    """Tell which orders get all they want; one that wants nothing counts as served."""
    got = np.bincount(problem.arc_demand, take, len(problem.demand_order))
    short = got < problem.demand_units
    lacking = np.bincount(problem.demand_order, short, len(problem.order_ids))
    is_served: NDArrayBool = lacking == 0
    return is_served


def cost(problem: Problem, take: Integers) -> Cost:
    """Cost a plan. Units: minor units."""
    used, is_served = pairs_used(problem, take), served(problem, take)
    shipments = np.bincount(problem.pair_order, used, len(problem.order_ids))
    return Cost(
        pieces=float(take @ problem.arc_cost),
        shipments=float(problem.pair_cost[used].sum()),
        splits=float(np.maximum(shipments - 1, 0).sum() * problem.split_cost),
        unserved=float(problem.unserved_cost[~is_served].sum()),
    )


def order_costs(problem: Problem, take: Integers) -> Floats:
    """Cost each order of a plan by itself; those left out cost nothing. Units: minor units."""
    orders = len(problem.order_ids)
    used = pairs_used(problem, take)
    arc_order = problem.demand_order[problem.arc_demand]
    pieces = np.bincount(arc_order, take * problem.arc_cost, orders)
    shipments = np.bincount(problem.pair_order[used], problem.pair_cost[used], orders)
    splits = np.maximum(np.bincount(problem.pair_order, used, orders) - 1, 0) * problem.split_cost
    costs: Floats = pieces + shipments + splits
    return costs


def figures(problem: Problem, take: Integers) -> Figures:
    """State the figures of a plan."""
    used, is_served, costs = pairs_used(problem, take), served(problem, take), cost(problem, take)
    per_order = np.bincount(problem.pair_order, used, len(problem.order_ids))
    late = np.zeros(len(problem.order_ids), dtype=bool)
    late[problem.pair_order[used & (problem.pair_late_days > 0)]] = True
    slowest = np.zeros(len(problem.order_ids))
    np.maximum.at(slowest, problem.pair_order[used], problem.pair_days[used])
    has_shipment = per_order > 0
    count = int(has_shipment.sum())
    return Figures(
        orders=len(problem.order_ids),
        served=int(is_served.sum()),
        shipments=int(used.sum()),
        splits=int(np.maximum(per_order - 1, 0).sum()),
        cost_minor=round(costs.moved),
        unserved_minor=round(costs.unserved),
        km=float(problem.pair_km[used].mean()) if used.any() else 0.0,
        days=float(slowest[has_shipment].mean()) if count else 0.0,
        late_share=float(late.sum() / count) if count else 0.0,
    )


def breaches(problem: Problem, take: Integers) -> list[str]:
    """Name the limits a plan breaks: none, or it is never carried out."""
    found = []
    if (take < 0).any():
        found.append("negative")
    if (np.bincount(problem.arc_lot, take, len(problem.lot_free)) > problem.lot_free).any():
        found.append("stock")
    got = np.bincount(problem.arc_demand, take, len(problem.demand_order))
    if (got > problem.demand_units).any():
        found.append("units")
    anything = np.bincount(problem.demand_order, got, len(problem.order_ids)) > 0
    if (anything & ~served(problem, take)).any():
        found.append("half_orders")
    used = np.bincount(problem.pair_site, pairs_used(problem, take), len(problem.site_room))
    if ((problem.site_room != NO_LIMIT) & (used > problem.site_room)).any():
        found.append("room")
    return found
