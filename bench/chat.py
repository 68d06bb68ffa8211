"""Let 200 visitors chat with 50 agents over event streams: how soon each sees what the other wrote, at what memory.

A web process and a worker of their own, the data on tmpfs. Every visitor holds the chat's stream and writes every so
often; every agent holds the console's stream, fetches the ticket when its visitor wrote, and answers. An answer leaves
at once here: the seconds in which it can be taken back are not measured. The reference is a goal of one second.
"""

import argparse
import json
import subprocess
import sys
from typing import Any

from bench import _stage
from steward.kernel.database import bundled

NAME = "chat"
GOAL_MS = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add size and time."""
    parser.add_argument("--visitors", type=int, default=200, help="visitors (default 200)")
    parser.add_argument("--agents", type=int, default=50, help="agents (default 50)")
    parser.add_argument("--seconds", type=int, default=60, choices=range(10, 301), metavar="10…300", help="default 60")
    parser.add_argument("--every", type=float, default=40, help="seconds between two messages of a visitor (40)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Start what is needed, let them chat, and return figures with their reference and ratio."""
    port = _stage.free_port()
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        environment = _stage.environment(url, folder) | {"STEWARD_ADDRESS": f"127.0.0.1:{port}"}
        _stage.steward(environment, "migrate")
        size = [str(port), str(args.visitors), str(args.agents), str(args.seconds), str(args.every)]
        prepare = [sys.executable, "-m", "bench._chat_inside", "prepare", *size]
        subprocess.run(prepare, check=True, env=environment, cwd=_stage.ROOT)
        cli = [sys.executable, "-m", "steward.interfaces.cli"]
        web = _stage.process(environment, [*cli, "web", "--workers", "1"], port, "/readyz")
        work = _stage.process(environment, [*cli, "worker"], port, "/readyz")
        with web as pid, work:
            command = [sys.executable, "-m", "bench._chat_inside", "chat", *size, str(pid)]
            done = subprocess.run(
                command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True
            )
    found = json.loads(done.stdout.splitlines()[-1])
    return {"figures": figures(found), "goal_ms": GOAL_MS, "met": found["agent_p99_ms"] <= GOAL_MS, **found}


def figures(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Write the figures as rows."""
    names = {
        "agent": "a visitor's message seen by the agent",
        "notice": "the notice of it at the agent's browser",
        "visitor": "an agent's answer seen by the visitor",
    }
    rows: list[dict[str, Any]] = []
    for key, name in names.items():
        for quantile in ("p50", "p99"):
            value = found[f"{key}_{quantile}_ms"]
            ratio = round(value / GOAL_MS, 3)
            rows.append(
                {"name": f"{name}, {quantile}", "value": value, "unit": "ms", "reference": GOAL_MS, "ratio": ratio}
            )
    rows += [
        {"name": "messages both ways", "value": found["messages"], "unit": ""},
        {"name": "messages that were not seen", "value": found["unseen"], "unit": ""},
        {"name": "memory of the web process before the chats", "value": found["begin_mb"], "unit": "MB"},
        {"name": "memory with all streams open, at the start", "value": found["start_mb"], "unit": "MB"},
        {"name": "memory at the end", "value": found["end_mb"], "unit": "MB"},
    ]
    return rows
