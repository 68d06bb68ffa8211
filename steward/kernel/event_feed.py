"""Read the event log from a place on, missing nothing that commits late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors

# Ids and transactions are drawn before they commit, so neither alone is an order to read in. Below the oldest running
# transaction nothing can appear any more; (transaction, id) is the order in which a cursor passes everything once.
PAGE = """
SELECT transaction, id, kind, subject_kind, subject_id, at, actor, data, simulated
FROM kernel_event
WHERE (transaction, id) > (%(transaction)s, %(id)s)
  AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  AND (%(kinds)s::text[] = '{}' OR kind = ANY(%(kinds)s::text[]))
ORDER BY transaction, id
LIMIT %(limit)s
"""


class BadCursor(errors.Refusal):
    """Refuse a place in the log that no answer named."""

    code = "bad_cursor"
    status = 422
    message = _("“%(after)s” is no place in the event log. Use `next_after` of an earlier answer, or leave it out.")


class FeedEvent(msgspec.Struct, frozen=True):
    """One recorded event with its place in the log."""

    place: str
    id: int
    kind: str
    subject_kind: str
    subject_id: int
    at: datetime
    actor: str
    data: dict[str, Any]
    simulated: bool


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


def _event(row: tuple[Any, ...]) -> FeedEvent:
    transaction, id_, kind, subject_kind, subject_id, at, actor, data, simulated = row
    place = f"{transaction}-{id_}"
    return FeedEvent(place, id_, kind, subject_kind, subject_id, at, actor, _decoded(data), simulated)


def _decoded(data: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(data) if isinstance(data, str | bytes) else data
    return found
