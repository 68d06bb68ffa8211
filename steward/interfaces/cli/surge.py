"""`steward surge …`: the load of the queues, and surge mode on and off."""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import Any

from steward.kernel import errors, moment
from steward.kernel.actor import system
from steward.modules.incidents import commands, queries
from steward.modules.incidents.rules import queueing

OPERATOR = system("cli")


def register(subparsers: Any) -> None:
    """Add `surge` with its subcommands."""
    top = subparsers.add_parser("surge", help="see the load of queues, switch surge mode on and off")
    subcommands = top.add_subparsers(title="surge", metavar="WHAT", required=True)
    status = subcommands.add_parser("status", help="tell load, forecast and what is on")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=show)
    start = subcommands.add_parser("start", help="switch a plan on")
    start.add_argument("plan", help="code of the plan")
    start.add_argument("--reason", required=True)
    start.set_defaults(run=begin)
    end = subcommands.add_parser("end", help="end a surge and undo what it changed")
    end.add_argument("surge", type=int, help="number of the surge")
    end.add_argument("--reason", required=True)
    end.set_defaults(run=finish)


def show(arguments: argparse.Namespace) -> int:
    """Print the load of every queue and the surges that are on."""
    now, rows = moment.now(), []
    for queue in queries.SOURCES:
        load = queries.load_of(queue, now=now)
        drain = queueing.drain_s(load)
        rows.append(
            {
                "queue": queue,
                "waiting": load.waiting,
                "arriving_per_hour": round(load.arriving_per_hour, 1),
                "each_per_hour": round(load.each_per_hour, 1),
                "people": load.people,
                "drain_s": None if math.isinf(drain) else round(drain),
            }
        )
    active = [{"id": one.id, "queue": one.queue, "plan": one.plan_code} for one in queries.active_surges()]
    if arguments.json:
        print(json.dumps({"queues": rows, "active": active}))
        return 0
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print("surge mode: " + (", ".join(f"{one['plan']} ({one['id']})" for one in active) or "off"))
    return 0


def begin(arguments: argparse.Namespace) -> int:
    """Switch a plan on."""
    try:
        surge_id = commands.start_surge(OPERATOR, plan_code=arguments.plan, reason=arguments.reason, now=moment.now())
    except errors.Refusal as refusal:
        print(f"steward: {refusal}", file=sys.stderr)
        return 1
    print(f"surge {surge_id} is on")
    return 0


def finish(arguments: argparse.Namespace) -> int:
    """End a surge."""
    try:
        commands.end_surge(OPERATOR, surge_id=arguments.surge, reason=arguments.reason, now=moment.now())
    except errors.Refusal as refusal:
        print(f"steward: {refusal}", file=sys.stderr)
        return 1
    print(f"surge {arguments.surge} is over")
    return 0
