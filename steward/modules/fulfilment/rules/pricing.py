"""The cheapest way to serve each order when lots and rooms bear a price: every set of warehouses, all at once.

It is the single-order rule under prices of scarcity, computed on arrays instead of order by order.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct, structs

from steward.modules.fulfilment.rules import single
from steward.modules.fulfilment.rules.plans import NDArrayBool
from steward.modules.fulfilment.rules.problem import Floats, Integers, Problem

SMALL = 2
EPSILON = 1e-9
AT_ONCE = 2**19  # cells of demands × sets that are looked at together, so that they stay in the processor's cache


class Group(Struct):
    """Orders with the same number of warehouses to choose from, and their demands, padded to the most arcs.

    `arcs` and `column` are demands × arcs (arc ids and which of the order's warehouses), `pairs` orders × warehouses.
    """

    orders: Integers
    starts: Integers
    order_row: Integers
    units: Integers
    arcs: Integers
    column: Integers
    there: Integers
    pairs: Integers
    sets: NDArrayBool


class Priced(Struct):
    """The cheapest way of each order under prices, and what each costs at least under them."""

    take: Integers
    least: Floats


def groups_of(problem: Problem) -> list[Group]:
    """Sort orders by how many warehouses they can choose from, cut to what fits the cache. Each order has a demand."""
    orders, demands, _arcs = problem.size
    pair_spans = problem.spans(problem.pair_order, orders)
    counts = np.diff(pair_spans)
    demand_spans = problem.spans(problem.demand_order, orders)
    by_demand = np.argsort(problem.arc_demand, kind="stable")
    spans = np.searchsorted(problem.arc_demand[by_demand], np.arange(demands + 1))
    found = []
    for count in np.unique(counts):
        if not 1 <= count <= single.MOST_EXACT:
            continue
        members = np.flatnonzero(counts == count)
        most = max(AT_ONCE // 2 ** int(count), 1)
        lines = np.cumsum(np.diff(demand_spans)[members])
        for part in np.split(members, np.flatnonzero(np.diff(lines // most)) + 1):
            found.append(_group(problem, part, int(count), demand_spans, pair_spans, by_demand, spans))
    return found


def _group(
    problem: Problem,
    orders: Integers,
    count: int,
    demand_spans: Integers,
    pair_spans: Integers,
    by_demand: Integers,
    spans: Integers,
) -> Group:
    lines = demand_spans[orders + 1] - demand_spans[orders]
    demands = np.concatenate([np.arange(demand_spans[one], demand_spans[one + 1]) for one in orders])
    width = max(int((spans[demands + 1] - spans[demands]).max(initial=0)), 1)
    grid = spans[demands][:, None] + np.arange(width)[None, :]
    is_there = grid < spans[demands + 1][:, None]
    arcs = by_demand[np.where(is_there, grid, 0)] if len(by_demand) else np.zeros(grid.shape, dtype=np.int64)
    order_row = np.repeat(np.arange(len(orders)), lines)
    column = np.where(is_there, problem.arc_pair[arcs] - pair_spans[orders][order_row][:, None], 0)
    return Group(
        orders=orders,
        starts=np.concatenate([[0], np.cumsum(lines)[:-1]]).astype(np.int64),
        order_row=order_row,
        units=problem.demand_units[demands],
        arcs=arcs,
        column=column,
        there=np.where(is_there, problem.lot_free[problem.arc_lot[arcs]], 0),
        pairs=pair_spans[orders][:, None] + np.arange(count)[None, :],
        sets=_all_sets(count),
    )


def _all_sets(count: int) -> NDArrayBool:
    """List every set but the empty one: warehouses × sets."""
    numbers = np.arange(1, 2**count)
    chosen: NDArrayBool = (numbers[None, :] >> np.arange(count)[:, None]) & 1 == 1
    return chosen


def price(problem: Problem, groups: list[Group], lot_price: Floats, site_price: Floats) -> Priced:
    """Choose the cheapest way of every order under prices, each as if it were alone. Units: minor units a piece."""
    orders, _demands, arcs = problem.size
    cost = problem.arc_cost + lot_price[problem.arc_lot]
    shipment = problem.pair_cost + site_price[problem.pair_site] + problem.split_cost
    priced = Priced(np.zeros(arcs, dtype=np.int64), np.full(orders, np.nan))
    for group in groups:
        _price_group(group, cost, shipment, problem.split_cost, priced)
    rest = np.flatnonzero(np.isnan(priced.least))
    if len(rest):
        _price_rest(problem, cost, shipment - problem.split_cost, rest, priced)
    return priced


def _price_group(group: Group, cost: Floats, shipment: Floats, split_cost: float, priced: Priced) -> None:
    """Try small sets first; all of them only for the orders a larger set could still serve cheaper."""
    ranked = np.argsort(np.where(group.there > 0, cost[group.arcs], np.inf), axis=1, kind="stable")
    sorted_ = structs.replace(
        group, **{name: np.take_along_axis(getattr(group, name), ranked, 1) for name in ("arcs", "column", "there")}
    )
    sizes = group.sets.sum(axis=0)
    small = group.sets[:, sizes <= SMALL]
    least, best = _cheapest_sets(sorted_, small, cost, shipment, split_cost)
    _write(sorted_, small[:, best], least, priced)
    if group.sets.shape[0] <= SMALL:
        return
    before = np.cumsum(sorted_.there, axis=1) - sorted_.there
    alone = (np.clip(group.units[:, None] - before, 0, sorted_.there) * cost[sorted_.arcs]).sum(axis=1)
    fewest = np.sort(shipment[group.pairs], axis=1)[:, : SMALL + 1].sum(axis=1) - split_cost
    open_ = np.flatnonzero(np.add.reduceat(alone, group.starts) + fewest < least - EPSILON)
    if len(open_):
        part = _part(sorted_, open_)
        least, best = _cheapest_sets(part, group.sets, cost, shipment, split_cost)
        _write(part, group.sets[:, best], least, priced)


def _cheapest_sets(
    group: Group, sets: NDArrayBool, cost: Floats, shipment: Floats, split_cost: float
) -> tuple[Floats, Integers]:
    """Cost every order within every set. Returns the least cost of each order and its set; infinite: no set has it."""
    costs = cost[group.arcs]
    left = np.repeat(group.units[:, None], sets.shape[1], axis=1)
    total = np.zeros(left.shape)
    for rank in range(group.arcs.shape[1]):
        taken = np.minimum(left, np.where(sets[group.column[:, rank]], group.there[:, rank, None], 0))
        total += taken * costs[:, rank, None]
        left -= taken
    total[left > 0] = np.inf
    whole = np.add.reduceat(total, group.starts, axis=0) + shipment[group.pairs] @ sets - split_cost
    best = np.argmin(whole, axis=1)
    return whole[np.arange(len(best)), best], best.astype(np.int64)


def _write(group: Group, chosen: NDArrayBool, least: Floats, priced: Priced) -> None:
    """Write down the pieces of each order within its set (warehouses × orders); those without a set take nothing."""
    priced.least[group.orders] = least
    whose = chosen & np.isfinite(least)[None, :]
    inside = whose[group.column, group.order_row[:, None]] * group.there
    before = np.cumsum(inside, axis=1) - inside
    is_real = group.there > 0  # padding shares its arc id with a real arc
    taken = np.clip(group.units[:, None] - before, 0, inside)
    priced.take[group.arcs[is_real]] = taken[is_real]


def _part(group: Group, rows: Integers) -> Group:
    """Take some orders out of a group."""
    lines = np.diff(np.append(group.starts, len(group.units)))[rows]
    demands = np.flatnonzero(np.isin(group.order_row, rows))
    return structs.replace(
        group,
        orders=group.orders[rows],
        starts=np.concatenate([[0], np.cumsum(lines)[:-1]]).astype(np.int64),
        order_row=np.repeat(np.arange(len(rows)), lines),
        units=group.units[demands],
        arcs=group.arcs[demands],
        column=group.column[demands],
        there=group.there[demands],
        pairs=group.pairs[rows],
    )


def _price_rest(problem: Problem, cost: Floats, shipment: Floats, orders: Integers, priced: Priced) -> None:
    """Price orders with too many warehouses to try every set: a good way, and a bound that is sure to be below it."""
    dearer = problem.priced(cost, shipment)
    stock = single.stock_of(dearer)
    for order in orders:
        choice = single.serve(dearer, stock, int(order))
        if choice is None:
            priced.least[order] = 0.0
            continue
        priced.take[choice.arcs] = choice.pieces
        priced.least[order] = single.least_cost(dearer, stock, int(order))
