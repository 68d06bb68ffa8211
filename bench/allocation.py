"""Allocate 5,000 lines over ten warehouses with scarce goods: flow and wave beside the bound and two simpler ways.

(a) the proven bound, (b) each order from the nearest warehouses, (c) the single-order mode, the wave by min-cost flow,
and the wave with split costs, time-boxed. All serve orders by rank, promise and arrival, each whole or not at all.
The gap is what may at most be saved yet: of the cost of moving goods, and of the total with what is left unserved.
Then the real day of `supply_chain_allocation` (the half at hand) with all its constraints: capacities, products,
customers, ports. Processor time is stated beside the clock: on a busy machine only it says what a method needs.
"""

import argparse
import os
import time
from pathlib import Path
from typing import Any

from bench import _allocation as drawn
from steward.modules.fulfilment.rules import flow, plans, waves
from steward.modules.fulfilment.rules.problem import Problem

NAME = "allocation"
FLOW_GOAL_S, GAP_GOAL = 5.0, 0.01
_ROOT = Path(__file__).resolve().parents[1]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size of the run."""
    parser.add_argument("--lines", type=int, default=5_000, help="lines of the drawn wave (default 5,000)")
    parser.add_argument("--skus", type=int, default=800, help="articles (default 800)")
    parser.add_argument("--seconds", type=float, default=60.0, help="limit of the wave with split costs (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="which wave is drawn (default 1)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Plan the drawn wave in every way, then the real day."""
    begun = time.monotonic()
    given = drawn.scarce(args.lines, args.skus, args.seed)
    built_s = time.monotonic() - begun
    orders, demands, arcs = given.size
    begun, worked = time.monotonic(), time.process_time()
    found = flow.solve(given)
    flow_s, flow_cpu_s = time.monotonic() - begun, time.process_time() - worked
    nearest, nearest_s = _timed(given)
    by_flow = waves.solve(given, seconds=waves.FLOW_S, with_splits=False)
    by_splits = waves.solve(given, seconds=args.seconds, with_splits=True)
    bound = max(by_splits.after.bound, by_flow.after.bound)
    moved_bound = bound - by_splits.after.cost.unserved
    table = [
        {"way": "(a) proven bound", "moved": round(moved_bound), "total": round(bound), "gap": 0.0},
        _row("(b) nearest warehouse", given, nearest, bound, nearest_s),
        _row("(c) one by one", given, by_splits.before.take, bound, by_splits.before.seconds),
        _row("wave, min-cost flow", given, by_flow.after.take, bound, by_flow.after.seconds),
        _row("wave, split costs", given, by_splits.after.take, bound, by_splits.after.seconds),
    ]
    best = by_splits.after
    figures = [
        {"name": "orders, lines, ways", "value": f"{orders}, {demands}, {arcs}", "unit": ""},
        {"name": "filter and costs", "value": round(built_s, 2), "unit": "s"},
        _goal("min-cost flow of all lines", round(flow_s, 2), "s", FLOW_GOAL_S),
        {
            "name": "the same, processor time",
            "value": round(flow_cpu_s, 2),
            "unit": "s",
            "reference": FLOW_GOAL_S,
            "ratio": round(FLOW_GOAL_S / flow_cpu_s, 2),
        },
        _goal("wave by flow, with repair", round(by_flow.after.seconds, 2), "s", FLOW_GOAL_S),
        _goal("wave with split costs: gap of total cost", round(best.gap_of_total, 5), "share", GAP_GOAL),
        _goal("wave with split costs: gap of moving alone", round(best.gap, 5), "share", GAP_GOAL),
        _goal("wave with split costs: time", round(best.seconds, 1), "s", args.seconds + 2),
        {"name": "limits broken", "value": sum(len(plans.breaches(given, one.take)) for one in (by_flow.after, best))},
        {"name": "flow's own bound (total)", "value": round(found.bound), "unit": "minor"},
    ]
    figures += [
        {
            "name": f"{row['way']}: cost of moving",
            "value": row["moved"],
            "unit": "minor",
            "reference": round(moved_bound),
            "ratio": round(row["moved"] / moved_bound, 4),
        }
        for row in table
    ]
    return {"figures": figures + _real_day(args), "table": table}


def show(result: dict[str, Any]) -> None:
    """Print the ways side by side."""
    columns = (
        "way",
        "served",
        "moved",
        "total",
        "gap",
        "gap_of_total",
        "shipments",
        "splits",
        "km",
        "days",
        "late",
        "s",
    )
    rows = [columns, *([str(row.get(name, "")) for name in columns] for row in result["table"])]
    widths = [max(len(str(row[place])) for row in rows) for place in range(len(columns))]
    print()
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _timed(given: Problem) -> tuple[Any, float]:
    begun = time.monotonic()
    return drawn.nearest(given), time.monotonic() - begun


def _goal(name: str, value: float, unit: str, goal: float) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "reference": goal, "ratio": round(goal / max(value, 1e-9), 2)}


def _row(way: str, given: Problem, take: Any, bound: float, seconds: float) -> dict[str, Any]:
    cost, shown = plans.cost(given, take), plans.figures(given, take)
    over = max(cost.total - bound, 0.0)
    return {
        "way": way,
        "served": shown.served,
        "moved": round(cost.moved),
        "total": round(cost.total),
        "gap": round(over / cost.moved, 4),
        "gap_of_total": round(over / cost.total, 4),
        "shipments": shown.shipments,
        "splits": shown.splits,
        "km": round(shown.km),
        "days": round(shown.days, 2),
        "late": round(shown.late_share, 3),
        "s": round(seconds, 1),
    }


def _real_day(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Plan the real day, and compare with what was done on it."""
    data = Path(os.environ.get("STEWARD_DATA") or _ROOT.parent / "shared" / "data") / "supply_chain_allocation"
    if not data.is_dir():
        print(f"the real day is left out: no {data} (set STEWARD_DATA)")
        return []
    day = drawn.RealDay(data)
    given = day.problem()
    solved = waves.solve(given, seconds=min(args.seconds, 30.0), with_splits=False)
    best, past = solved.after, day.history()
    alone, over = solved.before.figures, max(best.cost.total - best.bound, 0.0)
    can = len(set(given.pair_order.tolist()))
    return [
        {"name": "real day: orders, that some plant may serve", "value": f"{len(day.orders)}, {can}", "unit": ""},
        {"name": "real day: capacity of all plants", "value": sum(day.plants.values()), "unit": "orders"},
        {"name": "real day: served by the wave", "value": best.figures.served, "unit": "orders",
         "reference": alone.served, "ratio": round(best.figures.served / alone.served, 4)},
        {"name": "real day: gap of total cost", "value": round(over / best.cost.total, 6), "unit": "share"},
        {"name": "real day: gap of moving alone", "value": round(over / best.cost.moved, 6), "unit": "share"},
        {"name": "real day: cost per served order", "value": round(best.cost.moved / best.figures.served / 100, 2),
         "unit": "USD", "reference": round(solved.before.cost.moved / alone.served / 100, 2)},
        {"name": "real day: time of the wave", "value": round(best.seconds, 2), "unit": "s"},
        {"name": "real day: constraints the wave breaks", "value": drawn.checked(day, given, best.take)},
        {"name": "real day: orders over capacity in history", "value": past["over_capacity"], "unit": "orders"},
        {"name": "real day: forbidden plants in history", "value": past["forbidden"], "unit": "orders"},
    ]  # fmt: skip
