"""Why an order is served as it is: what each chosen warehouse costs, and why each other one was rejected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from msgspec import Struct

from steward.modules.fulfilment.rules import costing, filtering, plans, single
from steward.modules.fulfilment.rules.facts import Carriages, Demand, Lot, Site, Wanted
from steward.modules.fulfilment.rules.policy import Weights
from steward.modules.fulfilment.rules.problem import Integers, Problem, slowest

FULL = 0


class Goods(Struct, frozen=True):
    """Pieces of one lot."""

    item_id: int
    stock_id: int
    lot_code: str
    expires_date: date | None
    units: int


class Chosen(Struct, frozen=True):
    """A warehouse that serves the order, with the pieces of its cost. Units: minor units, km, days."""

    warehouse_id: int
    code: str
    goods: list[Goods]
    shipping_minor: int
    distance_minor: int
    late_minor: int
    load_minor: int
    freshness_minor: int
    km: float
    days: int
    late_days: int
    service_id: int | None = None


class Rejected(Struct, frozen=True):
    """A warehouse that does not, with the reason, the items it concerns, and how much dearer it alone would be."""

    warehouse_id: int
    code: str
    reason: str
    item_ids: list[int] = []
    dearer_minor: int = 0


class Why(Struct, frozen=True):
    """The whole explanation of one choice. Units: minor units."""

    rank: str
    promised_date: date
    total_minor: int
    split_minor: int
    chosen: list[Chosen]
    rejected: list[Rejected]


class Explainer(Struct):
    """What explanations are made from: the facts, the problem built from them, and a plan."""

    problem: Problem
    wanted: dict[int, Wanted]
    carriages: Carriages
    weights: Weights
    today: date
    take: Integers
    stock: single.Stock
    by_site: dict[tuple[int, int], list[Lot]]


def explainer(
    problem: Problem, wanted: Sequence[Wanted], carriages: Carriages, weights: Weights, today: date, take: Integers
) -> Explainer:
    """Prepare to explain a plan: what is free afterwards, and what lies where."""
    stock = single.stock_of(problem)
    stock.free -= np.bincount(problem.arc_lot, take, len(problem.lot_free)).astype(np.int64)
    used = np.bincount(problem.pair_site, plans.pairs_used(problem, take), len(problem.site_room)).astype(np.int64)
    stock.room = np.where(stock.room < 0, stock.room, stock.room - used)
    by_site: dict[tuple[int, int], list[Lot]] = {}
    for lot in problem.lots:
        by_site.setdefault((lot.warehouse_id, lot.item_id), []).append(lot)
    orders = {one.order_id: one for one in wanted}
    return Explainer(problem, orders, carriages, weights, today, take, stock, by_site)


def explain(to: Explainer, place: int) -> Why:
    """Explain the choice for the order at one place of the problem; without a choice every warehouse is rejected."""
    problem, order = to.problem, to.wanted[int(to.problem.order_ids[place])]
    span = np.arange(to.stock.arc_spans[place], to.stock.arc_spans[place + 1])
    arcs = span[to.take[span] > 0]
    pairs = np.unique(problem.arc_pair[arcs])
    cost = single.choice_cost(problem, arcs, to.take[arcs])
    chosen = [_chosen(to, order, int(pair), arcs[problem.arc_pair[arcs] == pair]) for pair in pairs]
    served_by = {one.warehouse_id for one in chosen}
    rejected = [
        _rejected(to, order, site, span, arcs, cost) for site in problem.sites if site.warehouse_id not in served_by
    ]
    split = max(len(chosen) - 1, 0) * to.weights.split_minor
    return Why(order.rank, order.promised_date, round(cost), split, chosen, rejected)


def _chosen(to: Explainer, order: Wanted, pair: int, arcs: Integers) -> Chosen:
    problem = to.problem
    site = problem.sites[int(problem.pair_site[pair])]
    main, _slow = slowest(order, site, to.carriages)
    km = filtering.distance_km(order, site)
    late = int(problem.pair_late_days[pair])
    shipment = costing.shipment_cost(to.weights, site, main, distance_km=km, late_days=late)
    goods, fresh, pieces = [], 0.0, 0.0
    for arc in arcs:
        demand, lot = problem.demands[int(problem.arc_demand[arc])], problem.lots[int(problem.arc_lot[arc])]
        units = int(to.take[arc])
        goods.append(Goods(lot.item_id, lot.stock_id, lot.lot_code, lot.expires_date, units))
        fresh += units * costing.freshness_minor(to.weights, demand, lot, to.today)
        pieces += units * float(problem.arc_cost[arc])
    return Chosen(
        warehouse_id=site.warehouse_id,
        code=site.code,
        goods=goods,
        shipping_minor=round(shipment.shipping_minor + pieces - fresh),
        distance_minor=round(shipment.distance_minor),
        late_minor=round(shipment.late_minor),
        load_minor=round(shipment.load_minor),
        freshness_minor=round(fresh),
        km=round(km or 0.0, 1),
        days=int(problem.pair_days[pair]),
        late_days=late,
        service_id=main.service_id,
    )


def _rejected(to: Explainer, order: Wanted, site: Site, span: Integers, arcs: Integers, cost: float) -> Rejected:
    """Name the first reason that holds, from the filter to the price."""
    for reason in ("storage_class", "not_served", "no_stock", "shelf_life"):
        items = [demand.item_id for demand in order.demands if _filtered(to, order, site, demand) == reason]
        if items:
            return Rejected(site.warehouse_id, site.code, reason, items)
    problem = to.problem
    place = problem.sites.index(site)
    if to.stock.room[place] == FULL:
        return Rejected(site.warehouse_id, site.code, "full")
    mine = span[problem.pair_site[problem.arc_pair[span]] == place]
    free = to.stock.free[problem.arc_lot[mine]]
    lacking, alone = [], float(problem.pair_cost[problem.arc_pair[mine[:1]]].sum())
    for demand in np.unique(problem.arc_demand[span]):
        here = problem.arc_demand[mine] == demand
        ranked = np.argsort(problem.arc_cost[mine[here]], kind="stable")
        there = free[here][ranked]
        pieces = np.clip(problem.demand_units[demand] - (np.cumsum(there) - there), 0, there)
        alone += float(pieces @ problem.arc_cost[mine[here]][ranked])
        if there.sum() < problem.demand_units[demand]:
            lacking.append((int(demand), problem.lot_free[problem.arc_lot[mine[here]]].sum()))
    if lacking:
        had = all(before >= problem.demand_units[demand] for demand, before in lacking)
        items = [problem.demands[demand].item_id for demand, _before in lacking]
        return Rejected(site.warehouse_id, site.code, "taken" if had else "part", items)
    dearer = max(round(alone - cost), 0) if len(arcs) else 0
    return Rejected(site.warehouse_id, site.code, "dearer", [], dearer)


def _filtered(to: Explainer, order: Wanted, site: Site, demand: Demand) -> str:
    carriage = to.carriages.get((order.order_id, site.warehouse_id, demand.storage_class))
    lots = to.by_site.get((site.warehouse_id, demand.item_id), [])
    return filtering.rejection(demand, site, carriage, lots, today=to.today, handling_days=to.weights.handling_days)
