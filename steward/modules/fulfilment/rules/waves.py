"""A wave: the same orders served one by one and together, side by side, with the bound that proves the gap."""

from __future__ import annotations

import time

import numpy as np
from msgspec import Struct

from steward.modules.fulfilment.rules import accepting, columns, diving, flow, improving, plans, polishing, single
from steward.modules.fulfilment.rules.plans import NDArrayBool
from steward.modules.fulfilment.rules.problem import NO_LIMIT, Integers, Problem

METHODS = ("single", "flow", "splits")
SHARE_FOR_PROOF, SHARE_FOR_DIVE, SHARE_FOR_POLISH = 0.45, 0.15, 0.03
GAP = 5e-4
FLOW_S = 1.5


class Solution(Struct):
    """A plan with its method, its cost and the proven bound. Units: minor units, seconds; gaps as shares of a cost.

    The bound holds for serving the orders that the rule of rank, promise and arrival serves.
    """

    method: str
    take: Integers
    cost: plans.Cost
    figures: plans.Figures
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """State how much of the cost of moving goods may at most be saved yet; what is unserved flatters nothing."""
        return max(self.cost.total - self.bound, 0.0) / self.cost.moved if self.cost.moved else 0.0

    @property
    def gap_of_total(self) -> float:
        """State the same as a share of the total cost."""
        return max(self.cost.total - self.bound, 0.0) / self.cost.total if self.cost.total else 0.0


class Compared(Struct):
    """Both modes on the same orders: `before` one by one, `after` the wave."""

    before: Solution
    after: Solution


def one_by_one(problem: Problem) -> Solution:
    """Serve every order as if it had come alone, in their order."""
    begun = time.monotonic()
    take = single.serve_all(problem)
    return _solution(problem, "single", take, 0.0, time.monotonic() - begun)


def solve(problem: Problem, *, seconds: float, with_splits: bool) -> Compared:
    """Plan a wave: the flow made whole and polished; with `with_splits` by columns as well, time-boxed.

    Never dearer than one by one: the cheapest plan of all is taken. Units: seconds.
    """
    before = one_by_one(problem)
    begun = time.monotonic()
    chosen, start = _who_is_served(problem, before.take)
    if not chosen.any():
        before.bound = before.cost.total
        return Compared(before, _solution(problem, "single", before.take, before.bound, time.monotonic() - begun))
    rest, arcs = problem.only(chosen)
    found = flow.solve(rest)
    bound, best, method = found.bound, start[arcs], "single"
    tried = [("flow", polishing.polish(rest, _by_prices(rest, found), seconds=FLOW_S))]
    if with_splits:
        proven, split = _by_columns(rest, best, found, begun + seconds)
        bound, tried = max(bound, proven), [*tried, ("splits", split)]
    for name, take in tried:
        if plans.cost(rest, take).total < plans.cost(rest, best).total:
            best, method = take, name
    whole = np.zeros(len(problem.arc_cost), dtype=np.int64)
    whole[arcs] = best
    if plans.cost(problem, whole).total > before.cost.total:
        whole, method = before.take, "single"
    bound += float(problem.unserved_cost[~chosen].sum())
    before.bound = bound
    return Compared(before, _solution(problem, method, whole, bound, time.monotonic() - begun))


def _who_is_served(problem: Problem, alone: Integers) -> tuple[NDArrayBool, Integers]:
    """Choose whom the goods are for, and a first plan that serves them all.

    By rank, promise and arrival; where warehouses have no room for all, as far as a flow finds room. Serving one by
    one decides where it leaves less unserved.
    """
    accepted = accepting.accepted(problem)
    start = alone
    if (plans.served(problem, alone) != accepted).any() or (problem.site_room != NO_LIMIT).any():
        rest, arcs = problem.only(accepted)
        start = np.zeros(len(problem.arc_cost), dtype=np.int64)
        start[arcs] = flow.solve(rest).take
        start = polishing.complete(problem, start)
        if plans.cost(problem, start).unserved > plans.cost(problem, alone).unserved:
            start = alone
    return plans.served(problem, start), start


def _by_prices(problem: Problem, found: flow.Flow) -> Integers:
    """Serve orders one by one with goods and rooms at the flow's prices: who can do without scarce goods does."""
    lots = len(problem.lot_free)
    goods, rooms = found.prices[:lots], found.prices[lots:]
    priced = problem.priced(problem.arc_cost + goods[problem.arc_lot], problem.pair_cost + rooms[problem.pair_site])
    return single.serve_all(priced)


def _by_columns(problem: Problem, start: Integers, found: flow.Flow, until: float) -> tuple[float, Integers]:
    """Prove a bound by columns, then dive for a plan. Returns both."""
    span = max(until - time.monotonic(), 1.0)
    known = columns.columns_of(problem)
    known.add(problem, start)
    prove_until = time.monotonic() + span * SHARE_FOR_PROOF
    bound, master = columns.prove(problem, known, found.prices, until=prove_until, gap=GAP)
    dive_until = time.monotonic() + span * SHARE_FOR_DIVE
    dived = polishing.polish(
        problem, diving.dive(problem, known, master, until=dive_until), seconds=span * SHARE_FOR_POLISH
    )
    if not plans.served(problem, dived).all():
        dived = start
    return bound, improving.improve(problem, dived, master.prices, until=until)


def _solution(problem: Problem, method: str, take: Integers, bound: float, seconds: float) -> Solution:
    return Solution(method, take, plans.cost(problem, take), plans.figures(problem, take), bound, seconds)
