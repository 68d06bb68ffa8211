"""Quote refunds for an order of 200 lines with discounts, coupons with thresholds and points, in this process.

Pure arithmetic, no database: many different returns of the same order, each after others went back before; the median
(as the clock on the wall has it, and of the processor's time alone, which neighbours disturb less) and the slowest of a
hundred against the goal of 5 ms.
"""

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from steward.modules.returns.rules.quote import Adjustment, LineMoney, OrderMoney, Taken, Terms, quote

NAME = "refund_quote"
GOAL_S = 0.005
SLOWEST_OF = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size of the run."""
    parser.add_argument("--lines", type=int, default=200, help="lines of the order (default 200)")
    parser.add_argument("--quotes", type=int, default=1_000, help="quotes timed (default 1,000)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Time quotes one by one; every one must sum up."""
    rng = random.Random(2026)
    order = _order(args.lines, rng)
    terms = Terms(restocking_permille=50, freight_back=True, return_freight_minor=800)
    seconds, cpu = [], []
    for _quote in range(args.quotes):
        pieces = [line.line_id for line in order.lines for _piece in range(line.quantity)]
        rng.shuffle(pieces)
        cut, end = sorted(rng.choices(range(len(pieces) + 1), k=2))
        before, taken = _taken(pieces[:cut]), _taken(pieces[cut:end])
        begun, used = time.perf_counter(), time.process_time()
        found = quote(order, taken=taken, before=before, terms=terms)
        cpu.append(time.process_time() - used)
        seconds.append(time.perf_counter() - begun)
        if found.total_minor != sum(part.amount_minor for part in found.parts):
            raise SystemExit("the parts of a quote do not sum to its total")
    slow = statistics.quantiles(seconds, n=SLOWEST_OF)[-1]
    figures = [
        _figure(f"a quote of {args.lines} lines, median", statistics.median(seconds)),
        _figure(f"a quote of {args.lines} lines, median of the processor's time", statistics.median(cpu)),
        _figure(f"a quote of {args.lines} lines, 99th percentile", slow),
    ]
    return {"lines": args.lines, "quotes": args.quotes, "figures": figures}


def _taken(pieces: Sequence[int]) -> list[Taken]:
    return [Taken(line_id, quantity) for line_id, quantity in Counter(pieces).items()]


def _figure(name: str, seconds: float) -> dict[str, Any]:
    return {"name": name, "value": seconds, "unit": "s", "reference": GOAL_S, "ratio": GOAL_S / seconds}


def _order(lines: int, rng: random.Random) -> OrderMoney:
    """Build an order paid whole, with a bit of everything."""
    sold = tuple(
        LineMoney(
            line_id=place,
            position=place,
            quantity=rng.randint(1, 4),
            unit_price_minor=rng.randint(500, 50_000),
            discount_minor=rng.choice((0, 0, rng.randint(1, 400))),
        )
        for place in range(1, lines + 1)
    )
    goods = sum(line.quantity * line.unit_price_minor - line.discount_minor for line in sold)
    some = tuple(range(1, lines + 1, 3))
    adjustments = (
        Adjustment(kind="coupon", code="SOME", amount_minor=goods // 40, threshold_minor=goods // 4, lines=some),
        Adjustment(kind="coupon", code="ALL", amount_minor=goods // 20, threshold_minor=goods // 2, back=True),
        Adjustment(kind="promotion", code="NOW", amount_minor=goods // 50),
        Adjustment(kind="points", amount_minor=goods // 100, points=goods // 100),
        Adjustment(kind="free_shipping", amount_minor=1_500, threshold_minor=goods // 3),
    )
    discount = sum(one.amount_minor for one in adjustments if one.kind != "free_shipping") + 999
    return OrderMoney(
        currency="CNY",
        lines=sold,
        discount_minor=discount,
        adjustments=adjustments,
        paid_minor=goods - discount,
    )
