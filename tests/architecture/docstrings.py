"""Who must say what it does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import Source, sources

PUBLIC_KINDS = frozenset({"commands", "rules", "queries", "tasks", "handlers"})


def missing(package: Path) -> Iterator[str]:
    """Yield modules, commands, rules, tasks, handlers and public queries without a docstring."""
    for source in sources(package):
        if source.text.strip() and not ast.get_docstring(source.tree):
            yield f"{source.inner}: the module says nothing of itself"
        if source.kind in PUBLIC_KINDS and not source.is_test:
            yield from _silent(source)


def _silent(source: Source) -> Iterator[str]:
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            first = (ast.get_docstring(node) or "").split("\n\n")[0].strip()
            if not first:
                yield f"{source.inner}:{node.lineno} {node.name} says nothing of itself"
            elif not first.endswith((".", ":", "…", "`", ")", "!", "?")):
                yield f"{source.inner}:{node.lineno} {node.name}: the first line is no sentence"
