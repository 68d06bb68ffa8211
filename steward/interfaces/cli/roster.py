"""`steward roster import`: take a roster in from a spreadsheet's CSV."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from steward.interfaces.cli.orders import operator
from steward.kernel.errors import Refusal
from steward.modules.people import commands, queries
from steward.modules.people.commands import DutyDraft

# What the three columns may be called.
COLUMNS = {
    "date": {"date", "day", "日期"},
    "shift": {"shift", "班次"},
    "person": {"person", "username", "user name", "name", "姓名", "用户名", "人员"},
}
ENCODINGS = ("utf-8-sig", "gb18030")


class UnfitFile(Exception):
    """Report a file that is no roster."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `roster` with its subcommand."""
    top = subparsers.add_parser("roster", help="who is on duty when")
    verbs = top.add_subparsers(title="roster", metavar="WHAT", required=True)
    taking = verbs.add_parser("import", help="take a CSV of date, shift and person in; what cannot be is listed")
    taking.add_argument("file", type=Path)
    taking.add_argument("--team", required=True, help="code of the team")
    taking.add_argument("--json", action="store_true", help="print one JSON object instead of words")
    taking.set_defaults(run=take_in)


def take_in(arguments: argparse.Namespace) -> int:
    """Plan every row; exit 1 when a row could not be planned."""
    try:
        rows = list(_rows(arguments.file))
        shifts = {name: shift.code for shift in queries.shifts(arguments.team) for name in (shift.code, shift.name)}
        people = _people()
        drafts = [DutyDraft(people.get(who, 0), shifts.get(shift, shift), on) for on, shift, who in rows]
        answers = commands.plan_duties(operator(), team_code=arguments.team, drafts=drafts, source="import")
    except (UnfitFile, Refusal, OSError) as problem:
        print(f"steward: {problem}", file=sys.stderr)
        return 2
    counts = Counter(str(answer.outcome) for answer in answers)
    refused = [
        f"{row[0]} {row[1]} {row[2]}: {answer.outcome}"
        for row, answer in zip(rows, answers, strict=True)
        if answer.outcome not in ("planned", "exists")
    ]
    if arguments.json:
        print(json.dumps({"rows": len(rows), **counts, "refused": refused}, ensure_ascii=False))
    else:
        print(f"{len(rows)} rows: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))
        print(*refused, sep="\n", end="\n" if refused else "")
    return 1 if refused else 0


def _people() -> dict[str, int]:
    """Find people by user name, and by name where only one has it."""
    staff = queries.staff_list()
    names = Counter(person.name for person in staff)
    found = {person.name: person.id for person in staff if names[person.name] == 1}
    return found | {person.username: person.id for person in staff}


def _rows(path: Path) -> Iterator[tuple[date, str, str]]:
    """Read the rows of a file. Raises: UnfitFile naming the line."""
    reader = csv.DictReader(_text(path).splitlines())
    headers = {header.strip().lower(): header for header in reader.fieldnames or []}
    columns = {}
    for name, words in COLUMNS.items():
        known = next((headers[word] for word in headers if word in words), None)
        if known is None:
            raise UnfitFile(f"{path.name} has no column for the {name}: name it {' or '.join(sorted(words))}")
        columns[name] = known
    for line, row in enumerate(reader, 2):
        try:
            on = date.fromisoformat((row[columns["date"]] or "").strip().replace("/", "-"))
        except ValueError as error:
            raise UnfitFile(f"{path.name}, line {line}: write the date as 2026-03-02") from error
        yield on, (row[columns["shift"]] or "").strip(), (row[columns["person"]] or "").strip()


def _text(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnfitFile(f"{path.name} is neither UTF-8 nor GB18030")
