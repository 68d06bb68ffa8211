"""Search what was said: newest first in stretches of time, so that a frequent word costs no more than a rare one.

A stretch is one lexeme of the index; it grows while little is found, so that a page is read after a few statements
whatever the word. What one request reads is bounded: where a frequent word meets filters that hardly anything passes,
the page says how far back it looked, and goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from msgspec import Struct, structs

from steward.kernel import arrays, sql
from steward.modules.desk.rules.search_words import CELL_GROWTH, WIDEST, Wanted, cell_before

PACKAGE = "steward.modules.desk"
# So many hits one request looks at, so many statements it makes, and so many tickets it ranks together.
BUDGET = 12_000
MOST_STRETCHES = 80
WINDOW = 100
BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


class SearchFilters(Struct, frozen=True, kw_only=True):
    """How a search is narrowed. `owner_id` 0 means nobody's; `since` and `until` are when it was said."""

    channel: str = ""
    category: str = ""
    team: str = ""
    states: tuple[str, ...] = ()
    owner_id: int | None = None
    author: str = ""
    since: datetime | None = None
    until: datetime | None = None
    spam: bool = False


class Place(Struct, frozen=True):
    """Where a search goes on: with what was said before this; id 0 means with nothing of that moment."""

    at: datetime
    id: int = 0

    @property
    def edge(self) -> datetime:
        """Return before which moment all lies that is still to come."""
        return self.at + MOMENT if self.id else self.at


class Hit(Struct, frozen=True):
    """The newest words of a ticket that match; without a message it is its subject."""

    id: int
    at: datetime
    message_id: int | None
    ticket_id: int


class Window(Struct):
    """Hits, newest first, and where to go on; `ended` when nothing older is left.

    `looked_at` is how many matches were looked at, `last` how many of them in the last stretch.
    """

    place: Place
    hits: list[Hit] = []
    ended: bool = False
    looked_at: int = 0
    last: int = 0


def matching(
    wanted: Wanted, filters: SearchFilters, *, now: datetime, place: Place | None = None, limit: int = WINDOW
) -> Window:
    """Find the tickets whose words match, by their newest hit, each once; bounded whatever is searched for.

    `now` is when the search began, also for its later pages (`place`): what is said since does not move them.
    """
    begin = Place(max(filters.until, BEGIN)) if filters.until and filters.until <= now else Place(now + MOMENT)
    window = Window(place or begin)
    level, window.ended = 0, not wanted.expression
    for _turn in range(MOST_STRETCHES):
        if window.ended or len(window.hits) >= limit or window.looked_at >= BUDGET:
            break
        hits = _stretch(wanted, filters, window, level, limit)
        window.hits += _fresh(wanted, filters, hits, begin) if place is not None else hits
        if level <= WIDEST and window.last * CELL_GROWTH < BUDGET - window.looked_at:
            level += 1
    return window


def _stretch(wanted: Wanted, filters: SearchFilters, window: Window, level: int, limit: int) -> list[Hit]:
    """Read the stretch before where the window stands, and move it on."""
    cell, begins = cell_before(window.place.edge, level)
    earliest = filters.since or BEGIN
    since = max(begins or BEGIN, earliest)
    budget, room = BUDGET - window.looked_at, limit - len(window.hits)
    columns = {
        "wanted": f"{wanted.expression} & '{cell}'" if cell else wanted.expression,
        "since": since,
        "until": window.place.at,
        "until_id": window.place.id,
        "budget": budget,
        "limit": room,
        "known": arrays.integers(one.ticket_id for one in window.hits),
    }
    rows = _read("search_stretch", _facts(filters) | columns)
    seen, oldest_at, oldest_id = rows[0][:3]
    hits = [Hit(*row[3:]) for row in rows if row[3] is not None]
    window.looked_at += seen
    window.last = seen
    if len(hits) == room:
        window.place = Place(hits[-1].at, hits[-1].id)
    elif seen == budget:
        window.place = Place(oldest_at, oldest_id)
    else:
        window.place = Place(since)
        window.ended = since == earliest
    return hits


def _fresh(wanted: Wanted, filters: SearchFilters, hits: Sequence[Hit], begin: Place) -> list[Hit]:
    """Leave out what stood on an earlier page by a newer hit."""
    if not hits:
        return []
    columns = {
        "tickets": arrays.integers(one.ticket_id for one in hits),
        "instants": arrays.instants(one.at for one in hits),
        "ids": arrays.integers(one.id for one in hits),
        "author": filters.author,
        "until": begin.at,
        "wanted": wanted.expression,
    }
    before = {row[0] for row in _read("search_shown_before", columns)}
    return [one for one in hits if one.ticket_id not in before]


def _facts(filters: SearchFilters) -> dict[str, Any]:
    plain = structs.asdict(filters)
    facts = {name: plain[name] for name in ("channel", "category", "team", "author", "spam")}
    return facts | {"states": arrays.texts(filters.states), "owner": filters.owner_id}


def _read(statement: str, columns: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, statement), columns)
        return list(cursor.fetchall())
