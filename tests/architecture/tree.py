"""Read a source tree: the real one, or a copy with a planted violation."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STEWARD = ROOT / "steward"
LEFT_OUT = frozenset({"__pycache__", "migrations", "node_modules", "vendor", "var"})


@dataclass(frozen=True)
class Source:
    """One file of the tree; `inner` is its path inside the package, e.g. modules/orders/models.py."""

    path: Path
    inner: str

    @cached_property
    def text(self) -> str:
        """Return the file's text."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Return the file's syntax tree."""
        return ast.parse(self.text)

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the folders and the file name."""
        return tuple(self.inner.split("/"))

    @property
    def module(self) -> str:
        """Return the business module the file belongs to, or nothing."""
        return self.parts[1] if self.parts[0] == "modules" and len(self.parts) > 2 else ""

    @property
    def kind(self) -> str:
        """Return what the file is inside its module: models, rules, commands…"""
        return self.parts[2].removesuffix(".py") if self.module else ""

    @property
    def is_test(self) -> bool:
        """Tell whether the file tests others."""
        return "tests" in self.parts


def sources(package: Path = STEWARD, *, suffixes: frozenset[str] = frozenset({".py"})) -> Iterator[Source]:
    """Yield the hand-written files of a package in order."""
    for path in sorted(package.rglob("*")):
        inner = path.relative_to(package)
        if path.is_file() and path.suffix in suffixes and not LEFT_OUT & set(inner.parts):
            yield Source(path, inner.as_posix())


def copied(to: Path) -> Path:
    """Copy the package, so that a test may plant a violation in it; return the copied package."""
    ignore = shutil.ignore_patterns("__pycache__", "static", "*.mo")
    return Path(shutil.copytree(STEWARD, to / "steward", ignore=ignore))


def planted(package: Path, inner: str, text: str) -> None:
    """Write a file of a copied tree, or add to it."""
    path = package / inner
    for folder in (path.parent, *path.parent.parents):
        if folder.is_relative_to(package) and not (folder / "__init__.py").exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "__init__.py").write_text('"""A package."""\n', encoding="utf-8")
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{known}\n{text}\n", encoding="utf-8")
