"""Orders, warehouses and stock for the benchmark of allocation: drawn from one seed, and a shipper's real day."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from steward.modules.fulfilment.rules import filtering, plans, problem, single
from steward.modules.fulfilment.rules.facts import Carriage, Demand, Lot, Site, Wanted
from steward.modules.fulfilment.rules.policy import RANKS, SHIPPED, Weights

TODAY = date(2026, 3, 2)
# Ten cities: latitude, longitude.
CITIES = {
    "hangzhou": (30.27, 120.15), "guangzhou": (23.13, 113.26), "chengdu": (30.57, 104.07), "beijing": (39.90, 116.41),
    "wuhan": (30.59, 114.31), "xian": (34.34, 108.94), "shenyang": (41.80, 123.43), "jinan": (36.65, 117.12),
    "kunming": (25.04, 102.71), "xiamen": (24.48, 118.09),
}  # fmt: skip
# Up to so many km: first weight, per kg, days. As the price lists of China's express carriers grow with distance.
ZONES = ((300, 500, 100, 1), (900, 700, 200, 2), (1_600, 900, 400, 3), (10_000, 1_200, 700, 4))
RATES = Weights(distance_minor_per_100_km=0, late_minor_per_day=0, freshness_percent=0, split_minor=0, load_minor=0)


def scarce(lines: int, skus: int, seed: int) -> problem.Problem:
    """Draw orders of one to five lines over goods of which half are scarce, spread over ten warehouses."""
    chance = Random(seed)
    sites = [
        Site(number, code, frozenset({"ambient"}), *CITIES[code], None, number / 20)
        for number, code in enumerate(CITIES)
    ]
    goods = [(chance.randint(100, 4_000), chance.choice((3_000, 9_000, 20_000, 50_000))) for _ in range(skus)]
    popular = [1 / (rank + 5) ** 0.6 for rank in range(skus)]
    wanted: list[Wanted] = []
    asked: dict[int, int] = defaultdict(int)
    count = 0
    while count < lines:
        size = min(chance.choices((1, 2, 3, 4, 5), (40, 28, 16, 10, 6))[0], lines - count)
        items = sorted(set(chance.choices(range(skus), popular, k=size)))
        demands = [Demand(item, chance.choices((1, 2, 3), (75, 18, 7))[0], *goods[item]) for item in items]
        for demand in demands:
            asked[demand.item_id] += demand.units
        count += len(items)
        latitude, longitude = chance.choice(list(CITIES.values()))
        place = (latitude + chance.uniform(-3, 3), longitude + chance.uniform(-3, 3))
        due, rank = TODAY + timedelta(days=chance.randint(2, 5)), chance.choices(RANKS, (10, 75, 15))[0]
        wanted.append(Wanted(len(wanted) + 1, demands, due, "", *place, rank))
    lots = _spread(chance, asked, len(sites))
    return problem.build(wanted, sites, lots, _carriages(wanted, sites), SHIPPED, today=TODAY)


def _spread(chance: Random, asked: dict[int, int], sites: int) -> list[Lot]:
    """Put 75 to 135 % of what is asked for on shelves, piece by piece in warehouses by chance."""
    lots: list[Lot] = []
    for item, units in sorted(asked.items()):
        there = [0] * sites
        for _ in range(max(round(units * chance.uniform(0.75, 1.35)), 1)):
            there[chance.randrange(sites)] += 1
        lots += [Lot(len(lots) + place, item, place, pieces) for place, pieces in enumerate(there) if pieces]
    return lots


def _carriages(wanted: Iterable[Wanted], sites: Iterable[Site]) -> dict[tuple[int, int, str], Carriage]:
    found = {}
    for order in wanted:
        for site in sites:
            km = filtering.distance_km(order, site) or 0.0
            first, per_kg, days = next(zone[1:] for zone in ZONES if km <= zone[0])
            found[order.order_id, site.warehouse_id, "ambient"] = Carriage(first, per_kg, days)
    return found


def nearest(given: problem.Problem) -> Any:
    """Serve every order from the nearest warehouses that have anything of it, one after the other: the naive way."""
    stock, plan = single.stock_of(given), np.zeros(len(given.arc_cost), dtype=np.int64)
    for order in range(len(given.order_ids)):
        arcs = np.arange(stock.arc_spans[order], stock.arc_spans[order + 1])
        arcs = arcs[np.argsort(given.pair_km[given.arc_pair[arcs]], kind="stable")]
        left = dict(enumerate(given.demand_units[stock.demand_spans[order] : stock.demand_spans[order + 1]].tolist()))
        pieces = []
        for arc in arcs:
            demand = int(given.arc_demand[arc] - stock.demand_spans[order])
            site = int(given.pair_site[given.arc_pair[arc]])
            taken = min(left[demand], int(stock.free[given.arc_lot[arc]])) if stock.has_room(site) else 0
            left[demand] -= taken
            pieces.append(taken)
        if not any(left.values()):
            used = np.array(pieces) > 0
            single.take(given, stock, plan, single.Choice(arcs[used], np.array(pieces)[used], 0.0))
    return plan


class RealDay:
    """The half at hand of a shipper's day: 9,215 orders, 19 plants. Source: supply_chain_allocation/SOURCE.md.

    An order is one unit; a plant serves it when it makes the product, may serve the customer, and a carrier takes its
    weight from one of its ports (customers who fetch their goods, CRF, need none). Cost: the plant's cost per unit and
    the cheapest rate, max(minimum, rate × weight). Units: US cents.
    """

    def __init__(self, folder: Path) -> None:
        self.orders = list(_rows(folder / "OrderList.csv.gz"))
        self.plants = {row["Plant ID"]: int(row["Daily Capacity"]) for row in _rows(folder / "WhCapacities.csv")}
        self.unit_cost = {row["WH"]: float(row["Cost/unit"]) for row in _rows(folder / "WhCosts.csv")}
        self.makes = _pairs(folder / "ProductsPerPlant.csv", "Product ID", "Plant Code")
        self.only_for = _pairs(folder / "VmiCustomers.csv", "Plant Code", "Customers")
        self.ports = _pairs(folder / "PlantPorts.csv", "Plant Code", "Port")
        self.rates: dict[tuple[str, str], list[tuple[float, float, float, float]]] = defaultdict(list)
        for row in _rows(folder / "FreightRates.csv"):
            band = (float(row["minm_wgh_qty"]), float(row["max_wgh_qty"]))
            price = (float(row["minimum cost"]), float(row["rate"]))
            self.rates[row["orig_port_cd"], row["dest_port_cd"]].append((*band, *price))

    def freight(self, plant: str, order: dict[str, str]) -> float | None:
        """Price the cheapest carriage of an order from a plant; None: no carrier takes it."""
        if order["Service Level"] == "CRF":
            return 0.0
        weight = float(order["Weight"])
        offers = [
            max(minimum, rate * weight)
            for port in self.ports.get(plant, ())
            for low, high, minimum, rate in self.rates.get((port, order["Destination Port"]), ())
            if low <= weight <= high
        ]
        return min(offers, default=None)

    def cost_cents(self, plant: str, order: dict[str, str]) -> int | None:
        """Price an order from a plant; None where a constraint forbids it."""
        if plant not in self.makes.get(order["Product ID"], ()):
            return None
        if plant in self.only_for and order["Customer"] not in self.only_for[plant]:
            return None
        freight = self.freight(plant, order)
        if freight is None:
            return None
        return round((freight + self.unit_cost[plant] * float(order["Unit quantity"])) * 100)

    def problem(self) -> problem.Problem:
        """Write the day as a problem of allocation."""
        codes = list(self.plants)
        classes = frozenset({"ambient"})
        sites = [Site(place, code, classes, room=self.plants[code]) for place, code in enumerate(codes)]
        products = {row["Product ID"]: place for place, row in enumerate(self.orders)}
        lots: list[Lot] = []
        for product, item in products.items():
            for plant in sorted(self.makes.get(product, ())):
                if plant in self.plants:
                    lots.append(Lot(len(lots), item, codes.index(plant), len(self.orders)))
        wanted, carriages = [], {}
        for number, row in enumerate(self.orders, 1):
            wanted.append(Wanted(number, [Demand(products[row["Product ID"]], 1)], TODAY))
            for place, code in enumerate(codes):
                cents = self.cost_cents(code, row)
                if cents is not None:
                    carriages[number, place, "ambient"] = Carriage(cents, 0.0, 1)
        return problem.build(wanted, sites, lots, carriages, RATES, today=TODAY)

    def history(self) -> dict[str, int]:
        """Count what the historical assignment breaks, and what its permitted part costs."""
        load: dict[str, int] = defaultdict(int)
        forbidden, cents = 0, 0
        for row in self.orders:
            load[row["Plant Code"]] += 1
            cost = self.cost_cents(row["Plant Code"], row)
            forbidden += cost is None
            cents += cost or 0
        over = sum(max(count - self.plants.get(plant, 0), 0) for plant, count in load.items())
        return {"over_capacity": over, "forbidden": forbidden, "cents": cents}


def checked(day: RealDay, given: problem.Problem, take: Any) -> int:
    """Count what a plan of the day breaks, on the rows themselves."""
    load: dict[str, int] = defaultdict(int)
    broken = 0
    for pair in np.flatnonzero(plans.pairs_used(given, take)):
        row = day.orders[int(given.order_ids[given.pair_order[pair]]) - 1]
        plant = given.sites[int(given.pair_site[pair])].code
        load[plant] += 1
        broken += day.cost_cents(plant, row) is None
    return broken + sum(max(count - day.plants[plant], 0) for plant, count in load.items())


def _rows(path: Path) -> Iterable[dict[str, str]]:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _pairs(path: Path, key: str, value: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in _rows(path):
        found[row[key]].add(row[value])
    return dict(found)
