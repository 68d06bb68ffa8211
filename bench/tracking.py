"""Record 10,000 tracking events set-based: new ones, the same again, and beside them one event at a time.

2,500 parcels on their way, four events each, shuffled; every parcel's and shipment's state is worked out anew from all
its events, events are announced. The reference is the same command called for one event after another (measured on a
part and scaled). The data lie on tmpfs.
"""

import argparse
import json
import subprocess
import sys
from typing import Any

from bench import _stage
from steward.kernel.database import bundled

NAME = "tracking"
GOAL_S = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size."""
    parser.add_argument("--events", type=int, default=10_000, help="events (default 10,000)")
    parser.add_argument("--singly", type=int, default=300, help="events recorded one by one (default 300)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill a database of its own, measure, and return figures with their reference and ratio."""
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        environment = _stage.environment(url, folder)
        _stage.steward(environment, "migrate")
        command = [sys.executable, "-m", "bench._tracking_inside", str(args.events), str(args.singly)]
        done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    loop_s = found["one_s"] * args.events
    figures = [
        {
            "name": f"{args.events} new events, shuffled (goal {GOAL_S:g} s)",
            "value": found["new_s"],
            "unit": "s",
            "reference": round(loop_s, 2),
            "ratio": round(loop_s / found["new_s"], 1),
        },
        {
            "name": "the same again",
            "value": found["again_s"],
            "unit": "s",
            "reference": round(loop_s, 2),
            "ratio": round(loop_s / found["again_s"], 1),
        },
        {"name": "processor time of the new ones (ours, without the database)", "value": found["cpu_s"], "unit": "s"},
        {"name": "one by one, scaled", "value": round(loop_s, 2), "unit": "s"},
        {"name": "delivered shipments", "value": found["delivered"], "unit": ""},
    ]
    return {"figures": figures, "goal_s": GOAL_S, "met": found["new_s"] <= GOAL_S, **found}
