"""What commands of the shell print: words, or one JSON object; and how a refusal is told."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from steward.kernel.errors import BadInput, Refusal

Run = Callable[[argparse.Namespace], Any]


def tells(verb: argparse.ArgumentParser, run: Run, words: Callable[[Any], Sequence[str]]) -> None:
    """Let a subcommand run, and print what it returns: as `words` lay it out, or with --json as it is."""
    verb.add_argument("--json", action="store_true", help="print one JSON object instead of words")
    verb.set_defaults(run=lambda arguments: told(arguments, run, words))


def told_line(work: Callable[[], str]) -> int:
    """Do it and print the line that says what became of it. Exit 2 when it was refused."""
    try:
        print(work())
    except Refusal as refusal:
        print(f"steward: {refusal}", file=sys.stderr)
        return 2
    return 0


def told(arguments: argparse.Namespace, run: Run, words: Callable[[Any], Sequence[str]]) -> int:
    """Do it and print what came of it. Exit 2 when it was refused, with every finding."""
    try:
        found = msgspec.to_builtins(run(arguments))
    except Refusal as refusal:
        findings: Sequence[Mapping[str, Any]] = refusal.findings if isinstance(refusal, BadInput) else ()
        told_ = [{**one, "message": str(one["message"])} for one in findings]
        if arguments.json:
            facts = {"error": str(refusal), "code": refusal.code, **({"findings": told_} if told_ else {})}
            print(json.dumps(facts, ensure_ascii=False))
        print(f"steward: {refusal}", file=sys.stderr)
        for one in told_:
            print(f"  {one['field']}: {one['message']}", file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for line in words(found):
            print(line)
    return 0


def pairs(facts: Mapping[str, Any]) -> list[str]:
    """Lay facts out, a line each."""
    return [f"{name}: {_text(value)}" for name, value in facts.items()]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "-"
    return "-" if value is None else str(value)
