"""Numbers people read, made from sequences: unique, gaps allowed, no hot lock."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def next_ids(sequence: str, count: int) -> list[int]:
    """Draw `count` ids from a database sequence in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]


def number(prefix: str, id_: int, at: datetime) -> str:
    """Write an id as people read it, e.g. SO-2026-000123."""
    return f"{prefix}-{at.year}-{id_:06d}"
