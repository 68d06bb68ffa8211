"""Which files may exist, and where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import sources

KINDS = ("models", "rules", "queries", "commands", "events", "handlers", "tasks", "ports", "measures")
MODULE_FILES = frozenset({"__init__", "apps", *KINDS})
MODULE_FOLDERS = frozenset({"migrations", "sql", "tests", *KINDS})
NO_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "misc"})
ORM_WORDS = ("objects.create(", ".bulk_create(", ".bulk_update(", ".save(", ".delete(")


def forbidden_names(*packages: Path) -> Iterator[str]:
    """Yield files and folders whose name says nothing."""
    for package in packages:
        for source in sources(package):
            for part in source.parts:
                if part.removesuffix(".py") in NO_NAMES:
                    yield f"{source.inner}: the name “{part}” says nothing; name the noun or verb inside"


def odd_module_files(package: Path) -> Iterator[str]:
    """Yield what lies in a module without being one of the named files."""
    for module in sorted((package / "modules").iterdir()):
        for path in sorted(module.iterdir()) if module.is_dir() and module.name != "__pycache__" else ():
            fits = path.name in MODULE_FOLDERS if path.is_dir() else path.name.removesuffix(".py") in MODULE_FILES
            if not fits and path.name != "__pycache__":
                yield f"modules/{module.name}/{path.name}: no module has such a file; see docs/architecture.md"


def folders_without_init(package: Path) -> Iterator[str]:
    """Yield folders with code that are no packages: import-linter would not see into them."""
    for folder in sorted({source.path.parent for source in sources(package)}):
        if not (folder / "__init__.py").exists():
            yield f"{folder.relative_to(package)}: has code but no __init__.py, so no contract sees it"


def writing_queries(package: Path) -> Iterator[str]:
    """Yield queries that write."""
    for source in sources(package):
        if source.kind == "queries":
            yield from (f"{source.inner}: a query writes ({word})" for word in ORM_WORDS if word in source.text)
