"""Read new and changed texts so that they are found: beside what takes them in, in batches (DSK-10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.models import Message, SearchText, Ticket
from steward.modules.desk.rules.search_words import cells, lexemes

PACKAGE = "steward.modules.desk"
READ_AT_ONCE = 1000
Said = tuple[int | None, int | None, datetime, str]


@command(needs="desk.take_in")
def read_texts(actor: Actor, *, now: datetime, limit: int = READ_AT_ONCE) -> int:
    """Write what the newest texts that wait are found by; an emptied one is found no more. Returns how many were read.

    Safe when run twice and by several at once. Locks: what waits, skipping what another reads.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "take_search_due"), {"limit": limit})
        taken: list[tuple[str, int]] = cursor.fetchall()
    if not taken:
        return 0
    messages = [id_ for what, id_ in taken if what == "message"]
    tickets = [id_ for what, id_ in taken if what == "ticket"]
    said: list[Said] = [
        (id_, None, at, text)
        for id_, at, text in Message.objects.filter(id__in=messages).values_list("id", "at", "text")
    ]
    said += [
        (None, id_, at, text)
        for id_, at, text in Ticket.objects.filter(id__in=tickets).values_list("id", "opened_at", "subject")
    ]
    SearchText.objects.filter(message_id__in=messages).delete()
    SearchText.objects.filter(ticket_id__in=tickets).delete()
    _write([one for one in said if one[3].strip()], now)
    return len(taken)


def _write(said: Sequence[Said], now: datetime) -> None:
    columns = {
        "messages": arrays.integers(message_id for message_id, _, _, _ in said),
        "tickets": arrays.integers(ticket_id for _, ticket_id, _, _ in said),
        "instants": arrays.instants(min(at, now) for _, _, at, _ in said),
        "lexemes": arrays.texts(_line(text, min(at, now)) for _, _, at, text in said),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "fill_search"), columns)


def _line(text: str, at: datetime) -> str:
    words: Iterable[str] = lexemes(text)
    return " ".join([*words, *cells(at)])
