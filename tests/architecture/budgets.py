"""How long files and functions may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path
from statistics import median

from tests.architecture.tree import Source, sources

HAND_WRITTEN = frozenset({".py", ".html", ".js", ".css", ".sql"})
FILE_MEDIAN, FILE_P90, FILE_CAP = 90, 250, 400
FUNCTION_P90, FUNCTION_CAP = 30, 60
ENOUGH = 20  # a median or a p90 of fewer says nothing


def p90(values: Sequence[int]) -> int:
    """Return the value that nine in ten do not exceed (nearest rank)."""
    return sorted(values)[ceil(len(values) * 0.9) - 1]


def _function_lines(source: Source) -> Iterator[tuple[str, int]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{source.inner}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def long_files(*packages: Path) -> Iterator[str]:
    """Yield files over the cap, and the median and p90 when they are over theirs."""
    files = [file for package in packages for file in sources(package, suffixes=HAND_WRITTEN)]
    lengths = {file.inner: len(file.text.splitlines()) for file in files if file.text.strip()}
    yield from (f"{name}: {lines} lines, {FILE_CAP} at most" for name, lines in lengths.items() if lines > FILE_CAP)
    if len(lengths) >= ENOUGH:
        counts = list(lengths.values())
        if median(counts) > FILE_MEDIAN:
            yield f"median file has {median(counts)} lines, {FILE_MEDIAN} at most"
        if p90(counts) > FILE_P90:
            yield f"p90 file has {p90(counts)} lines, {FILE_P90} at most"


def long_functions(*packages: Path) -> Iterator[str]:
    """Yield functions over the cap, and the p90 when it is over its own."""
    lengths = [found for package in packages for source in sources(package) for found in _function_lines(source)]
    yield from (f"{name}: {lines} lines, {FUNCTION_CAP} at most" for name, lines in lengths if lines > FUNCTION_CAP)
    if len(lengths) >= ENOUGH and p90([lines for _, lines in lengths]) > FUNCTION_P90:
        yield f"p90 function has {p90([lines for _, lines in lengths])} lines, {FUNCTION_P90} at most"
