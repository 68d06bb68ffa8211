"""`steward messages`: collect, merge, compile and check translations; works without system gettext."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from steward.interfaces.cli.messages import catalogues, checks, extraction


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command and its four verbs."""
    parser = subparsers.add_parser("messages", help="Translations: extract, update, compile, check")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("extract", help="List every message of code and pages").set_defaults(run=_extract)
    update = verbs.add_parser("update", help="Bring the catalogues up to the code")
    update.add_argument("--from", dest="folder", type=Path, help="Folder of JSON files: message → 简体中文")
    update.set_defaults(run=_update)
    verbs.add_parser("compile", help="Compile what changed").set_defaults(run=_compile)
    verbs.add_parser("check", help="Fail when something is missing, unused or ill-formed").set_defaults(run=_check)


def _extract(_options: argparse.Namespace) -> int:
    """Print every message with the files it stands in."""
    for message in extraction.extract():
        if message.id:
            sys.stdout.write(f"{checks.shown(message)}\t{', '.join(sorted({path for path, _ in message.locations}))}\n")
    return 0


def _update(options: argparse.Namespace) -> int:
    """Merge messages and translations, then name what is still to translate."""
    missing = catalogues.update(pairs=catalogues.pairs_in(options.folder) if options.folder else {})
    for text in missing:
        sys.stdout.write(f"{text}\n")
    catalogues.compile_stale()
    sys.stderr.write(f"{len(missing)} messages are without Chinese words.\n")
    return 0


def _compile(_options: argparse.Namespace) -> int:
    """Compile the catalogues whose source is newer."""
    for path in catalogues.compile_stale():
        sys.stdout.write(f"{path}\n")
    return 0


def _check(_options: argparse.Namespace) -> int:
    """Print every fault; exit 1 when there is one."""
    faults = checks.faults()
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if faults else 0
