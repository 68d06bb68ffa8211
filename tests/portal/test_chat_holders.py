"""Who holds a chat, over several tickets and however words cross."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.interfaces.portal import throttle
from steward.kernel import moment
from steward.kernel.models import Event
from steward.modules.desk.commands.answering import AnswerDraft, answer_ticket
from steward.modules.desk.models import Conversation, Ticket
from steward.modules.messaging.models import ChatVisit
from tests import make
from tests.portal.chatting import Visitor, account

pytestmark = pytest.mark.django_db
LATER = timedelta(days=10)


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.tries.clear()


def held() -> tuple[str, str]:
    """Name who holds the one conversation, and who its visitor talks with."""
    return Conversation.objects.get().holder, ChatVisit.objects.get().holder


def answered_by_wang(start: str) -> Visitor:
    account(start=start)
    visitor = Visitor()
    visitor.begin()
    visitor.says("帐篷少了一根杆")
    make.settle()
    draft = AnswerDraft(text="您好，今天补寄。")
    answer_ticket(make.agent_wang(), ticket_id=Ticket.objects.get().id, draft=draft, now=moment.now())
    assert held() == ("person", "person")
    return visitor


@pytest.mark.parametrize(("start", "first"), [("bot", "bot"), ("person", "waiting")])
def test_a_new_matter_begins_with_who_answers_first(start: str, first: str) -> None:
    visitor = answered_by_wang(start)
    Ticket.objects.update(state="closed", closed_as="solved", closed_at=moment.now())

    with moment.frozen(moment.now() + LATER):
        visitor.says("睡袋怎么洗", "message-2")
        make.settle()

    assert Ticket.objects.count() == 2
    assert held() == (first, first)
    passed = Event.objects.filter(kind="desk.chat_passed").latest("id").data
    assert (passed["before"], passed["after"]) == ("person", first)


def test_a_word_on_the_same_matter_leaves_it_with_whoever_answered() -> None:
    visitor = answered_by_wang("bot")

    visitor.says("好的", "message-2")
    make.settle()

    assert held() == ("person", "person")


def test_a_wish_for_a_person_that_crosses_an_answer_takes_nobody_away() -> None:
    visitor = answered_by_wang("bot")
    before = visitor.lines()

    visitor.post("person")

    assert held() == ("person", "person")
    assert visitor.lines() == before
