"""Read the event log as people do: newest first, by kind and by who acted."""

from __future__ import annotations

import msgspec
from django.db import connection

from steward.kernel.event_rows import COLUMNS, Recorded, recorded

# No index leads from an actor to what they did: a page looks at so many events at most and says where to go on.
WINDOW = 50_000
PAGE = f"""
SELECT {COLUMNS}
FROM kernel_event
WHERE id < %(before)s AND id >= %(floor)s
  AND (%(kind)s = '' OR kind = %(kind)s OR starts_with(kind, %(kind)s || '.'))
  AND (%(actor)s = '' OR actor = %(actor)s)
ORDER BY id DESC LIMIT %(limit)s
"""  # noqa: S608  (columns of ours)


class AuditPage(msgspec.Struct, frozen=True):
    """Events, newest first, and the id below which to go on (None: the beginning of the log is reached)."""

    rows: list[Recorded]
    next_before: int | None


def page(*, kind: str = "", actor: str = "", before: int | None = None, limit: int = 100) -> AuditPage:
    """List events older than `before`; `kind` is a whole kind or the module's name, `actor` an actor's id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) + 1 FROM kernel_event")
        top = int(cursor.fetchone()[0])
        start = min(before, top) if before is not None else top
        floor = max(start - WINDOW, 0)
        wanted: dict[str, str | int] = {"before": start, "floor": floor, "kind": kind, "actor": actor, "limit": limit}
        cursor.execute(PAGE, wanted)
        rows = [recorded(row) for row in cursor.fetchall()]
    full = len(rows) == limit
    return AuditPage(rows, rows[-1].id if full else floor or None)
