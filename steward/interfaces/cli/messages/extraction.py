"""Find every message of the program: in Python, in page templates with their components, and in JavaScript."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract as babel_extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[4]
CODE = ROOT / "steward"
NO_SOURCE = frozenset({"tests", "migrations", "node_modules", "vendor"})
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Components take translated words as dynamic attributes: <c-card :title="_('Lines')">; Django's own lexer skips those.
DYNAMIC_ATTRIBUTE = re.compile(r""":[\w-]+="_\('((?:[^'\\]|\\.)*)'\)\"""")

Found = tuple[int, Any, str | None]


def extract(code: Path = CODE) -> Catalog:
    """Collect the messages of a source tree; locations are paths relative to its parent."""
    catalogue = Catalog(charset="utf-8")
    for path in sorted(code.rglob("*")):
        inner = path.relative_to(code)
        if path.is_file() and not NO_SOURCE & set(inner.parts):
            for line, ids, context in messages_in(path):
                catalogue.add(ids, locations=[(f"{code.name}/{inner.as_posix()}", line)], context=context)
    return catalogue


def messages_in(path: Path) -> Iterator[Found]:
    """Yield line, id (a pair for plurals) and context of each message in one file."""
    if path.suffix == ".py":
        yield from _found("python", path.read_bytes())
    elif path.suffix == ".js":
        yield from _found("javascript", path.read_bytes())
    elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
        yield from _in_template(path.read_text(encoding="utf-8"))


def _in_template(text: str) -> Iterator[Found]:
    # Templatized text keeps the page's indentation, which Python's tokenizer takes for blocks: strip it.
    flat = "\n".join(line.strip() for line in templatize(text).splitlines())
    yield from _found("python", flat.encode())
    for match in DYNAMIC_ATTRIBUTE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1].replace("\\'", "'"), None


def _found(method: str, source: bytes) -> Iterator[Found]:
    options = {"encoding": "utf-8"}
    for line, ids, _comments, context in babel_extract(method, io.BytesIO(source), KEYWORDS, options=options):
        if ids and ids != ("", ""):
            yield line, ids, context
