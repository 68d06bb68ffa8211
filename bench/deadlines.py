"""Sweep 2,000 newly due clocks out of 10 thousand, 100 thousand and a million open ones, beside a loop over open rows.

Each due clock is marked as missed, the first step of its ladder is taken, both stand in its history and are announced:
per batch of 1,000 one statement locks, one marks and writes history, one call records the events. The loop reads every
open row, asks the same rule and saves what changed row by row, as helpdesks do; it runs once, over a tenth of the
largest table with a tenth of the due clocks, and is multiplied by ten, or with --full-loop over all of it. Looking when
nothing is due is stated as well: the worker does it every five seconds, and what it reads is counted in pages.
The data lie on tmpfs. What counts is the ratio, and that the sweep's time does not grow with the open clocks.
"""

import argparse
import json
import statistics
import subprocess
import sys
from typing import Any

from bench import _stage
from steward.kernel.database import bundled

NAME = "deadlines"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sizes."""
    parser.add_argument("--sizes", default="10000,100000,1000000", help="open clocks, ascending, by comma")
    parser.add_argument("--full-loop", action="store_true", help="loop over every row, not over a tenth (minutes)")
    parser.add_argument("--rounds", type=int, default=5, help="sweeps per size (default 5)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill a database of its own, measure, and return figures with their reference and ratio."""
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        environment = _stage.environment(url, folder)
        _stage.steward(environment, "migrate")
        parts = "1" if args.full_loop else "10"
        command = [sys.executable, "-m", "bench._deadlines_inside", args.sizes, str(args.rounds), parts]
        done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
    sizes = [json.loads(line.removeprefix("RESULT ")) for line in done.stdout.splitlines() if line.startswith("RESULT")]
    return {"figures": _figures(sizes), "sizes": sizes}


def _figures(sizes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    smallest, largest = sizes[0], sizes[-1]
    first = statistics.median(smallest["sweeps_s"])
    figures = [
        {
            "name": f"sweep, {one['marked'][0]} due of {one['size']}",
            "value": round(statistics.median(one["sweeps_s"]) * 1_000, 1),
            "unit": "ms",
            "reference": round(first * 1_000, 1),
            "ratio": round(statistics.median(one["sweeps_s"]) / first, 2),
        }
        for one in sizes
    ]
    idle = statistics.median(smallest["idle_s"])
    figures += [
        {
            "name": f"look with nothing due of {one['size']} ({one['idle_pages']} pages by {one['index']})",
            "value": round(statistics.median(one["idle_s"]) * 1_000, 2),
            "unit": "ms",
            "reference": round(idle * 1_000, 2),
            "ratio": round(statistics.median(one["idle_s"]) / idle, 2),
        }
        for one in sizes
    ]
    swept = statistics.median(largest["sweeps_s"])
    figures.append(
        {
            "name": f"loop over {largest['size']} open rows{largest['loop_is']} against the sweep",
            "value": round(swept * 1_000, 1),
            "unit": "ms",
            "reference": round(largest["loop_s"] * 1_000),
            "ratio": round(largest["loop_s"] / swept, 1),
        }
    )
    return figures
