"""Predict delivery days on real orders (olist) and compare with the marketplace's own estimate.

Walk forward: every order is predicted on its day of purchase from parcels delivered before that day, never later; the
model and its parameters are those of the product (`logistics/rules/promise.py`: service, band of distance, pair of
regions, shrunk level by level; old parcels count less), counted from purchase instead of hand-over because that is what
the marketplace promises. Its estimate is one day per order, so it is compared where it can be: at the share of orders
it kept itself. Pinball loss is the proper score of a quantile; calibration says how often a quantile held.
"""

import argparse
import csv
import gzip
import os
import statistics
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from steward.modules.logistics.rules.deliveries import band_of, distance_km
from steward.modules.logistics.rules.promise import (
    HORIZON,
    Distribution,
    keys_of,
    lead_prior,
    shrunk,
    surest_day,
)

NAME = "promise"
_ROOT = Path(__file__).resolve().parents[1]
SHARES = (0.5, 0.8, 0.9, 0.95)
COLD_LEAD, TRUST = (5, 20), 0.85
SERVICE = 1


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """One delivered order: when it was bought, arrived and was promised for, and its lane."""

    bought: date
    arrived: date | None
    estimated: date
    keys: tuple[Hashable, ...]

    @property
    def days(self) -> int:
        """Return how long it took."""
        return (self.arrived - self.bought).days if self.arrived else -1

    @property
    def promised(self) -> int:
        """Return how long the marketplace said."""
        return (self.estimated - self.bought).days


class Walk:
    """Counts per lane that fade by age; what is asked on a day was learnt before that day."""

    def __init__(self, *, half_life: float, strength: float, censored: bool) -> None:
        self.half_life, self.strength, self.censored = half_life, strength, censored
        self._counts: dict[Hashable, tuple[date, Distribution]] = {}
        self._waiting: dict[Hashable, dict[Order, None]] = defaultdict(dict)
        self._ages: dict[tuple[Hashable, date], Distribution] = {}
        self._prior = lead_prior(*COLD_LEAD, trust_share=TRUST)

    def send(self, order: Order) -> None:
        """Note an order that is on its way from now on."""
        for key in order.keys:
            self._waiting[key][order] = None

    def learn(self, order: Order, arrived: date) -> None:
        """Count an order that has arrived."""
        for key in order.keys:
            counts = self._faded(key, arrived)
            counts[min(order.days, HORIZON - 1)] += 1.0
            self._counts[key] = (arrived, counts)
            self._waiting[key].pop(order, None)

    def _faded(self, key: Hashable, day: date) -> Distribution:
        known = self._counts.get(key)
        if known is None:
            return np.zeros(HORIZON)
        last, counts = known
        return np.asarray(counts * 0.5 ** ((day - last).days / self.half_life), np.float64)

    def _aged(self, key: Hashable, day: date) -> Distribution:
        """Count what is on its way by the days it waited; what is out for longer than we look ahead is lost."""
        if (key, day) not in self._ages:
            ages = [(day - order.bought).days for order in self._waiting[key]]
            counts = np.bincount([age for age in ages if age < HORIZON], minlength=HORIZON)
            self._ages[key, day] = counts.astype(np.float64)
        return self._ages[key, day]

    def expect(self, order: Order) -> Distribution:
        """Expect the days of an order on the day it is bought."""
        day = order.bought
        seen = [self._faded(key, day) if key in self._counts else None for key in order.keys]
        waiting = [self._aged(key, day) for key in order.keys] if self.censored else []
        return shrunk(seen, self._prior, self.strength, waiting)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the span and the two parameters."""
    parser.add_argument("--from", dest="first", default="2017-07-01", help="first day that is judged")
    parser.add_argument("--until", default="2099-01-01", help="first day that is not judged")
    parser.add_argument("--half-life", type=float, default=75, help="days (product default 75)")
    parser.add_argument("--ignore-waiting", action="store_true", help="learn from arrived orders only")
    parser.add_argument("--strength", type=float, default=30, help="parcels (product default 30)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Walk through the orders and judge both predictions."""
    folder = Path(os.environ.get("STEWARD_DATA") or _ROOT.parent / "shared" / "data") / "olist"
    if not folder.is_dir():
        return {"skipped": f"{folder} is not there", "figures": []}
    judged = walk_forward(list(orders(folder)), args)
    return {"judged": len(judged), "from": args.first, "until": args.until, "figures": figures(judged)}


def walk_forward(found: list[Order], args: argparse.Namespace) -> list[tuple[Order, Distribution]]:
    """Give each judged order with what was expected of it."""
    model = Walk(half_life=args.half_life, strength=args.strength, censored=not args.ignore_waiting)
    first, until = date.fromisoformat(args.first), date.fromisoformat(args.until)
    arrivals = sorted(((one.arrived, place, one) for place, one in enumerate(found) if one.arrived), reverse=True)
    judged: list[tuple[Order, Distribution]] = []
    sent: list[Order] = []
    day = date.min
    for order in sorted(found, key=lambda one: one.bought):
        if order.bought > day:  # what was bought on a day is on its way from the next on
            for one in sent:
                model.send(one)
            day, sent = order.bought, []
        while arrivals and arrivals[-1][0] < order.bought:
            arrived, _place, one = arrivals.pop()
            model.learn(one, arrived)
        sent.append(order)
        if order.arrived and first <= order.bought < until:
            judged.append((order, model.expect(order)))
    return judged


def figures(judged: Sequence[tuple[Order, Distribution]]) -> list[dict[str, Any]]:
    """Compare hit rate, days promised, pinball loss and calibration."""
    took = [order.days for order, _expected in judged]
    theirs = [order.promised for order, _expected in judged]
    kept = statistics.fmean(day <= promise for day, promise in zip(took, theirs, strict=True))
    ours = [surest_day(expected, kept) for _order, expected in judged]
    hits = statistics.fmean(day <= promise for day, promise in zip(took, ours, strict=True))
    same = [surest_day(expected, 0.95) for _order, expected in judged]
    found = [
        _figure("hit rate at the marketplace's share", hits, "share", kept),
        _figure("days promised at that share", statistics.fmean(ours), "days", statistics.fmean(theirs)),
        _figure("pinball loss at that share", _pinball(took, ours, kept), "days", _pinball(took, theirs, kept)),
        _figure("pinball loss at 0.5", _pinball(took, [surest_day(one, 0.5) for _o, one in judged], 0.5), "days",
                _pinball(took, theirs, 0.5)),
        _figure("days promised at 0.95", statistics.fmean(same), "days", statistics.fmean(theirs)),
    ]  # fmt: skip
    errors = []
    for share in SHARES:
        held = statistics.fmean(order.days <= surest_day(one, share) for order, one in judged)
        errors.append(abs(held - share))
        found.append(_figure(f"calibration: held at {share}", held, "share", share))
    found.append({"name": "calibration: mean error", "value": statistics.fmean(errors), "unit": "share"})
    return found


def _pinball(took: Sequence[int], promised: Sequence[int], share: float) -> float:
    """Average the quantile loss."""
    return statistics.fmean(
        share * (day - promise) if day > promise else (1 - share) * (promise - day)
        for day, promise in zip(took, promised, strict=True)
    )


def _figure(name: str, value: float, unit: str, reference: float) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "reference": reference, "ratio": value / reference}


def orders(folder: Path) -> Iterator[Order]:
    """Read orders with their lane; those without items, and those that never left, are left out."""
    places = {
        row["zip_code_prefix"]: (float(row["lng"]), float(row["lat"])) for row in _rows(folder / "geo_zip.csv.gz")
    }
    buyers = {row["customer_id"]: _lane_end(row, "customer") for row in _rows(folder / "customers.csv.gz")}
    sellers = {row["seller_id"]: _lane_end(row, "seller") for row in _rows(folder / "sellers.csv")}
    of_order = {row["order_id"]: row["seller_id"] for row in _rows(folder / "order_items.csv.gz")}
    for row in _rows(folder / "orders.csv.gz"):
        seller, arrived = sellers.get(of_order.get(row["order_id"], "")), row["order_delivered_customer_date"]
        buyer = buyers.get(row["customer_id"])
        if seller is None or buyer is None or (not arrived and row["order_status"] != "shipped"):
            continue  # what was shipped and never arrived is on its way as far as anybody knew
        start, end = places.get(seller[0]), places.get(buyer[0])
        band = band_of(distance_km(start, end) if start and end else None)
        yield Order(
            date.fromisoformat(row["order_purchase_timestamp"][:10]),
            date.fromisoformat(arrived[:10]) if arrived else None,
            date.fromisoformat(row["order_estimated_delivery_date"][:10]),
            keys_of(SERVICE, seller[1], buyer[1], band),
        )  # fmt: skip


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _lane_end(row: dict[str, str], who: str) -> tuple[str, str]:
    return row[f"{who}_zip_code_prefix"], row[f"{who}_state"]
