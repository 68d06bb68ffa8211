"""Writes that nobody reads back, sent as one statement: module by module gathered, one round trip.

`with bundle():` opens a bundle; `write()` inside it adds a data-modifying statement, outside it executes at once, so
commands need not know whether somebody gathers. The bundle is joined as `WITH s0 AS (INSERT …), s1 AS (UPDATE …) …`:
all parts see the same snapshot and none sees what another wrote, so what must be read first is read before, and no two
parts may change the same row. Foreign keys are checked at commit. Why: docs/decisions/0004.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connection

PARAMETER = re.compile(r"%\((\w+)\)s")
Part = tuple[str, Mapping[str, Any]]
_open: ContextVar[list[Part] | None] = ContextVar("steward_bundle", default=None)


@contextmanager
def bundle() -> Iterator[None]:
    """Gather the writes of the block and send them as one statement at its end; nothing is sent when it fails.

    Raises: RuntimeError outside a transaction or inside another bundle.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a bundle belongs to a transaction")
    if _open.get() is not None:
        raise RuntimeError("bundles do not nest")
    token = _open.set([])
    try:
        yield
        flush()
    finally:
        _open.reset(token)


def write(statement: str, parameters: Mapping[str, Any]) -> None:
    """Add a data-modifying statement to the open bundle, or execute it where none is open.

    Parameters stand as `%(name)s`; names may repeat between statements.
    """
    parts = _open.get()
    if parts is not None:
        parts.append((statement, parameters))
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(parameters))


def flush() -> None:
    """Send what has gathered, because what follows has to see it."""
    parts = _open.get()
    if not parts:
        return
    text, names = _joined(tuple(statement for statement, _parameters in parts))
    values = [parts[number][1][name] for number, name in names]
    parts.clear()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        # psycopg reads a text of this length anew each time it stands with named placeholders; numbered ones it takes
        # as they are. Behind a pooler nothing is prepared.
        prepared = connection.settings_dict["OPTIONS"].get("prepare_threshold") is not None
        psycopg.RawCursor(connection.connection).execute(text, values, prepare=prepared)


@lru_cache(maxsize=256)
def _joined(statements: tuple[str, ...]) -> tuple[str, list[tuple[int, str]]]:
    """Join statements as common table expressions with numbered placeholders.

    Returns the text, one per combination so that it is prepared once, and per placeholder (statement, name).
    """
    places: dict[tuple[int, str], int] = {}
    numbered = [
        PARAMETER.sub(lambda found, n=n: f"${places.setdefault((n, found[1]), len(places) + 1)}", statement).strip()  # type: ignore[misc]
        for n, statement in enumerate(statements)
    ]
    if len(numbered) == 1:
        return numbered[0], list(places)
    parts = ", ".join(f"s{n} AS ({statement})" for n, statement in enumerate(numbered))
    # PostgreSQL runs writing parts in any case, but a SELECT (that calls a function) only where it is read.
    reads = [n for n, statement in enumerate(numbered) if statement.startswith("SELECT")]
    calls = [f"(SELECT count(*) FROM s{n})" for n in reads]  # noqa: S608  (numbers of ours)
    return f"WITH {parts} SELECT {', '.join(calls)}", list(places)
