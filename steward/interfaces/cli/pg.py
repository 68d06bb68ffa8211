"""`steward pg`: start, stop and describe the bundled PostgreSQL."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.conf import settings

from steward.kernel import database
from steward.kernel.database import bundled


def register(subparsers: Any) -> None:
    """Add `pg start|stop|status`."""
    parser = subparsers.add_parser("pg", help="start, stop or describe the bundled PostgreSQL of STEWARD_HOME")
    parser.add_argument("action", choices=["start", "stop", "status"])
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; `status` exits with 3 when the server does not run."""
    if not database.is_bundled(settings.DATABASES["default"]):
        print("steward: DATABASE_URL is set, so there is no bundled PostgreSQL to speak of.", file=sys.stderr)
        return 2
    if arguments.action == "start":
        print(bundled.ensure_running(settings.HOME))
        return 0
    if arguments.action == "stop":
        print("stopped" if bundled.stop(settings.HOME) else "was not running")
        return 0
    found = bundled.status(settings.HOME)
    print(f"running, process {found.pid}, {found.url}" if found.running else "not running")
    if found.data is not None:
        print(f"data in {found.data}")
    return 0 if found.running else 3
