"""Numbers people read, made from sequences: unique, gaps allowed, no hot lock."""

from __future__ import annotations

import threading
from datetime import datetime

from django.db import connection

from steward.kernel import memory


def next_ids(sequence: str, count: int) -> list[int]:
    """Draw `count` ids from a database sequence in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]


class Pool:
    """Ids of one sequence, drawn by the hundred for rows whose order tells nothing; what a crash leaves is a gap.

    They count for the connection that drew them: a server that is killed forgets what was drawn and not committed and
    gives it out again, so a process that lived on must not use what it still has.
    """

    def __init__(self, sequence: str, block: int = 500) -> None:
        self._sequence = sequence
        self._block = block
        self._ids: list[int] = []
        self._drawn_by: object = None
        self._lock = threading.Lock()
        memory.remembers(self.forget)

    def take(self) -> int:
        """Take one id; every few hundred cost a statement."""
        with self._lock:
            if not self._ids or self._drawn_by is not connection.connection:
                self._ids = next_ids(self._sequence, self._block)[::-1]
                self._drawn_by = connection.connection
            return self._ids.pop()

    def forget(self) -> None:
        """Drop the ids at hand."""
        with self._lock:
            self._ids, self._drawn_by = [], None


def number(prefix: str, id_: int, at: datetime) -> str:
    """Write an id as people read it, e.g. SO-2026-000123."""
    return f"{prefix}-{at.year}-{id_:06d}"
