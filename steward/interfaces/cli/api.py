"""`steward api schema`: print the OpenAPI description, or write it to docs/openapi.json."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from steward.interfaces.api.app import described

PAGE = Path("docs") / "openapi.json"


def register(subcommands: Any) -> None:
    """Add the command."""
    command = subcommands.add_parser("api", help="describe the JSON API")
    actions = command.add_subparsers(metavar="ACTION", required=True)
    schema = actions.add_parser("schema", help="print the OpenAPI description")
    schema.add_argument("--write", action="store_true", help=f"write {PAGE} instead (a test compares it)")
    schema.set_defaults(run=run)


def written() -> str:
    """Write the description as the page has it."""
    return json.dumps(described(), ensure_ascii=False, indent=1, sort_keys=False) + "\n"


def run(arguments: argparse.Namespace) -> int:
    """Print or write the description."""
    if arguments.write:
        (settings.ROOT / PAGE).write_text(written(), encoding="utf-8")
    else:
        sys.stdout.write(written())
    return 0
