"""`steward …`: every module of this package that has a `register` brings its own subcommand."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

import django

from steward.kernel.database.binaries import BundledDatabaseError


def parser() -> argparse.ArgumentParser:
    """Build the parser from the modules of this package."""
    top = argparse.ArgumentParser(prog="steward", description="Order processing and after-sales service.")
    subcommands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        register = getattr(importlib.import_module(f"{__name__}.{module.name}"), "register", None)
        if register is not None:
            register(subcommands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the process's exit code.

    A subcommand's `register(subparsers)` sets `run`, a function of the parsed arguments that returns an exit code.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.settings")
    django.setup()
    parsed = parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed) or 0)
    except BundledDatabaseError as error:
        print(f"steward: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
