"""Small worlds for the tests of the rules: warehouses, lots and orders, drawn by Hypothesis or named by hand."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st
from msgspec import Struct

from steward.modules.fulfilment.rules import problem as problems
from steward.modules.fulfilment.rules.facts import Carriage, Demand, Lot, Site, Wanted
from steward.modules.fulfilment.rules.policy import SHIPPED, Weights

TODAY = date(2026, 3, 2)
CLASSES = ("ambient", "chilled")
HANGZHOU, GUANGZHOU, CHENGDU = (30.27, 120.15), (23.13, 113.26), (30.57, 104.07)
Carriages = dict[tuple[int, int, str], Carriage]


class World(Struct):
    """Everything a choice is made from."""

    wanted: list[Wanted]
    sites: list[Site]
    lots: list[Lot]
    carriages: Carriages
    weights: Weights = SHIPPED

    def problem(self) -> problems.Problem:
        """Build the problem these facts make."""
        return problems.build(self.wanted, self.sites, self.lots, self.carriages, self.weights, today=TODAY)


def site(number: int, *, room: int | None = None, classes: tuple[str, ...] = CLASSES) -> Site:
    """Return one of three warehouses, repeated further out."""
    latitude, longitude = (HANGZHOU, GUANGZHOU, CHENGDU)[number % 3]
    return Site(number, f"w{number}", frozenset(classes), latitude + number // 3, longitude, room)


def order(number: int, *demands: Demand, rank: str = "normal", days: int = 4) -> Wanted:
    """Return an order of somebody in Hangzhou."""
    return Wanted(number, list(demands), TODAY + timedelta(days=days), "330106", *HANGZHOU, rank)


def everywhere(wanted: list[Wanted], sites: list[Site], *, first_minor: int = 500, lead_days: int = 2) -> Carriages:
    """Let one service take everything from everywhere."""
    return {
        (one.order_id, there.warehouse_id, name): Carriage(first_minor, 100.0, lead_days, 7)
        for one in wanted
        for there in sites
        for name in CLASSES
    }


@st.composite
def worlds(draw: st.DrawFn, *, most_orders: int = 6) -> World:
    """Draw a world in which goods are scarce, keep differently long, and not every service goes everywhere."""
    sites = [
        site(
            number,
            room=draw(st.none() | st.integers(0, 3)),
            classes=draw(st.sampled_from([CLASSES, ("ambient",)])),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    items = range(1, draw(st.integers(1, 3)) + 1)
    kinds = {item: draw(st.sampled_from(CLASSES)) for item in items}
    lots = [
        Lot(
            stock_id=number,
            item_id=draw(st.sampled_from(list(items))),
            warehouse_id=draw(st.integers(0, len(sites) - 1)),
            free=draw(st.integers(0, 4)),
            expires_date=draw(st.none() | st.integers(0, 60).map(lambda days: TODAY + timedelta(days=days))),
        )
        for number in range(draw(st.integers(0, 8)))
    ]
    wanted = []
    for number in range(1, draw(st.integers(1, most_orders)) + 1):
        chosen = draw(st.lists(st.sampled_from(list(items)), min_size=1, max_size=3, unique=True))
        demands = [
            Demand(
                item,
                draw(st.integers(1, 3)),
                draw(st.integers(50, 3_000)),
                draw(st.integers(0, 20_000)),
                kinds[item],
                draw(st.sampled_from([0, 10, 30])),
            )
            for item in chosen
        ]
        rank = draw(st.sampled_from(["urgent", "normal", "low"]))
        wanted.append(order(number, *demands, rank=rank, days=draw(st.integers(0, 6))))
    carriages = {
        key: Carriage(draw(st.integers(300, 2_000)), draw(st.floats(0, 900)), draw(st.integers(1, 6)))
        for key in everywhere(wanted, sites)
        if draw(st.integers(0, 9)) > 1
    }
    return World(wanted, sites, lots, carriages)
