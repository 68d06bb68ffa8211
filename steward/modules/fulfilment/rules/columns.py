"""Split costs by column generation: ways to serve whole orders, mixed so that lots and rooms suffice.

A column is one whole way to serve one order. The master programme (HiGHS through scipy) mixes columns; its prices of
lots and rooms ask every order for a cheaper way, which is the single-order rule under prices, until none has one. Any
prices prove a bound: what all orders cost at least under them, less what the goods are worth at them.
Source: INV-6; decision 18; Dantzig and Wolfe 1960; Geoffrion 1974.
"""

from __future__ import annotations

import time

import numpy as np
from msgspec import Struct

from steward.modules.fulfilment.rules import plans, pricing
from steward.modules.fulfilment.rules.problem import NO_LIMIT, Floats, Integers, Problem

SMOOTHING = 0.5  # share of the best prices so far in those asked for: prices that swing less prove more (Wentges 1997)
PROHIBITIVE = 10.0
NONE = -1


class Columns(Struct):
    """Ways to serve orders: whose they are, what they cost, and their pieces by arc as entries."""

    order: Integers
    cost: Floats
    entry_column: Integers
    entry_arc: Integers
    entry_pieces: Integers
    known: set[tuple[int, int]]
    marks: Integers

    def add(self, problem: Problem, take: Integers) -> int:
        """Add every order's way in a plan, unless it is known. Returns how many were new."""
        arcs = np.flatnonzero(take)
        order_of_arc = problem.demand_order[problem.arc_demand[arcs]]
        marks = np.zeros(len(problem.order_ids), dtype=np.int64)
        np.add.at(marks, order_of_arc, self.marks[arcs] * take[arcs])
        present = np.unique(order_of_arc).tolist()
        fresh = [one for one in present if (one, int(marks[one])) not in self.known]
        self.known.update((one, int(marks[one])) for one in fresh)
        place = np.full(len(problem.order_ids), NONE)
        place[fresh] = np.arange(len(fresh)) + len(self.order)
        inside = place[order_of_arc] != NONE
        self.order = np.concatenate([self.order, np.array(fresh, dtype=np.int64)])
        self.cost = np.concatenate([self.cost, plans.order_costs(problem, take)[fresh]])
        self.entry_column = np.concatenate([self.entry_column, place[order_of_arc[inside]]])
        self.entry_arc = np.concatenate([self.entry_arc, arcs[inside]])
        self.entry_pieces = np.concatenate([self.entry_pieces, take[arcs[inside]]])
        return len(fresh)

    def fitting(self, rest: Problem, arcs: Integers, orders: Integers, width: int) -> Columns:
        """Keep the ways of the orders of a smaller problem that what is left there still allows."""
        order_at, arc_at = np.full(orders.max() + 1, NONE), np.full(width, NONE)
        order_at[orders] = np.arange(len(orders))
        arc_at[arcs] = np.arange(len(arcs))
        whose = np.where(self.order <= orders.max(), order_at[np.minimum(self.order, orders.max())], NONE)
        arc = arc_at[self.entry_arc]
        fits = (arc != NONE) & (self.entry_pieces <= rest.lot_free[rest.arc_lot[np.maximum(arc, 0)]])
        misfits = np.bincount(self.entry_column, ~fits, len(self.order))
        kept = (whose != NONE) & (misfits == 0)
        column_at = np.cumsum(kept) - 1
        inside = kept[self.entry_column]
        return Columns(
            whose[kept],
            self.cost[kept],
            column_at[self.entry_column[inside]],
            arc[inside],
            self.entry_pieces[inside],
            set(),
            self.marks[arcs],
        )


class Master(Struct):
    """The master programme relaxed: shares of columns, its cost, and the prices of lots and rooms."""

    shares: Floats
    cost: float
    prices: Floats


def columns_of(problem: Problem) -> Columns:
    """Begin with no column."""
    marks = np.random.default_rng(1).integers(1, 2**40, len(problem.arc_cost))
    nothing = np.zeros(0, dtype=np.int64)
    return Columns(nothing, np.zeros(0), nothing, nothing, nothing, set(), marks)


def relax(problem: Problem, columns: Columns) -> Master:
    """Solve the master programme with shares of columns; an order may stay without one at a prohibitive cost."""
    import scipy.optimize  # heavy: only workers solve waves
    import scipy.sparse

    orders, lots, sites = len(problem.order_ids), len(problem.lot_free), len(problem.site_room)
    count = len(columns.order)
    arc = columns.entry_arc
    shipments = np.unique(np.stack([columns.entry_column, problem.pair_site[problem.arc_pair[arc]]]), axis=1)
    rows = np.concatenate([problem.arc_lot[arc], lots + shipments[1]])
    entries = np.concatenate([columns.entry_pieces, np.ones(shipments.shape[1])]).astype(np.float64)
    most = scipy.sparse.csr_array(
        (entries, (rows, np.concatenate([columns.entry_column, shipments[0]]))), shape=(lots + sites, count + orders)
    )
    whose = np.concatenate([columns.order, np.arange(orders)])
    width = count + orders
    equal = scipy.sparse.csr_array((np.ones(width), (whose, np.arange(width))), shape=(orders, width))
    rooms = np.where(problem.site_room == NO_LIMIT, orders, problem.site_room)
    prohibitive = PROHIBITIVE * max(float(columns.cost.max(initial=1.0)), 1.0)
    found = scipy.optimize.linprog(
        np.concatenate([columns.cost, np.full(orders, prohibitive)]),
        A_ub=most,
        b_ub=np.concatenate([problem.lot_free, rooms]).astype(np.float64),
        A_eq=equal,
        b_eq=np.ones(orders),
        method="highs",
    )
    if found.x is None:
        raise RuntimeError(f"the master programme was not solved: {found.message}")
    return Master(found.x[:count], float(found.fun), np.maximum(-found.ineqlin.marginals, 0.0))


def prove(problem: Problem, columns: Columns, prices: Floats, *, until: float, gap: float) -> tuple[float, Master]:
    """Ask orders for cheaper ways until the master programme and the bound meet, or time is up.

    Returns the bound and the last master programme. Units: minor units; share 0–1.
    """
    lots = len(problem.lot_free)
    groups = pricing.groups_of(problem)
    allowed = np.concatenate([problem.lot_free, np.where(problem.site_room == NO_LIMIT, 0, problem.site_room)])
    bound, best, asked = -np.inf, prices, prices
    while True:
        found = pricing.price(problem, groups, asked[:lots], asked[lots:])
        proven = float(found.least.sum() - asked @ allowed)
        if proven > bound:
            bound, best = proven, asked
        fresh = columns.add(problem, found.take)
        master = relax(problem, columns)
        met = master.cost - bound <= gap * abs(master.cost)
        if met or time.monotonic() > until or (not fresh and np.allclose(asked, master.prices)):
            return bound, master
        asked = SMOOTHING * best + (1 - SMOOTHING) * master.prices
