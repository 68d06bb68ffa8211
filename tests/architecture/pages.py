"""Page templates show what they are given; they never fetch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import LEFT_OUT

# What only a manager or a query set answers to: `rows.count` and `order.lines.count`, but not `entry.count`.
FETCHES = re.compile(
    r"\{[{%][^}%]*(?:\.(?:all|exists|iterator|values_list|objects)\b|\w_set\b|(?:s|\.\w+)\.count\b)[^}]*[}%]\}"
)
OUTSIDE = re.compile(r"""(?:src|href)=["'](?:https?:)?//""")


def _templates(package: Path) -> Iterator[tuple[str, list[str]]]:
    for path in sorted(package.rglob("*.html")):
        if not LEFT_OUT & set(path.parts):
            yield path.relative_to(package).as_posix(), path.read_text(encoding="utf-8").splitlines()


def fetching(package: Path) -> Iterator[str]:
    """Yield templates that call the ORM."""
    for name, lines in _templates(package):
        for number, line in enumerate(lines, 1):
            if match := FETCHES.search(line):
                yield f"{name}:{number} {match[0]}: templates run no queries; the view hands over a list"


def reaching_out(package: Path) -> Iterator[str]:
    """Yield templates that load something from another server."""
    for name, lines in _templates(package):
        for number, line in enumerate(lines, 1):
            if OUTSIDE.search(line) and "<a " not in line:
                yield f"{name}:{number}: everything a page needs is served by Steward itself"
