"""Note for watchers what happens to their tickets. Every handler may run twice: the same thing is noted once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.desk.commands.watching import News, note_news
from steward.modules.desk.events import TicketContinued, TicketMoved, TicketOwned
from steward.modules.desk.queries.history import last_doers

DESK = system("desk")


def on_ticket_continued_note_news(events: Sequence[TicketContinued]) -> None:
    """Note that customers wrote; thanks are no news."""
    news = [News(event.ticket_id, "words", "words", None) for event in events if not event.thanks]
    _note(news)


def on_ticket_moved_note_news(events: Sequence[TicketMoved]) -> None:
    """Note that tickets changed their state."""
    moved = [event for event in events if event.before != event.after]
    doers = _doers(TicketMoved.KIND, {event.ticket_id for event in moved})
    _note([News(event.ticket_id, "moves", event.after, doers.get(event.ticket_id)) for event in moved])


def on_ticket_owned_note_news(events: Sequence[TicketOwned]) -> None:
    """Note that tickets changed hands."""
    doers = _doers(TicketOwned.KIND, {event.ticket_id for event in events})
    _note([News(event.ticket_id, "hands", "hands", doers.get(event.ticket_id)) for event in events])


def _doers(kind: str, ticket_ids: Collection[int]) -> dict[int, int]:
    return last_doers(kind, ticket_ids) if ticket_ids else {}


def _note(news: Sequence[News]) -> None:
    if news:
        note_news(DESK, news=news, now=moment.now())
