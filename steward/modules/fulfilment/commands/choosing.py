"""Turn a plan for a snapshot into choices that can be written down: which lines take what from where, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from steward.modules.fulfilment.queries.snapshots import Snapshot
from steward.modules.fulfilment.rules import explaining, plans
from steward.modules.fulfilment.rules.problem import Integers
from steward.modules.inventory.commands.reserving import Placement


class Choice(Struct, frozen=True):
    """What one order is to get, and why; no placements: nothing was found. Units: minor units of `currency`."""

    order_id: int
    placements: list[Placement]
    cost_minor: int
    currency: str
    shipments: int
    why: dict[str, Any]

    @property
    def services(self) -> dict[int, int | None]:
        """Name the service each warehouse's parcel was costed with."""
        return {one["warehouse_id"]: one["service_id"] for one in self.why["chosen"]}

    @property
    def warehouses(self) -> list[str]:
        """Name the warehouses chosen, by code."""
        return [one["code"] for one in self.why["chosen"]]


def choices_of(snapshot: Snapshot, take: Integers) -> list[Choice]:
    """Write down what a plan does for every order of a snapshot, in the order in which they are served."""
    problem = snapshot.problem
    prepared = explaining.explainer(
        problem, snapshot.wanted, snapshot.carriages, snapshot.weights, snapshot.today, take
    )
    served = plans.served(problem, take)
    return [_choice(snapshot, prepared, place, bool(served[place])) for place in range(len(problem.order_ids))]


def _choice(snapshot: Snapshot, prepared: explaining.Explainer, place: int, is_served: bool) -> Choice:
    why = explaining.explain(prepared, place)
    order_id = int(snapshot.problem.order_ids[place])
    goods = [one for chosen in why.chosen for one in chosen.goods] if is_served else []
    written = msgspec.to_builtins(why)
    for one in (*written["chosen"], *written["rejected"]):
        one["name"] = snapshot.names.get(one["warehouse_id"], one["code"])
    return Choice(
        order_id=order_id,
        placements=list(_placements(snapshot, order_id, goods)),
        cost_minor=why.total_minor,
        currency=snapshot.weights.currency,
        shipments=len(why.chosen),
        why=written,
    )


def _placements(snapshot: Snapshot, order_id: int, goods: Iterable[explaining.Goods]) -> Iterable[Placement]:
    """Share what an order takes out over its lines, first line first."""
    left: dict[int, list[list[int]]] = {}
    for one in goods:
        waiting = left.setdefault(one.item_id, [list(line) for line in snapshot.lines[order_id, one.item_id]])
        units = one.units
        while units:
            line = next(line for line in waiting if line[1])
            taken = min(units, line[1])
            line[1] -= taken
            units -= taken
            yield Placement(order_id, line[0], one.item_id, one.stock_id, taken)


def nothing_taken(snapshot: Snapshot) -> Integers:
    """Return the plan that takes nothing."""
    return np.zeros(len(snapshot.problem.arc_cost), dtype=np.int64)
