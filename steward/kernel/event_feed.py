"""Read the event log from a place on, missing nothing that commits late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec.structs
from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.event_rows import COLUMNS, Recorded, recorded

# Ids and transactions are drawn before they commit, so neither alone is an order to read in. Below the oldest running
# transaction nothing can appear any more; (transaction, id) is the order in which a cursor passes everything once.
PAGE = f"""
SELECT transaction, {COLUMNS}
FROM kernel_event
WHERE (transaction, id) > (%(transaction)s, %(id)s)
  AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  AND (%(kinds)s::text[] = '{{}}' OR kind = ANY(%(kinds)s::text[]))
ORDER BY transaction, id
LIMIT %(limit)s
"""  # noqa: S608  (columns of ours)


class BadCursor(errors.Refusal):
    """Refuse a place in the log that no answer named."""

    code = "bad_cursor"
    status = 422
    message = _("“%(after)s” is no place in the event log. Use `next_after` of an earlier answer, or leave it out.")


class FeedEvent(Recorded, frozen=True, kw_only=True):
    """One recorded event with its place in the log."""

    place: str


def page_after(after: str, *, kinds: Sequence[str] = (), limit: int = 100) -> list[FeedEvent]:
    """List events after a place (empty: from the beginning), oldest first, only such that nothing can precede.

    Raises: BadCursor.
    """
    transaction, id_ = _parsed(after)
    parameters: dict[str, Any] = {"transaction": transaction, "id": id_, "kinds": list(kinds), "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(PAGE, parameters)
        rows = cursor.fetchall()
    return [_event(row) for row in rows]


def _parsed(after: str) -> tuple[int, int]:
    if not after:
        return 0, 0
    transaction, dash, id_ = after.partition("-")
    is_place = dash and all(part.isascii() and part.isdigit() and len(part) <= 18 for part in (transaction, id_))
    if not is_place:
        raise BadCursor(after=after)
    return int(transaction), int(id_)


def _event(row: Sequence[Any]) -> FeedEvent:
    event = recorded(row[1:])
    return FeedEvent(**msgspec.structs.asdict(event), place=f"{row[0]}-{event.id}")
