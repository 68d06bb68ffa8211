"""A part of a wave as a mixed-integer programme: per arc the pieces taken, per pair whether a shipment leaves.

Exact and flexible, but good only for some hundred orders at a time; `splits` chooses which.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct

from steward.modules.fulfilment.rules.problem import NO_LIMIT, Floats, Integers, Problem

WHOLE = 1e-5


class Block(Struct):
    """Rows of one kind: where their entries stand, and the limits of each row."""

    rows: Any
    columns: Any
    values: Any
    lower: Floats
    upper: Floats


def solve(problem: Problem, *, seconds: float, gap: float = 1e-4) -> Integers | None:
    """Serve every order of a problem that can serve them all; None when nothing was found in the time.

    Units: seconds; share 0–1.
    """
    import scipy.optimize  # heavy: only workers solve waves

    arcs, pairs = len(problem.arc_demand), len(problem.pair_order)
    if not arcs:
        return np.zeros(0, dtype=np.int64)
    most = np.minimum(problem.demand_units[problem.arc_demand], problem.lot_free[problem.arc_lot])
    found = scipy.optimize.milp(
        np.concatenate([problem.arc_cost, problem.pair_cost + problem.split_cost]),
        constraints=_constraint([_served(problem), _free(problem), _shipped(problem), _room(problem)], arcs + pairs),
        integrality=np.concatenate([np.zeros(arcs), np.ones(pairs)]),
        bounds=scipy.optimize.Bounds(0, np.concatenate([most, np.ones(pairs)])),
        options={"time_limit": seconds, "mip_rel_gap": gap},
    )
    return None if found.x is None else _whole(problem, found.x)


def _served(problem: Problem) -> Block:
    """A demand gets all its pieces."""
    arcs, units = len(problem.arc_demand), problem.demand_units.astype(np.float64)
    return Block(problem.arc_demand, np.arange(arcs), np.ones(arcs), units, units)


def _free(problem: Problem) -> Block:
    """A lot gives no more than it has."""
    arcs, lots = len(problem.arc_lot), len(problem.lot_free)
    free = problem.lot_free.astype(np.float64)
    return Block(problem.arc_lot, np.arange(arcs), np.ones(arcs), np.full(lots, -np.inf), free)


def _shipped(problem: Problem) -> Block:
    """What a demand takes from a warehouse needs a shipment from there."""
    arcs = len(problem.arc_demand)
    keys, row = np.unique(np.stack([problem.arc_demand, problem.arc_pair], axis=1), axis=0, return_inverse=True)
    count = len(keys)
    return Block(
        np.concatenate([row.ravel(), np.arange(count)]),
        np.concatenate([np.arange(arcs), arcs + keys[:, 1]]),
        np.concatenate([np.ones(arcs), -problem.demand_units[keys[:, 0]].astype(np.float64)]),
        np.full(count, -np.inf),
        np.zeros(count),
    )


def _room(problem: Problem) -> Block:
    """A warehouse takes no more orders than it has room for."""
    arcs = len(problem.arc_demand)
    limited = np.flatnonzero(problem.site_room != NO_LIMIT)
    pairs = np.flatnonzero(np.isin(problem.pair_site, limited))
    rows = np.searchsorted(limited, problem.pair_site[pairs])
    room = problem.site_room[limited].astype(np.float64)
    return Block(rows, arcs + pairs, np.ones(len(pairs)), np.full(len(limited), -np.inf), room)


def _constraint(blocks: list[Block], width: int) -> Any:
    import scipy.optimize  # heavy: only workers solve waves
    import scipy.sparse

    starts = np.cumsum([0, *(len(block.lower) for block in blocks)])
    rows = np.concatenate([block.rows + start for block, start in zip(blocks, starts, strict=False)])
    columns = np.concatenate([block.columns for block in blocks])
    values = np.concatenate([block.values for block in blocks])
    matrix = scipy.sparse.csr_array((values, (rows, columns)), shape=(int(starts[-1]), width))
    lower = np.concatenate([block.lower for block in blocks])
    return scipy.optimize.LinearConstraint(matrix, lower, np.concatenate([block.upper for block in blocks]))


def _whole(problem: Problem, found: Floats) -> Integers | None:
    """Read whole pieces: with the shipments fixed, the rest is a flow, whose corners are whole."""
    import scipy.optimize  # heavy: only workers solve waves

    arcs = len(problem.arc_demand)
    rounded = np.round(found[:arcs])
    if np.abs(rounded - found[:arcs]).max() < WHOLE:
        return rounded.astype(np.int64)
    is_open = np.round(found[arcs:]).astype(bool)[problem.arc_pair]
    flow = scipy.optimize.milp(
        problem.arc_cost,
        constraints=_constraint([_served(problem), _free(problem)], arcs),
        bounds=scipy.optimize.Bounds(0, np.where(is_open, np.inf, 0.0)),
    )
    return None if flow.x is None else np.round(flow.x).astype(np.int64)
