"""Answer 10,000 asks by the return policy as one batch, beside the same rules on facts that are known already.

`verdicts` is measured whole: policy, reasons, the facts of every line (order, shop, item, delivery), the credit of
every buyer, and the answers. The reference is the rules alone, on facts gathered beforehand; both must say the same.
A database of its own is made and left behind by nobody.
"""

import argparse
import json
import statistics
import subprocess
import sys
from typing import Any

from bench import _stage
from steward.kernel.database import bundled

NAME = "returns"
GOAL_S = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size of the run."""
    parser.add_argument("--asks", type=int, default=10_000, help="asks in the batch (default 10,000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Measure in a process of its own, on a database of its own."""
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        environment = _stage.environment(url, folder)
        _stage.steward(environment, "migrate")
        command = [sys.executable, "-m", "bench._returns_inside", str(args.asks), str(args.rounds)]
        done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    whole, rules = statistics.median(measured["verdicts_s"]), statistics.median(measured["rules_s"])
    figures = [
        _figure(f"answer {args.asks:,} asks, whole, against the goal", whole, "s", GOAL_S),
        _figure("answer them, whole, against the rules alone", whole, "s", rules),
        _figure("… of it our own processor time", statistics.median(measured["verdicts_cpu_s"]), "s", None),
        _figure("the rules alone, one ask", rules / args.asks * 1e6, "µs", None),
        _figure("statements of the batch", measured["statements"], "", measured["statements_of_one"]),
    ]
    return {"asks": args.asks, "figures": figures, "rounds": measured}


def _figure(name: str, value: float, unit: str, reference: float | None) -> dict[str, Any]:
    ratio = reference / value if reference else None
    return {"name": name, "value": value, "unit": unit, "reference": reference, "ratio": ratio}
