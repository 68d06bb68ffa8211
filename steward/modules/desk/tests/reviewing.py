"""Builders of quality review's tests: answered tickets, scores, and who judges whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from steward.kernel.actor import Actor
from steward.modules.desk.commands import answering, owning
from steward.modules.desk.commands import quality_reviews as commands
from steward.modules.desk.commands.settling import settle_answers
from steward.modules.desk.models import QualityReview, ScoreSheet
from steward.modules.desk.tests import agents, words
from steward.modules.people import commands as people
from tests import make

LATER = make.NOW + timedelta(hours=2)


def answered(by: Actor, *said: str, at: datetime = make.NOW) -> list[int]:
    """Let customers write and somebody answer each of them; return the tickets' ids."""
    heard = words.said(*(words.word(text, at=at, customer_id=words.customer(_phone(text))) for text in said))
    ids = [one.ticket_id or 0 for one in heard]
    owning.take_tickets(by, ticket_ids=ids, now=at)
    draft = answering.AnswerDraft(text="您好，已经帮您处理。")
    sent = [answering.answer_ticket(by, ticket_id=id_, draft=draft, now=at) for id_ in ids]
    with transaction.atomic():
        settle_answers(agents.DESK, message_ids=sent, now=at)
    return ids


def _phone(text: str) -> str:
    return f"+861{sum(text.encode()) * 7919 % 10**10:010d}"


def supervisor(username: str = "qian", *, name: str = "钱文") -> Actor:
    """Let one more person in who may supervise."""
    staff_id = people.create_staff(
        make.TESTER, username=username, name=name, password=make.PASSWORD, role_codes=["supervisor"]
    )
    return agents.actor(staff_id)


def points(given: int | None = 4, **others: int | None) -> Mapping[str, int | None]:
    """Give every criterion of the first sheet the same, but some."""
    sheet = ScoreSheet.objects.get(code="service", active=True)
    return {one["code"]: given for one in sheet.criteria} | others


def scores(given: int | None = 4, **others: int | None) -> commands.Scores:
    """Fill the first sheet in."""
    return commands.Scores(points=points(given, **others), summary="总体不错")


def begun(reviewer: Actor, ticket_id: int, agent: Actor) -> int:
    """Begin a review by hand."""
    return commands.begin_review(
        reviewer, ticket_id=ticket_id, agent_id=agent.staff_id or 0, sheet="service", now=make.NOW
    )


def submitted(reviewer: Actor, agent: Actor, *, given: int = 3, text: str = "包裹还没到") -> QualityReview:
    """Let somebody's answer be reviewed."""
    (ticket_id,) = answered(agent, text)
    review_id = begun(reviewer, ticket_id, agent)
    commands.submit_review(reviewer, review_id=review_id, scores=scores(given), now=make.NOW)
    return QualityReview.objects.get(id=review_id)
