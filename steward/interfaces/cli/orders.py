"""`steward orders …`: take files in, show an order, let waiting work run, write a template."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from django.utils import translation
from tqdm import tqdm

from steward.interfaces.cli import orders_screening
from steward.kernel import moment, worker
from steward.kernel.actor import Actor
from steward.kernel.errors import Refusal
from steward.modules.orders import queries
from steward.modules.orders.commands.exceptions_detecting import sweep
from steward.modules.orders.commands.import_batches import Tally
from steward.modules.orders.commands.import_files import path_of
from steward.modules.orders.commands.import_preview import check_import
from steward.modules.orders.commands.imports import run_import, start_import
from steward.modules.orders.commands.template import write_template

COUNTS = ("received", "created", "duplicate", "conflict", "rejected")


def register(subparsers: Any) -> None:
    """Add `orders` with its subcommands."""
    top = subparsers.add_parser("orders", help="take orders in, look at them, move them on")
    commands = top.add_subparsers(title="orders", metavar="WHAT", required=True)
    taking = commands.add_parser("import", help="take a file of orders in (CSV, XLSX, Parquet; .gz too)")
    taking.add_argument("file", type=Path)
    taking.add_argument("--shop", required=True, help="code of the shop the orders belong to")
    taking.add_argument("--mapping", required=True, help="code of the mapping that reads the columns")
    taking.add_argument("--dry-run", action="store_true", help="map and check, but write nothing")
    taking.add_argument("--historic", action="store_true", help="past orders: analysed, never reminded or cancelled")
    taking.add_argument("--json", action="store_true", help="print one JSON object instead of words and a bar")
    taking.set_defaults(run=take_in)
    showing = commands.add_parser("show", help="show one order")
    showing.add_argument("number")
    showing.add_argument("--json", action="store_true")
    showing.set_defaults(run=show)
    orders_screening.register(commands)
    moving = commands.add_parser("process", help="let waiting work run in this process")
    moving.add_argument("--until-idle", action="store_true", help="leave when nothing is left to do", required=True)
    moving.set_defaults(run=process)
    detecting = commands.add_parser("detect", help="look for orders that need somebody, close what is gone")
    detecting.add_argument("--json", action="store_true", help="print one JSON object instead of words")
    detecting.set_defaults(run=detect)
    template = commands.add_parser("template", help="write an empty spreadsheet with every column")
    template.add_argument("path", type=Path)
    template.set_defaults(run=write)


def operator() -> Actor:
    """Return who sits at the machine: whoever may run commands there may do everything."""
    language = translation.get_language() or "en"
    return Actor(id=f"cli:{getpass.getuser()}", kind="system", permissions=frozenset({"*"}), locale=language)


def take_in(arguments: argparse.Namespace) -> int:
    """Take a file in and say what became of it."""
    if not arguments.file.is_file():
        return _refused(arguments, f"there is no file {arguments.file}")
    begun = time.monotonic()
    quiet = arguments.json or not sys.stderr.isatty()
    try:
        with tqdm(unit=" rows", unit_scale=True, disable=quiet) as bar:
            tally, rejects = _taken(arguments, bar)
    except Refusal as refusal:
        return _refused(arguments, str(refusal), refusal.code)
    answer: dict[str, Any] = {name: getattr(tally, name) for name in COUNTS}
    answer |= {"rejects_file": rejects, "seconds": round(time.monotonic() - begun, 3)}
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(", ".join(f"{answer[name]} {name}" for name in COUNTS) + f" in {answer['seconds']} s")
        if rejects:
            print(f"The rows that were not taken, with reasons: {rejects}")
    return 1 if tally.rejected else 0


def _taken(arguments: argparse.Namespace, bar: Any) -> tuple[Tally, str | None]:
    """Run the import or the rehearsal of it. Returns the counts and where the rejects lie."""

    def progress(tally: Tally) -> None:
        bar.update(tally.rows - bar.n)

    actor, stored = operator(), str(arguments.file.resolve())
    if arguments.dry_run:
        tally = check_import(
            actor,
            stored_file=stored,
            shop_code=arguments.shop,
            mapping_code=arguments.mapping,
            now=moment.now(),
            progress=progress,
        )
        return tally, None
    run_id = start_import(
        actor,
        shop_code=arguments.shop,
        mapping_code=arguments.mapping,
        file_name=arguments.file.name,
        stored_file=stored,
        historic=arguments.historic,
        later=False,
    )
    tally = run_import(actor, run_id=run_id, now=moment.now(), progress=progress)
    return tally, path_of(queries.import_run(run_id).rejects_file)


def _refused(arguments: argparse.Namespace, message: str, code: str = "not_found") -> int:
    """Say why nothing was done."""
    if arguments.json:
        print(json.dumps({"error": message, "code": code}, ensure_ascii=False))
    print(f"steward: {message}", file=sys.stderr)
    return 2


def show(arguments: argparse.Namespace) -> int:
    """Print one order, its personal data masked."""
    try:
        detail = queries.order_detail(arguments.number)
    except Refusal as refusal:
        return _refused(arguments, str(refusal), refusal.code)
    facts = msgspec.to_builtins(detail, enc_hook=str)
    print(json.dumps(facts, ensure_ascii=False) if arguments.json else "\n".join(_lines(facts)))
    return 0


def _lines(facts: Any, indent: str = "") -> list[str]:
    """Lay facts out for the eye, one a line; what is empty is left out."""
    lines = []
    for name, value in facts.items():
        if isinstance(value, dict) and value:
            lines += [f"{indent}{name}:", *_lines(value, indent + "  ")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{indent}{name}:")
            for one in value:
                first, *others = _lines(one, indent + "    ") or [""]
                lines += [f"{indent}  - {first.strip()}", *others]
        elif value not in (None, "", [], {}):
            lines.append(f"{indent}{name}: {value}")
    return lines


def process(arguments: argparse.Namespace) -> int:
    """Run everything that is due, and what comes of it, until nothing is left."""
    worker.run(threads=1, until_idle=arguments.until_idle)
    return 0


def detect(arguments: argparse.Namespace) -> int:
    """Look for exceptions now, as the worker does every two minutes."""
    done = msgspec.to_builtins(sweep(operator(), now=moment.now()))
    print(json.dumps(done) if arguments.json else ", ".join(f"{count} {name}" for name, count in done.items()))
    return 0


def write(arguments: argparse.Namespace) -> int:
    """Write the template."""
    write_template(arguments.path)
    print(arguments.path)
    return 0
