"""Saved views: which a person has, in their order, what is in them, and how many tickets, up to a hundred."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from msgspec import Struct

from steward.kernel import errors, memory
from steward.modules.desk.models import SavedView, Ticket, ViewPlace
from steward.modules.desk.queries.conditions import beyond, in_states, narrowing, sort_key, teams_of
from steward.modules.desk.queries.inbox import TicketPage, ticket_rows
from steward.modules.desk.queries.names import staff_names
from steward.modules.desk.rules.views import Conditions, conditions_of, recent

LONGEST_PAGE = 100
COUNTED = 100
FRESH_S = 5.0
REMEMBERED = 5_000
_counts: dict[tuple[int, int, int], tuple[float, int]] = {}


def _forget() -> None:
    _counts.clear()


memory.remembers(_forget)


class View(Struct, frozen=True, kw_only=True):
    """A saved view as one person has it. `mine`: they made it; `default`: their inbox opens with it."""

    id: int
    name: str
    owner_id: int
    owner: str
    mine: bool
    shared: str
    team: str
    conditions: Conditions
    sort: str
    columns: tuple[str, ...]
    version: int
    default: bool


def views_of(staff_id: int | None) -> list[View]:
    """List the views somebody made or others share with them, in the order they want; three statements."""
    if not staff_id:
        return []
    rows = list(SavedView.objects.filter(_visible(staff_id)))
    places = {
        view_id: (position, default)
        for view_id, position, default in ViewPlace.objects.filter(staff_id=staff_id).values_list(
            "view_id", "position", "is_default"
        )
    }
    last = max((position for position, _ in places.values()), default=0) + 1
    rows.sort(key=lambda row: (places.get(row.id, (last, False))[0], row.name.lower(), row.id))
    names = staff_names({row.owner_id for row in rows})
    return [_view(row, staff_id, names.get(row.owner_id, ""), places.get(row.id, (0, False))[1]) for row in rows]


def get_view(view_id: int, staff_id: int | None) -> View:
    """Read one view of somebody. Raises: NotFound, also for one that is not shared with them."""
    found = next((one for one in views_of(staff_id) if one.id == view_id), None)
    if found is None:
        raise errors.NotFound(key=view_id)
    return found


def _visible(staff_id: int) -> Q:
    return Q(owner_id=staff_id) | Q(shared="all") | Q(shared="team", team__in=teams_of(staff_id))


def _view(row: SavedView, staff_id: int, owner: str, default: bool) -> View:
    return View(
        id=row.id,
        name=row.name,
        owner_id=row.owner_id,
        owner=owner,
        mine=row.owner_id == staff_id,
        shared=row.shared,
        team=row.team,
        # A state or a field that is no more leaves the view as wide as a new one.
        conditions=conditions_of(row.conditions) or Conditions(),
        sort=row.sort,
        columns=tuple(row.columns),
        version=row.version,
        default=default,
    )


def in_view(conditions: Conditions, *, staff_id: int | None, now: datetime) -> QuerySet[Ticket]:
    """Ask for the tickets of a view as one person sees it."""
    wish = in_states(conditions, now) & narrowing(conditions, staff_id=staff_id, now=now)
    return Ticket.objects.filter(wish)


def view_page(
    conditions: Conditions, sort: str, *, staff_id: int | None, now: datetime, after: str = "", limit: int = 40
) -> TicketPage:
    """List the tickets of a view page by page; the number of statements does not depend on the rows.

    Ended tickets are read only so far back, and never by what is due: nothing is.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    if conditions.ends:
        conditions, sort = recent(conditions), "heard" if sort == "due" else sort
    found = in_view(conditions, staff_id=staff_id, now=now)
    if key := _key(after):
        found = found.filter(beyond(sort, *key))
    rows = list(found.order_by(*sort_key(sort))[: limit + 1])
    shown = rows[:limit]
    return TicketPage(ticket_rows(shown, staff_id), _after(shown[-1], sort) if len(rows) > limit else "")


def _after(row: Ticket, sort: str) -> str:
    at: datetime = getattr(row, sort_key(sort)[0].removeprefix("-"))
    return f"{at.astimezone(UTC).isoformat().replace('+00:00', 'Z')}~{row.id}"


def _key(after: str) -> tuple[datetime, int] | None:
    at, _tilde, id_ = after.partition("~")
    try:
        key = datetime.fromisoformat(at), int(id_)
    except ValueError:
        return None
    return key if key[0].tzinfo is not None and key[0].year > 1 and 0 < key[1] < 2**63 else None


def view_counts(views: Sequence[View], *, staff_id: int | None, now: datetime) -> dict[int, int | None]:
    """Count the tickets of views, to a hundred: one statement for all that this process has not counted just now.

    What does not depend on the reader is counted once for everybody. None: a view with a text or of ended tickets is
    not counted, since that takes a search or a long list.
    """
    cheap = [view for view in views if not view.conditions.text and not view.conditions.ends]
    keys = {
        view.id: (view.id, view.version, staff_id or 0 if view.conditions.depends_on_reader else 0) for view in cheap
    }
    current = time.monotonic()
    # Another thread may empty what is remembered at any moment.
    known = {id_: held[1] for id_, key in keys.items() if (held := _counts.get(key)) and current - held[0] < FRESH_S}
    stale = [view for view in cheap if view.id not in known]
    if stale:
        if len(_counts) > REMEMBERED:
            _counts.clear()
        counted = _count([view.conditions for view in stale], staff_id, now)
        fresh = {view.id: count for view, count in zip(stale, counted, strict=True)}
        _counts.update({keys[id_]: (current, count) for id_, count in fresh.items()})
        known |= fresh
    return {view.id: known.get(view.id) for view in views}


def _count(wanted: Sequence[Conditions], staff_id: int | None, now: datetime) -> list[int]:
    """Count several at once."""
    parts: list[str] = []
    values: list[Any] = []
    for conditions in wanted:
        text, params = _written(in_view(conditions, staff_id=staff_id, now=now))
        parts.append(f"(SELECT count(*) FROM ({text}) AS one)")  # noqa: S608  (Django's text, values apart)
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ARRAY[{', '.join(parts)}]", values)
        return list(cursor.fetchone()[0])


def _written(found: QuerySet[Ticket]) -> tuple[str, Sequence[Any]]:
    """Write a query of a hundred ids out; one that Django knows to be empty (no team) asks nothing."""
    try:
        return found.order_by().values_list("id", flat=True)[:COUNTED].query.sql_with_params()
    except EmptyResultSet:
        return "SELECT 1 WHERE false", ()
