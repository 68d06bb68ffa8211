"""One order at once: the cheapest set of warehouses, by trying every set; a greedy search where there are too many.

Given a set, each demand takes its cheapest pieces first, which is optimal because demands of one order never share a
lot. Sets are tried by size, and a larger size only while its lower bound can still win, so the answer stays exact.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
from msgspec import Struct

from steward.modules.fulfilment.rules.plans import NDArrayBool
from steward.modules.fulfilment.rules.problem import NO_LIMIT, Floats, Integers, Problem

MOST_EXACT = 12
EPSILON = 1e-9


class Stock(Struct):
    """What is still free while orders are served one by one, and where the arcs of each order lie."""

    free: Integers
    room: Integers
    demand_spans: Integers
    arc_spans: Integers

    def has_room(self, site: int) -> bool:
        """Tell whether a warehouse takes one more order."""
        return bool(self.room[site] == NO_LIMIT or self.room[site] > 0)


class Choice(Struct):
    """What one order takes: arcs and pieces, the warehouses used, and its cost. Units: minor units."""

    arcs: Integers
    pieces: Integers
    cost: float


def stock_of(problem: Problem) -> Stock:
    """Begin with everything free."""
    orders = len(problem.order_ids)
    demand_spans = problem.spans(problem.demand_order, orders)
    arc_order = problem.demand_order[problem.arc_demand]
    return Stock(problem.lot_free.copy(), problem.site_room.copy(), demand_spans, problem.spans(arc_order, orders))


def serve(problem: Problem, stock: Stock, order: int) -> Choice | None:
    """Choose for one order from what is free; None when it cannot be served whole. Changes nothing."""
    arcs = np.arange(stock.arc_spans[order], stock.arc_spans[order + 1])
    arcs = arcs[stock.free[problem.arc_lot[arcs]] > 0]
    pairs = [int(pair) for pair in np.unique(problem.arc_pair[arcs]) if stock.has_room(int(problem.pair_site[pair]))]
    arcs = arcs[np.isin(problem.arc_pair[arcs], pairs)]
    demands = range(int(stock.demand_spans[order]), int(stock.demand_spans[order + 1]))
    by_demand = []
    for demand in demands:
        mine = arcs[problem.arc_demand[arcs] == demand]
        mine = mine[np.argsort(problem.arc_cost[mine], kind="stable")]
        if stock.free[problem.arc_lot[mine]].sum() < problem.demand_units[demand]:
            return None
        by_demand.append((int(problem.demand_units[demand]), mine))
    if not by_demand:
        return Choice(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), 0.0)
    chosen = _best_set(problem, stock, pairs, by_demand)
    taken = [(_pieces(problem, stock, units, mine, chosen[None, :], pairs)[0], mine) for units, mine in by_demand]
    pieces = np.concatenate([one for one, _mine in taken]).astype(np.int64)
    mine = np.concatenate([one for _pieces_, one in taken])
    used = pieces > 0
    return Choice(mine[used], pieces[used], choice_cost(problem, mine[used], pieces[used]))


def least_cost(problem: Problem, stock: Stock, order: int) -> float:
    """Say what an order costs at least: its cheapest pieces, and the cheapest first shipment. Units: minor units."""
    arcs = np.arange(stock.arc_spans[order], stock.arc_spans[order + 1])
    total = float(problem.pair_cost[np.unique(problem.arc_pair[arcs])].min(initial=np.inf))
    for demand in range(int(stock.demand_spans[order]), int(stock.demand_spans[order + 1])):
        mine = arcs[problem.arc_demand[arcs] == demand]
        mine = mine[np.argsort(problem.arc_cost[mine], kind="stable")]
        there = stock.free[problem.arc_lot[mine]]
        taken = np.clip(problem.demand_units[demand] - (np.cumsum(there) - there), 0, there)
        total += float(taken @ problem.arc_cost[mine])
    return total


def choice_cost(problem: Problem, arcs: Integers, pieces: Integers) -> float:
    """Cost what one order takes. Units: minor units."""
    pairs = np.unique(problem.arc_pair[arcs])
    splits = max(len(pairs) - 1, 0) * problem.split_cost
    return float(pieces @ problem.arc_cost[arcs] + problem.pair_cost[pairs].sum() + splits)


def take(problem: Problem, stock: Stock, plan: Integers, choice: Choice) -> None:
    """Write a choice into the plan and take its goods."""
    plan[choice.arcs] = choice.pieces
    np.subtract.at(stock.free, problem.arc_lot[choice.arcs], choice.pieces)
    _move_room(problem, stock, choice.arcs, -1)


def give_back(problem: Problem, stock: Stock, plan: Integers, order: int) -> Choice:
    """Take one order out of the plan; return what it had."""
    span = np.arange(stock.arc_spans[order], stock.arc_spans[order + 1])
    arcs = span[plan[span] > 0]
    had = Choice(arcs, plan[arcs].copy(), choice_cost(problem, arcs, plan[arcs]))
    np.add.at(stock.free, problem.arc_lot[arcs], plan[arcs])
    _move_room(problem, stock, arcs, 1)
    plan[arcs] = 0
    return had


def _move_room(problem: Problem, stock: Stock, arcs: Integers, change: int) -> None:
    sites = problem.pair_site[np.unique(problem.arc_pair[arcs])]
    limited = sites[stock.room[sites] != NO_LIMIT]
    stock.room[limited] += change


def serve_all(problem: Problem) -> Integers:
    """Serve every order one after the other in their order, as each alone would be served."""
    stock, plan = stock_of(problem), np.zeros(len(problem.arc_demand), dtype=np.int64)
    for order in range(len(problem.order_ids)):
        choice = serve(problem, stock, order)
        if choice is not None:
            take(problem, stock, plan, choice)
    return plan


@cache
def _sets(count: int, size: int) -> NDArrayBool:
    """List the sets of a size as rows of a matrix."""
    chosen = list(combinations(range(count), size))
    rows = np.zeros((len(chosen), count), dtype=bool)
    rows[np.repeat(np.arange(len(chosen)), size), np.array(chosen, dtype=np.int64).ravel()] = True
    return rows


def _pieces(
    problem: Problem, stock: Stock, units: int, arcs: Integers, sets: NDArrayBool, pairs: list[int]
) -> Integers:
    """Take the cheapest pieces of one demand within each set: sets × arcs."""
    column = np.searchsorted(pairs, problem.arc_pair[arcs])
    there = sets[:, column] * stock.free[problem.arc_lot[arcs]]
    before = np.cumsum(there, axis=1) - there
    taken: Integers = np.clip(units - before, 0, there)
    return taken


def _set_costs(
    problem: Problem, stock: Stock, pairs: list[int], by_demand: list[tuple[int, Integers]], sets: NDArrayBool
) -> Floats:
    """Cost the order within each set; infinite where the set does not have it all."""
    costs: Floats = sets @ problem.pair_cost[pairs] + (sets.sum(axis=1) - 1) * problem.split_cost
    for units, arcs in by_demand:
        taken = _pieces(problem, stock, units, arcs, sets, pairs)
        costs = costs + np.where(taken.sum(axis=1) < units, np.inf, taken @ problem.arc_cost[arcs])
    return costs


def _best_set(problem: Problem, stock: Stock, pairs: list[int], by_demand: list[tuple[int, Integers]]) -> NDArrayBool:
    """Find the cheapest set of shipments: exactly up to MOST_EXACT of them, greedily beyond."""
    count = len(pairs)
    if count > MOST_EXACT:
        return _greedy_set(problem, stock, pairs, by_demand)
    everything = np.ones((1, count), dtype=bool)
    pieces_alone = sum(
        float(_pieces(problem, stock, units, arcs, everything, pairs)[0] @ problem.arc_cost[arcs])
        for units, arcs in by_demand
    )
    cheapest = np.cumsum(np.sort(problem.pair_cost[pairs]))
    best: NDArrayBool = everything[0]
    best_cost = np.inf
    for size in range(1, count + 1):
        if best_cost <= pieces_alone + cheapest[size - 1] + (size - 1) * problem.split_cost + EPSILON:
            break
        sets = _sets(count, size)
        costs = _set_costs(problem, stock, pairs, by_demand, sets)
        place = int(np.argmin(costs))
        if costs[place] < best_cost:
            best, best_cost = sets[place], float(costs[place])
    return best


def _greedy_set(problem: Problem, stock: Stock, pairs: list[int], by_demand: list[tuple[int, Integers]]) -> NDArrayBool:
    """Start from the cheapest single, else from all of them, then add, drop or swap one while it gets cheaper."""
    count = len(pairs)
    singles = np.eye(count, dtype=bool)
    costs = _set_costs(problem, stock, pairs, by_demand, singles)
    place = int(np.argmin(costs))
    best: NDArrayBool = singles[place] if np.isfinite(costs[place]) else np.ones(count, dtype=bool)
    best_cost = float(_set_costs(problem, stock, pairs, by_demand, best[None, :])[0])
    while True:
        near = best ^ singles
        inside, outside = np.flatnonzero(best), np.flatnonzero(~best)
        swaps = [best ^ singles[one] ^ singles[other] for one in inside for other in outside]
        tried = np.vstack([near, *swaps]) if swaps else near
        tried = tried[tried.any(axis=1)]
        if not len(tried):
            return best
        costs = _set_costs(problem, stock, pairs, by_demand, tried)
        place = int(np.argmin(costs))
        if costs[place] >= best_cost - EPSILON:
            return best
        best, best_cost = tried[place], float(costs[place])
