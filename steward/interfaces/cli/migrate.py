"""`steward migrate`: bring the database's tables to the state of the code."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management import call_command


def register(subparsers: Any) -> None:
    """Add `migrate`."""
    parser = subparsers.add_parser("migrate", help="bring the database's tables to the state of the code")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Migrate; safe to run again, and by two machines at once (the second waits, then finds nothing to do)."""
    call_command("migrate", verbosity=1, interactive=False)
    return 0
