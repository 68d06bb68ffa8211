"""Asking afterwards: who is asked and who is not, answers once, and a matter that is taken up again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.modules.deadlines.queries import clocks_of
from steward.modules.desk.commands import complaint_settings as settings
from steward.modules.desk.commands import complaints, follow_ups, moving, owning
from steward.modules.desk.commands import follow_up_answers as answers
from steward.modules.desk.models import FollowUp, Ticket
from steward.modules.desk.queries.follow_ups import follow_up_figures
from steward.modules.desk.queries.history import ticket_history
from steward.modules.desk.tests.words import customer, mail, said
from steward.modules.messaging.models import Message
from steward.modules.messaging.queries import notices
from tests import make

pytestmark = pytest.mark.django_db
SOLVED = make.NOW + timedelta(hours=1)
DAY = timedelta(days=1)
ASKED = SOLVED + DAY


def policy(channel: str, **facts: Any) -> None:
    """Let every solved ticket be asked about by one way, before all others."""
    given: dict[str, Any] = {"code": "all", "channel": channel, "rank": 1} | facts
    draft = settings.PolicyDraft(**given)
    settings.save_follow_up_policy(make.TESTER, draft=draft)


def solved(phone: str = "+8613800001111", **facts: Any) -> int:
    """Let Wang solve what a customer wrote; return the ticket's id."""
    (heard,) = said(mail(**({"customer_id": customer(phone)} | facts)))
    ids = [heard.ticket_id or 0]
    owning.take_tickets(make.agent_wang(), ticket_ids=ids, now=SOLVED)
    moving.move_tickets(make.agent_wang(), ticket_ids=ids, verb="solve", now=SOLVED)
    return ids[0]


def sweep(at: Any = ASKED) -> list[FollowUp]:
    follow_ups.ask_customers(make.TESTER, now=at)
    return list(FollowUp.objects.order_by("id"))


def test_a_solution_is_asked_about_once_by_a_link() -> None:
    policy("email")
    solved()
    assert sweep(ASKED - timedelta(minutes=1)) == []

    (row,) = sweep()
    assert len(sweep(ASKED + timedelta(hours=1))) == 1

    message = Message.objects.get(template="follow_up")
    assert (row.state, message.link_purpose, message.link_subject_id) == ("asked", "follow_up", row.id)


def test_who_was_asked_lately_is_not_asked_again_and_many_cost_as_few_statements_as_one() -> None:
    policy("sms")
    solved()
    with CaptureQueriesContext(
        connection,
    ) as one:
        sweep()
    solved(text="第二件事", subject="another")
    for number in range(3):
        solved(f"+861380000222{number}")
    with CaptureQueriesContext(connection) as many:
        rows = sweep()

    assert [row.state for row in rows] == ["asked", "skipped", "asked", "asked", "asked"]
    assert rows[1].why == "asked_lately"
    assert len(many) <= len(one) + 1


def test_outside_the_sample_nobody_is_asked() -> None:
    policy("email", sample_percent=0)
    solved()

    assert [(row.state, row.why) for row in sweep()] == [("skipped", "sample")]


def test_a_complaint_is_asked_about_once_it_is_closed_and_not_before() -> None:
    policy("phone", complaint=True)
    id_ = solved()
    draft = complaints.ComplaintDraft(type="service", words="没人理我", ticket_id=id_)
    complaints.register_complaint(make.agent_wang(), draft=draft, now=SOLVED)

    assert sweep() == []


def test_not_satisfied_opens_the_ticket_again_with_a_higher_priority() -> None:
    policy("email")
    id_ = solved()
    (row,) = sweep()
    make.settle()

    said_at = ASKED + timedelta(hours=2)
    answer = {"follow_up_id": row.id, "satisfied": False, "score": 2, "words": "还是没解决", "now": said_at}
    answers.answer_follow_up(make.TESTER, **answer)  # type: ignore[arg-type]

    ticket = Ticket.objects.get(id=id_)
    running = {one.kind for one in clocks_of("ticket", id_) if one.outcome == "running" and one.started_at == said_at}
    assert (ticket.state, ticket.priority, ticket.reopened, ticket.awaits_since) == ("open", "high", 1, said_at)
    assert {"solution", "next_reply"} <= running
    wang = make.agent_wang().staff_id or 0
    assert "ticket_back" in {one.template for one in notices.notices(wang, locale="en", time_zone="UTC", limit=9)}
    assert any("2/5" in entry.text for entry in ticket_history(id_))


def test_an_answer_is_put_right_for_a_day_and_then_stands() -> None:
    policy("email")
    id_ = solved()
    (row,) = sweep()
    yes = {"follow_up_id": row.id, "satisfied": True, "score": 5, "words": "很好"}
    no = {"follow_up_id": row.id, "satisfied": False, "score": 1, "words": "后来又坏了"}

    answers.answer_follow_up(make.TESTER, **yes, now=ASKED)  # type: ignore[arg-type]
    assert Ticket.objects.get(id=id_).state == "solved"
    answers.answer_follow_up(make.TESTER, **no, now=ASKED + timedelta(hours=3))  # type: ignore[arg-type]
    with pytest.raises(answers.AnsweredAlready):
        answers.answer_follow_up(make.TESTER, **yes, now=ASKED + timedelta(hours=25))  # type: ignore[arg-type]

    figures = follow_up_figures(since=SOLVED, until=ASKED + DAY)
    assert (Ticket.objects.get(id=id_).state, figures.answered, figures.satisfied_share) == ("open", 1, 0.0)


def test_after_three_calls_nobody_took_it_is_given_up() -> None:
    policy("phone")
    solved()
    (row,) = sweep()
    wang = make.agent_wang()

    states = [answers.note_unreached(wang, follow_up_id=row.id, now=ASKED) for _try in range(3)]

    assert states == ["to_call", "to_call", "unreached"]
    with pytest.raises(answers.QuestionOver):
        answers.answer_follow_up(wang, follow_up_id=row.id, satisfied=True, score=5, words="", now=ASKED)


def test_a_question_nobody_answers_lapses() -> None:
    policy("email")
    solved()
    sweep()

    assert follow_ups.lapse_questions(make.TESTER, now=ASKED + 8 * DAY) == 1
    assert FollowUp.objects.get().state == "lapsed"


def test_it_cannot_be_asked_after_the_ticket_is_closed() -> None:
    with pytest.raises(settings.UnfitPolicy):
        policy("email", after_h=72)
