"""PostgreSQL array literals, built fast: the hot paths send columns, not rows.

psycopg adapts a list element by element; joining a literal is several times cheaper, and the server parses both alike.
Every function returns the text of an array (`{1,2,NULL}`) to be cast in the statement: `unnest(%s::bigint[])`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def integers(values: Iterable[int | None]) -> str:
    """Write a bigint[] or int[]."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def texts(values: Iterable[str | None]) -> str:
    """Write a text[] (also for jsonb[] and varchar[]). A zero character, which PostgreSQL cannot hold, is dropped."""
    return "{" + ",".join([_quoted(value) for value in values]) + "}"


def flags(values: Iterable[bool]) -> str:
    """Write a boolean[]."""
    return "{" + ",".join(["t" if value else "f" for value in values]) + "}"


def octets(values: Iterable[bytes | None]) -> str:
    """Write a bytea[]."""
    return "{" + ",".join(["NULL" if value is None else f'"\\\\x{value.hex()}"' for value in values]) + "}"


def instants(values: Iterable[datetime | None]) -> str:
    """Write a timestamptz[]."""
    return "{" + ",".join(["NULL" if value is None else f'"{value.isoformat()}"' for value in values]) + "}"


def _quoted(value: str | None) -> str:
    if value is None:
        return "NULL"
    if "\\" in value or '"' in value or "\0" in value:
        value = value.replace("\0", "").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
