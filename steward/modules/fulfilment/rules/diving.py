"""From mixed columns to one way per order: fix what is nearly whole, price and mix the rest again, until all is."""

from __future__ import annotations

import time

import numpy as np
from msgspec import structs

from steward.modules.fulfilment.rules import columns, pricing
from steward.modules.fulfilment.rules.problem import NO_LIMIT, Floats, Integers, Problem

NEARLY = 0.99
AT_LEAST = 0.15  # share of the open orders fixed per round, the surest first
ROUNDS = 3


def dive(problem: Problem, known: columns.Columns, master: columns.Master, *, until: float) -> Integers:
    """Fix one way for every order as long as there is time. Returns pieces by arc; who got none stays without."""
    plan = np.zeros(len(problem.arc_cost), dtype=np.int64)
    rest, arcs = problem, np.arange(len(plan))
    while True:
        fixed = _fix(rest, known, master.shares)
        plan[arcs] += fixed
        orders = np.unique(rest.demand_order[rest.arc_demand[np.flatnonzero(fixed)]])
        keep = np.ones(len(rest.order_ids), dtype=bool)
        keep[orders] = False
        if not len(orders) or not keep.any() or time.monotonic() > until:
            return plan
        width, whose = len(rest.arc_cost), np.flatnonzero(keep)
        rest, inner = _left(rest, fixed).only(keep)
        known = known.fitting(rest, inner, whose, width)
        arcs = arcs[inner]
        master = _mix(rest, known, master.prices, until)


def _left(problem: Problem, fixed: Integers) -> Problem:
    """Take what is fixed off lots and rooms."""
    used = np.bincount(problem.arc_lot, fixed, len(problem.lot_free)).astype(np.int64)
    pairs = np.unique(problem.arc_pair[np.flatnonzero(fixed)])
    shipments = np.bincount(problem.pair_site[pairs], minlength=len(problem.site_room))
    room = np.where(problem.site_room == NO_LIMIT, NO_LIMIT, problem.site_room - shipments)
    return structs.replace(problem, lot_free=problem.lot_free - used, site_room=room)


def _fix(problem: Problem, known: columns.Columns, shares: Floats) -> Integers:
    """Choose the surest columns, one per order, as far as lots and rooms allow."""
    take = np.zeros(len(problem.arc_cost), dtype=np.int64)
    free, room = problem.lot_free.copy(), problem.site_room.copy()
    ranked = np.argsort(-shares, kind="stable")
    starts = np.searchsorted(known.entry_column, np.arange(len(known.order) + 1))
    done: set[int] = set()
    wanted = max(int(len(problem.order_ids) * AT_LEAST), 1)
    for column in ranked:
        if shares[column] <= 0 or (shares[column] < NEARLY and len(done) >= wanted):
            break
        order = int(known.order[column])
        span = slice(starts[column], starts[column + 1])
        arc, pieces = known.entry_arc[span], known.entry_pieces[span]
        sites = np.unique(problem.pair_site[problem.arc_pair[arc]])
        if order in done or (free[problem.arc_lot[arc]] < pieces).any() or (room[sites] == 0).any():
            continue
        take[arc] = pieces
        free[problem.arc_lot[arc]] -= pieces
        room[sites[room[sites] > 0]] -= 1
        done.add(order)
    return take


def _mix(problem: Problem, known: columns.Columns, prices: Floats, until: float) -> columns.Master:
    """Price and mix what is left a few times."""
    lots, groups = len(problem.lot_free), pricing.groups_of(problem)
    master = None
    for _round in range(ROUNDS):
        found = pricing.price(problem, groups, prices[:lots], prices[lots:])
        fresh = known.add(problem, found.take)
        if master is not None and not fresh:
            break
        master = columns.relax(problem, known)
        prices = master.prices
        if time.monotonic() > until:
            break
    return master if master is not None else columns.relax(problem, known)
