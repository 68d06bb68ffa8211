"""Make a plan cheaper part by part: some orders that want the same goods give all back and are solved together.

The orders that pay most above what prices say they should are looked at first (large neighbourhood search; Shaw 1998).
"""

from __future__ import annotations

import time
from collections import defaultdict

import numpy as np
from msgspec import structs

from steward.modules.fulfilment.rules import plans, pricing, programme
from steward.modules.fulfilment.rules.problem import NO_LIMIT, Floats, Integers, Problem

PART = 80  # orders solved together: small enough for the solver to finish in a second or so
PART_S = 3.0
EPSILON = 1e-6


def improve(problem: Problem, take: Integers, prices: Floats, *, until: float) -> Integers:
    """Solve part after part until time is up or every order has been looked at in vain; never dearer.

    Units: minor units a piece; `until` on the monotonic clock.
    """
    plan, chance = take.copy(), np.random.default_rng(1)
    whose, wants = _who_wants(problem)
    lots = len(problem.lot_free)
    least = pricing.price(problem, pricing.groups_of(problem), prices[:lots], prices[lots:]).least
    excess = _excess(problem, plan, prices, least)
    tired = np.zeros(len(excess))
    while time.monotonic() < until and (excess > EPSILON).any():
        weights = np.maximum(excess, 0.0) / (1.0 + tired) ** 2
        seed = int(chance.choice(len(weights), p=weights / weights.sum()))
        part = _around(seed, whose, wants, weights, chance)
        tired[part] += 1.0
        better = _solve_part(problem, plan, part, min(PART_S, until - time.monotonic()))
        if better is not None:
            plan = better
            excess = _excess(problem, plan, prices, least)
            tired[part] = 0.0
        elif tired[seed] > len(part):
            break
    return plan


def _who_wants(problem: Problem) -> tuple[dict[int, list[int]], list[list[int]]]:
    """List the orders that want an item, and the items an order wants."""
    whose: dict[int, list[int]] = defaultdict(list)
    wants: list[list[int]] = [[] for _ in problem.order_ids]
    for demand, order in zip(problem.demands, problem.demand_order.tolist(), strict=True):
        whose[demand.item_id].append(order)
        wants[order].append(demand.item_id)
    return whose, wants


def _excess(problem: Problem, plan: Integers, prices: Floats, least: Floats) -> Floats:
    """Say how much each order pays, goods and rooms at their prices, above its cheapest way."""
    lots = len(problem.lot_free)
    arc_order = problem.demand_order[problem.arc_demand]
    goods = np.bincount(arc_order, plan * prices[problem.arc_lot], len(least))
    used = plans.pairs_used(problem, plan)
    rooms = np.bincount(problem.pair_order[used], prices[lots + problem.pair_site[used]], len(least))
    excess: Floats = plans.order_costs(problem, plan) + goods + rooms - least
    return excess


def _around(
    seed: int, whose: dict[int, list[int]], wants: list[list[int]], weights: Floats, chance: np.random.Generator
) -> Integers:
    """Gather orders around one: those that want what it wants, then what those want, the dearest first."""
    part, edge = {seed}, [seed]
    while edge and len(part) < PART:
        near = sorted({other for order in edge for item in wants[order] for other in whose[item]} - part)
        if not near:
            break
        scores = weights[near] * chance.uniform(0.5, 1.0, len(near))
        edge = [near[place] for place in np.argsort(-scores)[: max((PART - len(part) + 1) // 2, 1)]]
        part.update(edge)
    return np.array(sorted(part), dtype=np.int64)


def _solve_part(problem: Problem, plan: Integers, part: Integers, seconds: float) -> Integers | None:
    """Solve some orders anew among what the others leave. Returns the plan when it got cheaper."""
    keep = np.zeros(len(problem.order_ids), dtype=bool)
    keep[part] = True
    others = plan * ~keep[problem.demand_order[problem.arc_demand]]
    free = problem.lot_free - np.bincount(problem.arc_lot, others, len(problem.lot_free)).astype(np.int64)
    used = np.bincount(problem.pair_site, plans.pairs_used(problem, others), len(problem.site_room)).astype(np.int64)
    room = np.where(problem.site_room == NO_LIMIT, NO_LIMIT, problem.site_room - used)
    smaller, arcs = structs.replace(problem, lot_free=free, site_room=room).only(keep)
    found = programme.solve(smaller, seconds=max(seconds, 0.1))
    if found is None or plans.cost(smaller, found).total >= plans.cost(smaller, plan[arcs]).total - EPSILON:
        return None
    better = others.copy()
    better[arcs] = found
    return better
