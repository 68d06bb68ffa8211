"""How many clocks of a kind began lately: what comes in, without an index that every start would pay for."""

from __future__ import annotations

from django.db import connection

# Ids grow with time, so the newest are a short walk along the primary key. What passed in the very moment it began
# (an order that is approved by itself) never was work for anybody.
COUNT = """
SELECT count(*) FILTER (WHERE subject_kind = %(subject)s AND (%(kind)s = '' OR kind = %(kind)s) AND NOT simulated
                          AND stopped_at IS DISTINCT FROM started_at),
       coalesce(max(id), %(after)s)
FROM deadlines_clock WHERE id > %(after)s
"""
NEWEST = "SELECT coalesce(max(id), 0) FROM deadlines_clock"


def newest_clock() -> int:
    """Return the id of the newest clock, 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        return int(cursor.fetchone()[0])


def begun_after(clock_id: int, subject_kind: str, clock_kind: str = "") -> tuple[int, int]:
    """Count the clocks of a kind (or of any) that began after one, and name the newest id looked at."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"after": clock_id, "subject": subject_kind, "kind": clock_kind})
        count, newest = cursor.fetchone()
        return int(count), int(newest)
