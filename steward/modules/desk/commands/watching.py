"""Tell watchers of tickets what happened there: several things at once, never what they did themselves (DSK-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import arrays, languages, parameters, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.owning import NobodyToTakeIt
from steward.modules.desk.models import WatchNews, WatchWish
from steward.modules.desk.queries.watch_words import said
from steward.modules.messaging.commands.notifying import notify_staff
from steward.modules.messaging.rules.outgoing import Notice

PACKAGE = "steward.modules.desk"
KINDS = ("words", "moves", "hands")
BATCH = 500
WAIT_S = parameters.define(
    "desk.watch_wait_s",
    120,
    unit="s",
    label=_("News of watched tickets are gathered for so long before watchers are told"),
    minimum=0,
    maximum=3600,
)


class News(Struct, frozen=True):
    """What happened to a ticket: kind (words, moves, hands), a word of it, and who of the staff did it."""

    ticket_id: int
    kind: str
    what: str
    by_id: int | None


@command(needs="desk.take_in")
def note_news(actor: Actor, *, news: Sequence[News], now: datetime) -> None:
    """Keep what watchers are to hear, as far as each wants to; one statement, however many.

    Locks: unique keys, in the order of ticket and person.
    """
    columns: dict[str, Any] = {
        "now": now,
        "tickets": arrays.integers([one.ticket_id for one in news]),
        "kinds": arrays.texts([one.kind for one in news]),
        "whats": arrays.texts([one.what for one in news]),
        "actors": arrays.integers([one.by_id for one in news]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "note_news"), columns)


@command(needs="desk.take_in")
def tell_watchers(actor: Actor, *, now: datetime, limit: int = BATCH) -> int:
    """Tell watchers what was gathered for long enough, once for each ticket. Returns how many were told.

    Locks: the news, skipping those another worker tells.
    """
    due = WatchNews.objects.select_for_update(skip_locked=True, of=("self",)).select_related("ticket")
    until = now - timedelta(seconds=parameters.value(WAIT_S))
    rows = list(due.filter(since__lte=until).order_by("since", "id")[:limit])
    notices = [
        Notice(
            staff_ids=[row.staff_id],
            kind="system",
            template="ticket_news",
            params={
                "subject": row.ticket.number,
                "what": languages.in_each(partial(said, row.happened)),
            },
            subject_kind="ticket",
            subject_id=row.ticket_id,
            dedupe_key=f"ticket-news-{row.ticket_id}-{row.since.isoformat()}",
            simulated=row.ticket.simulated,
        )
        for row in rows
    ]
    notify_staff(actor, notices=notices, now=now)
    WatchNews.objects.filter(id__in=[row.id for row in rows]).delete()
    return len(rows)


@command(needs="tickets.work")
def set_watch_wish(actor: Actor, *, words: bool, moves: bool, hands: bool) -> None:
    """Say what one wants to hear of the tickets one watches. Raises: NobodyToTakeIt for a program."""
    if actor.staff_id is None:
        raise NobodyToTakeIt
    wish = {"words": words, "moves": moves, "hands": hands}
    WatchWish.objects.update_or_create(staff_id=actor.staff_id, defaults=wish)
