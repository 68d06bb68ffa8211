"""Quote 10,000 parcels with every service of the sample merchant, beside a plain Python loop over parcels and services.

`quote` is measured whole: districts, coverage, limits, tariffs from the database, prices, answers sorted. The loop only
prices (`rules/pricing.price`, the words of the tariff one parcel at a time), knows its tariffs beforehand, and must say
the same prices to the last minor unit. Rounds are interleaved; a database of its own is made and left behind by nobody.
"""

import argparse
import json
import statistics
import subprocess
import sys
from typing import Any

from bench import _stage
from steward.kernel.database import bundled

NAME = "quotes"
GOAL_S = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size of the run."""
    parser.add_argument("--parcels", type=int, default=10_000, help="parcels (default 10,000)")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds (default 3)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Measure in a process of its own, on a database of its own."""
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        environment = _stage.environment(url, folder)
        _stage.steward(environment, "migrate")
        command = [sys.executable, "-m", "bench._quotes_inside", str(args.parcels), str(args.rounds)]
        done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    ours, loop, choose = (statistics.median(measured[name]) for name in ("quote_s", "loop_s", "choose_s"))
    figures = [
        _figure("quote, whole, against the plain loop", ours, loop),
        _figure("quote, whole, against the goal", ours, GOAL_S),
        _figure("choose a service for each, against the plain loop", choose, loop),
    ]
    return {"parcels": args.parcels, "services": measured["services"], "figures": figures, "rounds": measured}


def _figure(name: str, seconds: float, reference: float) -> dict[str, Any]:
    return {"name": name, "value": seconds, "unit": "s", "reference": reference, "ratio": reference / seconds}
