"""`steward payments …`: compare a provider's statement with the ledger, work refunds now."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec

from steward.interfaces.cli.orders import operator
from steward.kernel import moment
from steward.kernel.errors import Refusal
from steward.modules.payments import commands, queries


def register(subparsers: Any) -> None:
    """Add `payments` with its subcommands."""
    top = subparsers.add_parser("payments", help="compare statements of payment providers with the ledger")
    verbs = top.add_subparsers(title="payments", metavar="WHAT", required=True)
    reconcile = verbs.add_parser("reconcile", help="compare a statement with the ledger (CSV; .gz too)")
    reconcile.add_argument("file", type=Path, nargs="?", help="the statement; without one it is fetched")
    reconcile.add_argument("--provider", default="", help="code of the provider (may be left out where there is one)")
    reconcile.add_argument("--from", dest="first", type=date.fromisoformat, help="first day (UTC)")
    reconcile.add_argument("--to", dest="last", type=date.fromisoformat, help="last day (UTC)")
    reconcile.add_argument("--json", action="store_true", help="print one JSON object instead of words")
    reconcile.set_defaults(run=compare)


def compare(arguments: argparse.Namespace) -> int:
    """Take the statement in and print what differs. Exit 1 when anything is open, 2 when it was refused."""
    try:
        statement_id = _taken(arguments)
    except Refusal as refusal:
        return _refused(arguments, str(refusal), refusal.code)
    found = queries.statement(statement_id)
    open_ones = queries.differences(statement_id=statement_id, only_open=True, limit=1_000)
    if arguments.json:
        facts = {"statement": found, "differences": open_ones}
        print(json.dumps(msgspec.to_builtins(facts), ensure_ascii=False))
    else:
        print(f"{found.row_count} stated, {found.matched_count} agree, {found.open_count} open")
        for one in open_ones:
            print(f"  {one.kind:15} {one.direction:8} {one.transaction}  {_side(one.stated_minor, one.stated_currency)}"
                  f" / {_side(one.ours_minor, one.ours_currency)}")  # fmt: skip
    return 1 if found.open_count else 0


def _taken(arguments: argparse.Namespace) -> int:
    span, known = _span(arguments), queries.providers()
    arguments.provider = arguments.provider or (known[0].code if len(known) == 1 else "")
    if arguments.file is not None:
        if not arguments.file.is_file():
            raise commands.BadStatementFile(file=str(arguments.file))
        rows, name = commands.read_statement(arguments.provider, arguments.file), arguments.file.name
    elif span is None:
        raise commands.BadStatementFile(file="-")
    else:
        rows = commands.fetch_statement(arguments.provider, starts_at=span[0], ends_at=span[1])
        name = f"{arguments.first} – {arguments.last}"
    return commands.import_statement(
        operator(),
        provider=arguments.provider,
        rows=rows,
        name=name,
        now=moment.now(),
        starts_at=span[0] if span else None,
        ends_at=span[1] if span else None,
    )


def _span(arguments: argparse.Namespace) -> tuple[datetime, datetime] | None:
    if arguments.first is None or arguments.last is None:
        return None
    return (
        datetime.combine(arguments.first, time(), UTC),
        datetime.combine(arguments.last + timedelta(days=1), time(), UTC),
    )


def _side(amount_minor: int | None, currency: str) -> str:
    return "–" if amount_minor is None else f"{amount_minor} {currency}"


def _refused(arguments: argparse.Namespace, message: str, code: str) -> int:
    """Say why nothing was done."""
    if arguments.json:
        print(json.dumps({"error": message, "code": code}, ensure_ascii=False))
    print(f"steward: {message}", file=sys.stderr)
    return 2
