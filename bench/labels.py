"""Print 500 labels as one file, as a worker does: addresses opened, bar codes and QR drawn, Chinese fonts embedded.

Stated beside it: the same as ZPL, and a single label. The reference is 500 single labels one by one (measured on a few
and scaled). The goal is 30 s. The data lie on tmpfs.
"""

import argparse
import json
import subprocess
import sys
from typing import Any

from bench import _stage
from steward.kernel.database import bundled

NAME = "labels"
GOAL_S = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size."""
    parser.add_argument("--labels", type=int, default=500, help="labels (default 500)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill a database of its own, print, and return figures with their reference and ratio."""
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        environment = _stage.environment(url, folder)
        _stage.steward(environment, "migrate")
        command = [sys.executable, "-m", "bench._labels_inside", str(args.labels)]
        done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    loop_s = found["one_s"] * args.labels
    figures = [
        {
            "name": f"{args.labels} labels, PDF (goal {GOAL_S:g} s)",
            "value": found["pdf_s"],
            "unit": "s",
            "reference": round(loop_s, 1),
            "ratio": round(loop_s / found["pdf_s"], 1),
        },
        {"name": f"{args.labels} labels, ZPL", "value": found["zpl_s"], "unit": "s"},
        {"name": "one label", "value": found["one_s"], "unit": "s"},
        {"name": "size of the PDF", "value": found["kilobytes"], "unit": "kB"},
        {"name": "steps of progress that could be seen", "value": found["steps"], "unit": ""},
    ]
    return {"figures": figures, "goal_s": GOAL_S, "met": found["pdf_s"] <= GOAL_S, **found}
