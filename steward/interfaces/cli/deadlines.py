"""`steward deadlines …`: sweep due clocks now, for operators whose worker stood still."""

from __future__ import annotations

import argparse
from typing import Any

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.deadlines import commands


def register(subparsers: Any) -> None:
    """Add `deadlines` with its subcommands."""
    top = subparsers.add_parser("deadlines", help="look after time limits")
    subcommands = top.add_subparsers(title="deadlines", metavar="WHAT", required=True)
    sweeping = subcommands.add_parser("sweep", help="mark every warning, missed limit and escalation that is due")
    sweeping.add_argument("--limit", type=int, default=commands.SWEEP_LIMIT, help="clocks per batch")
    sweeping.set_defaults(run=sweep)


def sweep(arguments: argparse.Namespace) -> int:
    """Sweep batch by batch until nothing is due; safe beside workers that do the same."""
    swept = 0
    while marked := commands.sweep_due(system("deadlines.sweep"), now=moment.now(), limit=max(1, arguments.limit)):
        swept += marked
    print(f"{swept} clocks marked")
    return 0
