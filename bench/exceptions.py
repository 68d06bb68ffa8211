"""Look for exceptions among 100,000 orders, of which 12 % are open: each detector's statement alone, and a whole sweep.

The sweep runs every two minutes, so what counts is the steady state: everything wrong is known already, the same
statements run and open nothing. Each detector is stated with the time of its two questions (what is new, what is gone),
the pages they read and the tables they read whole, if any; then the whole sweep, and one that finds 100 new facts. The
reference is counting the open orders, by the same index. The data lie on tmpfs.
"""

import argparse
import json
import subprocess
import sys
from typing import Any

from bench import _stage
from steward.kernel.database import bundled

NAME = "exceptions"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size."""
    parser.add_argument("--orders", type=int, default=100_000, help="orders in all (default 100000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each (default 5)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill a database of its own, measure, and return figures with their reference and ratio."""
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        environment = _stage.environment(url, folder)
        _stage.steward(environment, "migrate")
        command = [sys.executable, "-m", "bench._exceptions_inside", str(args.orders), str(args.rounds)]
        done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    bare = found["bare_ms"]
    figures = [
        {
            "name": f"{one['name']} ({one['pages']} pages{one['whole']})",
            "value": one["ms"],
            "unit": "ms",
            "reference": bare,
            "ratio": round(one["ms"] / bare, 1),
        }
        for one in found["detectors"]
    ]
    figures.append(
        {
            "name": f"whole sweep, {found['known']} exceptions known",
            "value": found["sweep_ms"],
            "unit": "ms",
            "reference": bare,
            "ratio": round(found["sweep_ms"] / bare, 1),
        }
    )
    figures.append(
        {
            "name": f"whole sweep that opens {found['new']} new ones",
            "value": found["finding_ms"],
            "unit": "ms",
            "reference": bare,
            "ratio": round(found["finding_ms"] / bare, 1),
        }
    )
    return {"figures": figures, **found}
