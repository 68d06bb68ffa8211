"""Who watches a ticket hears of it: gathered, as they wish, and never of what they did themselves (DSK-1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.modules.desk.commands import moving, owning, watching
from steward.modules.desk.events import TicketContinued, TicketMoved
from steward.modules.desk.handlers import watching as handlers
from steward.modules.desk.models import WatchNews
from steward.modules.desk.queries.watch_words import watch_wish, watched_tickets
from steward.modules.desk.tests import agents
from steward.modules.messaging.models import Notice
from tests import make

pytestmark = pytest.mark.django_db


def watched() -> int:
    """Let Zhao watch a ticket."""
    (id_,) = agents.tickets(1)
    owning.watch_ticket(make.manager_zhao(), ticket_id=id_, watch=True)
    return id_


def wrote(ticket_id: int, *, thanks: bool = False) -> None:
    handlers.on_ticket_continued_note_news(
        [TicketContinued(ticket_id=ticket_id, message_id=1, channel="chat", thanks=thanks)]
    )


def moved(by: str, ticket_id: int) -> None:
    moving.move_tickets(make.staff(by), ticket_ids=[ticket_id], verb="solve", now=make.NOW)
    handlers.on_ticket_moved_note_news([TicketMoved(ticket_id=ticket_id, verb="solve", before="new", after="solved")])


def tell(after_s: int = 200) -> list[str]:
    """Tell watchers some time after now; return what Zhao was told."""
    newest = WatchNews.objects.order_by("-since").values_list("since", flat=True).first() or make.NOW
    watching.tell_watchers(agents.DESK, now=newest + timedelta(seconds=after_s))
    found = Notice.objects.filter(template="ticket_news", staff_id=make.manager_zhao().staff_id or 0)
    return [one.params["what"]["en"] for one in found.order_by("id")]


def test_what_happens_within_a_moment_is_told_at_once() -> None:
    id_ = watched()
    wrote(id_)
    wrote(id_)
    moved("wang", id_)
    assert tell(60) == []
    assert tell() == ["Solved, new words of the customer"]
    assert not WatchNews.objects.exists()


def test_nobody_hears_of_what_they_did_themselves_nor_of_thanks() -> None:
    id_ = watched()
    moved("zhao", id_)
    wrote(id_, thanks=True)
    assert tell() == []


def test_what_somebody_switched_off_is_not_told() -> None:
    id_ = watched()
    zhao = make.manager_zhao()
    watching.set_watch_wish(zhao, words=False, moves=True, hands=True)
    wrote(id_)
    moved("wang", id_)
    assert tell() == ["Solved"]
    assert watch_wish(zhao.staff_id or 0)["words"] is False


def test_who_watches_no_longer_hears_nothing() -> None:
    id_ = watched()
    zhao = make.manager_zhao()
    assert [row.id for row in watched_tickets(zhao.staff_id or 0)] == [id_]
    owning.watch_ticket(zhao, ticket_id=id_, watch=False)
    wrote(id_)
    assert tell() == []
