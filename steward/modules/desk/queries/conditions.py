"""Turn conditions into what the database is asked: only what indexes answer, or what bounds how much is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from steward.modules.desk.models import Viewing
from steward.modules.desk.queries.searching import SearchFilters, matching
from steward.modules.desk.rules import tickets
from steward.modules.desk.rules.search_words import wanted
from steward.modules.desk.rules.views import ME, MINE, NOBODY, Conditions
from steward.modules.people import queries as people

# A text narrows to so many tickets at most, those it was said in last.
MOST_BY_TEXT = 500
PLAIN = {
    "channels": "channel",
    "categories": "category",
    "sub_reasons": "sub_reason",
    "priorities": "priority",
    "urgencies": "urgency",
    "languages": "language",
}


def teams_of(staff_id: int | None) -> list[str]:
    """List the codes of the teams a person is in."""
    return sorted(people.team_of([staff_id]).values()) if staff_id else []


def in_states(conditions: Conditions, now: datetime) -> Q:
    """Ask for the states of a view: active ones where none is named, those that were put off as it wants them."""
    wish = Q(state__in=conditions.states or tickets.ACTIVE)
    if conditions.ends:
        wish &= ~Q(closed_as__in=("spam", "merged"))
    if conditions.snoozed == "only":
        return wish & Q(snoozed_until__gt=now)
    return wish if conditions.snoozed else wish & (Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now))


def narrowing(conditions: Conditions, *, staff_id: int | None, now: datetime) -> Q:
    """Ask for everything but the states of a view, as one person sees it."""
    wish = Q()
    for name, column in PLAIN.items():
        wish &= _one_of(column, getattr(conditions, name))
    wish &= _owned(conditions.owners, staff_id) & _teams(conditions.teams, staff_id)
    if conditions.tags:
        wish &= Q(tags__contains=list(conditions.tags))
    if conditions.order:
        wish &= Q(order_id__isnull=conditions.order == "without")
    if conditions.awaiting:
        wish &= Q(awaits_since__isnull=False)
    if conditions.late:
        wish &= Q(due_at__lt=now)
    if conditions.opened_days is not None:
        since = now - timedelta(days=conditions.opened_days)
        wish &= Q(opened_at__gte=since, heard_at__gte=since)  # nobody is heard before a ticket is opened
    if conditions.heard_days is not None:
        wish &= Q(heard_at__gte=now - timedelta(days=conditions.heard_days))
    if conditions.unread:
        read = Viewing.objects.filter(
            ticket_id=OuterRef("id"), staff_id=staff_id or 0, seen_at__gte=OuterRef("heard_at")
        )
        wish &= Q(~Exists(read))
    return wish & _said(conditions, now)


def _one_of(column: str, values: Sequence[str]) -> Q:
    if not values:
        return Q()
    return Q(**{column: values[0]}) if len(values) == 1 else Q(**{f"{column}__in": list(values)})


def _owned(owners: Sequence[str], staff_id: int | None) -> Q:
    if not owners:
        return Q()
    ids = [staff_id or 0 if owner == ME else int(owner) for owner in owners if owner != NOBODY]
    wish = Q(owner_id=ids[0]) if len(ids) == 1 else Q(owner_id__in=ids) if ids else Q(owner_id__isnull=True)
    return wish | Q(owner_id__isnull=True) if NOBODY in owners else wish


def _teams(teams: Sequence[str], staff_id: int | None) -> Q:
    codes = {code for code in teams if code != MINE} | (set(teams_of(staff_id)) if MINE in teams else set())
    return Q(team__in=sorted(codes)) if teams else Q()


def _said(conditions: Conditions, now: datetime) -> Q:
    """Ask for the tickets a text was said in last; those are looked for first, with what the search can narrow by."""
    if not conditions.text:
        return Q()
    filters = SearchFilters(
        channel=conditions.channels[0] if len(conditions.channels) == 1 else "",
        category=conditions.categories[0] if len(conditions.categories) == 1 else "",
        states=conditions.states or tickets.ACTIVE,
    )
    found = matching(wanted(conditions.text), filters, now=now, limit=MOST_BY_TEXT)
    return Q(id__in=[hit.ticket_id for hit in found.hits])


def sort_key(sort: str) -> tuple[str, str]:
    """Name the columns a list is sorted by; a minus means downwards."""
    return {"due": ("due_order", "id"), "heard": ("-heard_at", "-id"), "opened": ("-opened_at", "-id")}[sort]


def beyond(sort: str, at: datetime, id_: int) -> Q:
    """Ask for what comes after a row of a sorted list."""
    column = sort_key(sort)[0].removeprefix("-")
    side = "gt" if sort == "due" else "lt"
    # The first part is what an index can begin at.
    return Q(**{f"{column}__{side}e": at}) & (Q(**{f"{column}__{side}": at}) | Q(**{column: at, f"id__{side}": id_}))
