"""Who gets scarce goods: orders by rank, promise and arrival, each whole, as long as all before it keep theirs.

An order is accepted when goods can be moved around among those accepted before so that each still has all it wants:
augmenting paths per item (Ford and Fulkerson 1956). So nobody loses goods to an order that ranks lower, and nobody is
refused while a rearrangement would serve them. A warehouse's room is not looked at here: the flow does.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from steward.modules.fulfilment.rules.plans import NDArrayBool
from steward.modules.fulfilment.rules.problem import Problem


class Goods:
    """Who holds what while orders are accepted one by one."""

    def __init__(self, problem: Problem) -> None:
        self.free: list[int] = problem.lot_free.tolist()
        self.lot_of: list[int] = problem.arc_lot.tolist()
        self.demand_of: list[int] = problem.arc_demand.tolist()
        self.arcs_of: list[list[int]] = [[] for _ in problem.demand_units]
        self.arcs_on: list[list[int]] = [[] for _ in problem.lot_free]
        for arc, (demand, lot) in enumerate(zip(self.demand_of, self.lot_of, strict=True)):
            self.arcs_of[demand].append(arc)
            self.arcs_on[lot].append(arc)
        self.held = [0] * len(self.lot_of)

    def give(self, demand: int, units: int) -> bool:
        """Give a demand its units, moving others to other lots where that is needed; tells whether all were found."""
        for arc in self.arcs_of[demand]:
            taken = min(units, self.free[self.lot_of[arc]])
            self.free[self.lot_of[arc]] -= taken
            self.held[arc] += taken
            units -= taken
            if not units:
                return True
        while units:
            pushed = self._augment(demand, units)
            if not pushed:
                return False
            units -= pushed
        return True

    def take_back(self, demand: int) -> None:
        """Give back whatever a demand holds."""
        for arc in self.arcs_of[demand]:
            self.free[self.lot_of[arc]] += self.held[arc]
            self.held[arc] = 0

    def _augment(self, demand: int, units: int) -> int:
        """Move units along one shortest path to a lot that has some left; returns how many."""
        came: dict[int, tuple[int, int]] = {}  # lot → arc into it, and the arc that was freed for it (-1: none)
        waiting: deque[tuple[int, int]] = deque([(demand, -1)])
        seen = {demand}
        while waiting:
            who, freed = waiting.popleft()
            for arc in self.arcs_of[who]:
                lot = self.lot_of[arc]
                if lot in came:
                    continue
                came[lot] = (arc, freed)
                if self.free[lot]:
                    return self._push(lot, came, units)
                for other in self.arcs_on[lot]:
                    if self.held[other] and self.demand_of[other] not in seen:
                        seen.add(self.demand_of[other])
                        waiting.append((self.demand_of[other], other))
        return 0

    def _push(self, last: int, came: dict[int, tuple[int, int]], units: int) -> int:
        path, lot, amount = [], last, min(units, self.free[last])
        while True:
            arc, freed = came[lot]
            path.append((arc, freed))
            if freed < 0:
                break
            amount = min(amount, self.held[freed])
            lot = self.lot_of[freed]
        self.free[last] -= amount
        for arc, freed in path:
            self.held[arc] += amount
            if freed >= 0:
                self.held[freed] -= amount
        return amount


def accepted(problem: Problem) -> NDArrayBool:
    """Tell which orders are served, by rank, promise and arrival; each whole or not at all."""
    goods, orders = Goods(problem), len(problem.order_ids)
    spans = problem.spans(problem.demand_order, orders).tolist()
    units: list[int] = problem.demand_units.tolist()
    chosen = np.zeros(orders, dtype=bool)
    for order in range(orders):
        demands = range(spans[order], spans[order + 1])
        if all(goods.give(demand, units[demand]) for demand in demands):
            chosen[order] = True
        else:
            for demand in demands:
                goods.take_back(demand)
    return chosen
