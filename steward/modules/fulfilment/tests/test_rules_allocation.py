"""What holds for every world: no limit is broken, nothing is dearer than it need be, and the wave never loses."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
from hypothesis import given, settings

from steward.modules.fulfilment.rules import accepting, columns, filtering, plans, polishing, pricing, single, waves
from steward.modules.fulfilment.rules.problem import Integers, Problem
from steward.modules.fulfilment.tests.world import TODAY, World, worlds

few = settings(max_examples=30, deadline=None)
waves_cost_seconds = settings(max_examples=10, deadline=None)


def assert_sound(world: World, problem: Problem, take: Integers) -> None:
    """Assert every limit on the facts themselves, not on the arrays made from them."""
    assert plans.breaches(problem, take) == []
    taken: Counter[int] = Counter()
    wanted = {one.order_id: one for one in world.wanted}
    got: Counter[tuple[int, int]] = Counter()
    used = set()
    for arc in np.flatnonzero(take):
        lot = problem.lots[int(problem.arc_lot[arc])]
        pair = int(problem.arc_pair[arc])
        order = wanted[int(problem.order_ids[problem.pair_order[pair]])]
        demand = problem.demands[int(problem.arc_demand[arc])]
        site = next(one for one in world.sites if one.warehouse_id == lot.warehouse_id)
        carriage = world.carriages[order.order_id, site.warehouse_id, demand.storage_class]
        delivered = filtering.delivery_date(TODAY, world.weights.handling_days, carriage)
        assert demand.item_id == lot.item_id
        assert demand.storage_class in site.storage_classes
        assert lot.expires_date is None or (lot.expires_date - delivered).days >= demand.minimum_remaining_days
        taken[lot.stock_id] += int(take[arc])
        got[order.order_id, demand.item_id] += int(take[arc])
        used.add((order.order_id, site.warehouse_id))
    assert all(taken[lot.stock_id] <= lot.free for lot in world.lots)
    orders_at = Counter(warehouse for _order, warehouse in used)
    assert all(site.room is None or orders_at[site.warehouse_id] <= site.room for site in world.sites)
    for order in world.wanted:
        pieces = [got[order.order_id, demand.item_id] for demand in order.demands]
        assert pieces in ([0] * len(pieces), [demand.units for demand in order.demands])


@few
@given(worlds())
def test_serving_one_by_one_breaks_no_limit(world: World) -> None:
    problem = world.problem()

    assert_sound(world, problem, single.serve_all(problem))


@waves_cost_seconds
@given(worlds(most_orders=8))
def test_a_wave_breaks_no_limit_and_is_never_dearer_than_one_by_one(world: World) -> None:
    problem = world.problem()

    solved = waves.solve(problem, seconds=2, with_splits=True)

    assert_sound(world, problem, solved.after.take)
    assert solved.after.cost.total <= solved.before.cost.total + 1e-6
    assert solved.after.bound <= solved.after.cost.total + 1e-3


@few
@given(worlds(most_orders=1))
def test_a_wave_of_one_order_chooses_what_it_would_get_alone(world: World) -> None:
    problem = world.problem()

    solved = waves.solve(problem, seconds=2, with_splits=True)

    assert abs(solved.after.cost.total - solved.before.cost.total) <= 1e-6


def cheapest_by_brute_force(problem: Problem) -> float | None:
    """Try every way to take pieces for the only order of a problem."""
    ranges = [range(int(min(problem.lot_free[lot], 3)) + 1) for lot in problem.arc_lot]
    best = None
    for pieces in itertools.product(*ranges):
        take = np.array(pieces, dtype=np.int64)
        if plans.served(problem, take).all() and not plans.breaches(problem, take):
            cost = plans.cost(problem, take).total
            best = cost if best is None else min(best, cost)
    return best


@few
@given(worlds(most_orders=1))
def test_an_order_alone_gets_the_cheapest_way_there_is(world: World) -> None:
    problem = world.problem()
    if len(problem.arc_lot) > 6:
        return
    take = single.serve_all(problem)

    cheapest = cheapest_by_brute_force(problem)

    if cheapest is None:
        assert not take.any()
    else:
        assert abs(plans.cost(problem, take).total - cheapest) < 1e-6


@few
@given(worlds())
def test_the_greedy_search_for_many_warehouses_serves_whom_the_exact_one_serves(world: World) -> None:
    problem, exact = world.problem(), single.MOST_EXACT
    whole = single.serve_all(problem)
    try:
        single.MOST_EXACT = 0
        greedy = single.serve_all(problem)
    finally:
        single.MOST_EXACT = exact

    assert_sound(world, problem, greedy)
    assert plans.served(problem, greedy)[0] == plans.served(problem, whole)[0]


@few
@given(worlds())
def test_an_order_that_ranks_first_is_never_refused_for_one_that_ranks_lower(world: World) -> None:
    problem = world.problem()
    chosen = accepting.accepted(problem)

    for place in range(len(chosen)):
        alone = np.zeros(len(chosen), dtype=bool)
        alone[:place] = chosen[:place]
        alone[place] = True
        rest, _arcs = problem.only(alone)
        assert chosen[place] == accepting.accepted(rest).all()


@few
@given(worlds())
def test_prices_of_nothing_ask_for_what_each_order_would_get_alone(world: World) -> None:
    problem = world.problem()
    stock = single.stock_of(problem)
    rest, _arcs = problem.only(
        np.array([single.serve(problem, stock, place) is not None for place in range(len(problem.order_ids))])
    )
    groups = pricing.groups_of(rest)
    priced = pricing.price(rest, groups, np.zeros(len(rest.lot_free)), np.zeros(len(rest.site_room)))
    free = single.stock_of(rest)

    for place in range(len(rest.order_ids)):
        choice = single.serve(rest, free, place)
        if choice is not None:
            assert priced.least[place] <= choice.cost + 1e-6


@few
@given(worlds())
def test_polishing_never_makes_a_plan_dearer(world: World) -> None:
    problem = world.problem()
    take = single.serve_all(problem)

    polished = polishing.polish(problem, take, seconds=1)

    assert_sound(world, problem, polished)
    assert plans.cost(problem, polished).total <= plans.cost(problem, take).total + 1e-6


@waves_cost_seconds
@given(worlds())
def test_the_bound_of_any_prices_is_below_every_plan(world: World) -> None:
    problem = world.problem()
    take = single.serve_all(problem)
    rest, arcs = problem.only(plans.served(problem, take))
    if not len(rest.order_ids):
        return
    known = columns.columns_of(rest)
    known.add(rest, take[arcs])
    prices = np.full(len(rest.lot_free) + len(rest.site_room), 50.0)
    prices[len(rest.lot_free) :] = 0.0

    bound, _master = columns.prove(rest, known, prices, until=0.0, gap=0.0)

    assert bound <= plans.cost(rest, take[arcs]).total + 1e-6
