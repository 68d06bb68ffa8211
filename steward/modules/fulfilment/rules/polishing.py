"""Make a plan whole and cheaper: orders that got only a part give it back, then each order looks for something better.

Every step keeps every limit and never raises the cost.
"""

from __future__ import annotations

import time

import numpy as np

from steward.modules.fulfilment.rules import plans, single
from steward.modules.fulfilment.rules.problem import Floats, Integers, Problem

EPSILON = 1e-6


def whole_orders(problem: Problem, take: Integers) -> tuple[Integers, single.Stock]:
    """Keep the orders a flow serves whole; what it overbooked of a warehouse's room gives way, the dearest first."""
    stock, plan = single.stock_of(problem), np.zeros_like(take)
    is_served = plans.served(problem, take)
    for order in np.flatnonzero(is_served):
        span = np.arange(stock.arc_spans[order], stock.arc_spans[order + 1])
        arcs = span[take[span] > 0]
        sites = np.unique(problem.pair_site[problem.arc_pair[arcs]])
        if all(stock.has_room(int(site)) for site in sites):
            single.take(problem, stock, plan, single.Choice(arcs, take[arcs], 0.0))
    return plan, stock


def complete(problem: Problem, take: Integers) -> Integers:
    """Keep what is whole in a plan and serve whom the rest still serves."""
    plan, stock = whole_orders(problem, take)
    _serve_left(problem, stock, plan)
    return plan


def polish(problem: Problem, take: Integers, *, seconds: float) -> Integers:
    """Serve what is left, then let every order choose anew among what the others leave, until nothing gets cheaper.

    Stops after so many seconds. Units: seconds.
    """
    plan, stock = whole_orders(problem, take)
    until = time.monotonic() + seconds
    _serve_left(problem, stock, plan)
    lowest = _lowest(problem)
    while time.monotonic() < until:
        saved = 0.0
        excess = plans.order_costs(problem, plan) - lowest
        excess[~plans.served(problem, plan)] = 0.0
        for order in np.argsort(-excess, kind="stable"):
            if excess[order] <= EPSILON or time.monotonic() > until:
                break
            saved += _again(problem, stock, plan, int(order))
        if _serve_left(problem, stock, plan) == 0 and saved <= EPSILON:
            break
    return plan


def _serve_left(problem: Problem, stock: single.Stock, plan: Integers) -> int:
    """Serve what can still be served, the dearest to leave out first. Returns how many."""
    left = np.flatnonzero(~plans.served(problem, plan))
    count = 0
    for order in left[np.argsort(-problem.unserved_cost[left], kind="stable")]:
        choice = single.serve(problem, stock, int(order))
        if choice is not None:
            single.take(problem, stock, plan, choice)
            count += 1
    return count


def _again(problem: Problem, stock: single.Stock, plan: Integers, order: int) -> float:
    """Let one order choose anew; what it had stays where nothing is cheaper. Returns what was saved."""
    had = single.give_back(problem, stock, plan, order)
    found = single.serve(problem, stock, order)
    better = found is not None and found.cost < had.cost - EPSILON
    chosen = found if found is not None and better else had
    single.take(problem, stock, plan, chosen)
    return had.cost - chosen.cost


def _lowest(problem: Problem) -> Floats:
    """Cost each order as if it were alone in the world: no order is ever cheaper."""
    stock = single.stock_of(problem)
    choices = [single.serve(problem, stock, order) for order in range(len(problem.order_ids))]
    return np.array([0.0 if choice is None else choice.cost for choice in choices])
