"""Many orders as a min-cost flow: demands ← lots, solved as a linear programme whose corners are whole pieces.

Each demand counts as its own share of its order, so shipments and unserved orders are spread evenly over demands and
pieces. That relaxes the real problem, hence the optimum is a lower bound of it. Source: INV-6; decision 18.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct

from steward.modules.fulfilment.rules.problem import NO_LIMIT, Floats, Integers, Problem

WHOLE = 1e-6


class Flow(Struct):
    """The flow's pieces by arc, what every plan costs at least, and the prices of lots and rooms.

    Units: pieces; minor units.
    """

    take: Integers
    bound: float
    prices: Floats


def solve(problem: Problem) -> Flow:
    """Find the cheapest flow. Raises: RuntimeError when the solver fails; every problem has a flow, if an empty one."""
    import scipy.optimize  # heavy: only workers solve waves

    orders, demands, arcs = problem.size
    if not demands:
        return Flow(np.zeros(arcs, dtype=np.int64), 0.0, np.zeros(len(problem.lot_free) + len(problem.site_room)))
    in_order = np.bincount(problem.demand_order, minlength=orders)
    share = 1.0 / (in_order[problem.demand_order] * problem.demand_units)
    arc_share = share[problem.arc_demand]
    arc_cost = problem.arc_cost + (problem.pair_cost + problem.split_cost)[problem.arc_pair] * arc_share
    # Unserved pieces are columns of their own; the first shipment of an order that is served is no split.
    left = (problem.unserved_cost + problem.split_cost)[problem.demand_order] * share
    limits, most = _limits(problem, arc_share, demands)
    found = scipy.optimize.linprog(
        np.concatenate([arc_cost, left]),
        A_ub=most,
        b_ub=limits,
        A_eq=_whole_demands(problem),
        b_eq=problem.demand_units,
        method="highs",
    )
    if found.x is None:
        raise RuntimeError(f"the flow was not solved: {found.message}")
    bound = float(found.fun) - problem.split_cost * int((in_order > 0).sum())
    limited = np.flatnonzero(problem.site_room != NO_LIMIT)
    lots, worth = len(problem.lot_free), np.maximum(-found.ineqlin.marginals, 0.0)
    rooms = np.zeros(len(problem.site_room))
    rooms[limited] = worth[lots:]
    return Flow(np.floor(found.x[:arcs] + WHOLE).astype(np.int64), bound, np.concatenate([worth[:lots], rooms]))


def _whole_demands(problem: Problem) -> Any:
    """What a demand takes, and what is left of it, is the demand."""
    import scipy.sparse  # heavy: only workers solve waves

    _orders, demands, arcs = problem.size
    rows = np.concatenate([problem.arc_demand, np.arange(demands)])
    width = arcs + demands
    return scipy.sparse.csr_array((np.ones(width), (rows, np.arange(width))), shape=(demands, width))


def _limits(problem: Problem, arc_share: Floats, demands: int) -> tuple[Integers, Any]:
    """A lot gives no more than it has; a warehouse serves no more shares of orders than it has room for."""
    import scipy.sparse  # heavy: only workers solve waves

    arcs, lots = len(problem.arc_lot), len(problem.lot_free)
    limited = np.flatnonzero(problem.site_room != NO_LIMIT)
    row_of_site = np.full(len(problem.site_room), NO_LIMIT)
    row_of_site[limited] = np.arange(len(limited)) + lots
    rows = row_of_site[problem.pair_site[problem.arc_pair]]
    inside = np.flatnonzero(rows != NO_LIMIT)
    entries = np.concatenate([np.ones(arcs), arc_share[inside]])
    places = (np.concatenate([problem.arc_lot, rows[inside]]), np.concatenate([np.arange(arcs), inside]))
    matrix = scipy.sparse.csr_array((entries, places), shape=(lots + len(limited), arcs + demands))
    return np.concatenate([problem.lot_free, problem.site_room[limited]]), matrix
