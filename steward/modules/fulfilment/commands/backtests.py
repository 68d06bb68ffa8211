"""Try a proposal on past orders: the same orders and goods, once by the policy in force and once by the proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
import numpy as np
from django.utils import timezone
from procrastinate.contrib.django import app

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.fulfilment.commands.policies import checked
from steward.modules.fulfilment.models import Allocation, Backtest
from steward.modules.fulfilment.queries.policies import policy_in_force, policy_of_version, weights_of
from steward.modules.fulfilment.queries.snapshots import Snapshot, snapshots
from steward.modules.fulfilment.rules import plans, single
from steward.modules.fulfilment.rules.facts import Lot
from steward.modules.fulfilment.rules.policy import Weights
from steward.modules.fulfilment.rules.problem import Integers
from steward.modules.orders.commands.screening_backtests import BadPeriod
from steward.modules.orders.queries.allocating import numbers_of_orders, orders_of_period

TASK = "fulfilment.run_backtest"
MOST_ORDERS, MOST_SHOWN = 2_000, 50


@command(needs="fulfilment.policy")
def request_backtest(
    actor: Actor,
    *,
    weights: Mapping[str, Any],
    from_date: date,
    to_date: date,
    most_orders: int = 300,
    later: bool = True,
) -> int:
    """Ask for a back-test of weights; a worker runs it (`later` False: the caller does).

    Returns its id. Raises: UnfitPolicy, BadPeriod.
    """
    proposed = checked(weights)
    if to_date < from_date:
        raise BadPeriod
    row = Backtest.objects.create(
        policy_version=policy_in_force().version,
        weights=msgspec.to_builtins(proposed),
        from_date=from_date,
        to_date=to_date,
        most_orders=min(max(most_orders, 1), MOST_ORDERS),
        requested_by=actor.id,
    )
    if later:
        app.configure_task(TASK, queue="imports").defer(backtest_id=row.id)
    return int(row.id)


def run_backtest(*, backtest_id: int, now: datetime) -> bool:
    """Run a back-test and keep its result; False when it has run already. Changes no order and no stock.

    Both policies choose from what is free now and what these orders took when they were allocated. What both cost is
    counted by the weights in force, so that it can be compared.
    """
    row = Backtest.objects.get(id=backtest_id)
    if row.state == "done":
        return False
    since = timezone.make_aware(datetime.combine(row.from_date, time()))
    until = timezone.make_aware(datetime.combine(row.to_date, time()) + timedelta(days=1))
    ids = list(orders_of_period(since=since, until=until, limit=row.most_orders))
    current, proposed = policy_of_version(row.policy_version), weights_of(row.weights)
    taken = taken_by(ids)
    both = [_plans(ids, weights, now, taken) for weights in (current, proposed)]
    result = _result(both[0], both[1])
    Backtest.objects.filter(id=row.id).update(state="done", result=result, finished_at=now, error="")
    return True


def note_failure(backtest_id: int, error: str, now: datetime) -> None:
    """Note why a back-test could not be finished."""
    Backtest.objects.filter(id=backtest_id).update(state="failed", error=error[:400], finished_at=now)


def taken_by(order_ids: Sequence[int]) -> list[Lot]:
    """List what orders took when they were allocated last. Units: pieces."""
    rows = Allocation.objects.filter(order_id__in=list(order_ids)).exclude(state="nothing").order_by("id")
    latest = {row.order_id: row.why for row in rows}
    return [
        Lot(
            stock_id=goods["stock_id"],
            item_id=goods["item_id"],
            warehouse_id=chosen["warehouse_id"],
            free=goods["units"],
            expires_date=date.fromisoformat(goods["expires_date"]) if goods["expires_date"] else None,
            lot_code=goods["lot_code"],
        )
        for why in latest.values()
        for chosen in why.get("chosen", [])
        for goods in chosen["goods"]
    ]


Planned = tuple[Snapshot, Integers]


def _plans(ids: Sequence[int], weights: Weights, now: datetime, taken: Sequence[Lot]) -> list[Planned]:
    found = snapshots(ids, weights, now=now, given_back=taken, any_state=True)
    return [(one, single.serve_all(one.problem)) for one in found]


def _result(current: Sequence[Planned], proposed: Sequence[Planned]) -> dict[str, Any]:
    """State the figures of both, and which orders would be served from elsewhere."""
    before, after = _places(current), _places(proposed)
    moved = [id_ for id_ in sorted(before) if before[id_] != after.get(id_)]
    numbers = numbers_of_orders(moved[:MOST_SHOWN])
    shown = [
        {"number": numbers.get(id_, str(id_)), "before": before[id_], "after": after.get(id_, [])}
        for id_ in moved[:MOST_SHOWN]
    ]
    figures = {"current": _figures(current), "proposed": _figures(proposed)}
    return figures | {"orders": len(before), "moved": len(moved), "shown": shown}


def _places(planned: Sequence[Planned]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for snapshot, take in planned:
        problem = snapshot.problem
        used = np.flatnonzero(plans.pairs_used(problem, take))
        for id_ in problem.order_ids.tolist():
            found[id_] = []
        for pair in used:
            site = problem.sites[int(problem.pair_site[pair])]
            found[int(problem.order_ids[problem.pair_order[pair]])].append(snapshot.names[site.warehouse_id])
    return found


def _figures(planned: Sequence[Planned]) -> dict[str, Any]:
    """Add the figures of the pools up; what is per shipment or order is weighed."""
    parts = [plans.figures(snapshot.problem, take) for snapshot, take in planned]
    shipments, served = sum(one.shipments for one in parts), sum(one.served for one in parts)
    priced = sum(_price_minor(snapshot, take) for snapshot, take in planned)
    return {
        "orders": sum(one.orders for one in parts),
        "served": served,
        "shipments": shipments,
        "splits": sum(one.splits for one in parts),
        "price_minor": priced,
        "km": sum(one.km * one.shipments for one in parts) / shipments if shipments else 0.0,
        "days": sum(one.days * one.served for one in parts) / served if served else 0.0,
        "late_share": sum(one.late_share * one.served for one in parts) / served if served else 0.0,
    }


def _price_minor(snapshot: Snapshot, take: Integers) -> int:
    """Add up what carriers would ask, which no weight bends. Units: minor units."""
    problem, total = snapshot.problem, 0.0
    wanted = {one.order_id: one for one in snapshot.wanted}
    seen: set[tuple[int, str]] = set()
    for arc in np.flatnonzero(take):
        pair, demand = int(problem.arc_pair[arc]), problem.demands[int(problem.arc_demand[arc])]
        order = wanted[int(problem.order_ids[problem.pair_order[pair]])]
        site = problem.sites[int(problem.pair_site[pair])]
        carriage = snapshot.carriages[order.order_id, site.warehouse_id, demand.storage_class]
        total += int(take[arc]) * demand.weight_g / 1_000 * carriage.per_kg_minor
        if (pair, demand.storage_class) not in seen:
            seen.add((pair, demand.storage_class))
            total += carriage.first_minor
    return round(total)
