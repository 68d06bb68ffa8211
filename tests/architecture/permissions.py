"""Which permissions the code asks for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import Source, sources

ASKING = frozenset({"command", "needs", "require", "may"})
# What only the system's own actors do; no role can be given these.
SYSTEM_ONLY = frozenset(
    {
        "approvals.expire",
        "customers.enter",
        "deadlines.sweep",
        "desk.classify",
        "desk.take_in",
        "incidents.watch",
        "messaging.deliver",
        "messaging.receive",
        "payments.callback",
        "payments.work",
        "people.own_account",
        "stock.book_counts",
        "stock.expire",
        "stock.follow",
        "stations.sweep",
    }
)


def asked(package: Path) -> Iterator[tuple[str, str]]:
    """Yield each permission written as text in a call that asks for one, and where."""
    for source in sources(package):
        if not source.is_test:
            yield from _asked_in(source)


def _asked_in(source: Source) -> Iterator[tuple[str, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _name(node.func) in ASKING:
            for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and "." in value.value:
                    yield value.value, f"{source.inner}:{node.lineno}"


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def unknown(package: Path, catalogue: frozenset[str]) -> Iterator[str]:
    """Yield permissions the code asks for that nobody can be given."""
    for permission, place in asked(package):
        if permission not in catalogue | SYSTEM_ONLY:
            yield f"{place} asks for {permission}, which is not in people's catalogue"
