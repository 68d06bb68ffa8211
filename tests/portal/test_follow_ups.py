"""Customers say by a signed link whether a solution satisfied them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from steward.kernel import moment
from steward.modules.desk.commands import complaint_settings, follow_ups, moving
from steward.modules.desk.models import FollowUp, Ticket
from steward.modules.desk.tests.words import customer, mail, said
from steward.modules.messaging.queries.links import portal_link
from steward.modules.messaging.rules.signed_links import PATH
from tests import make

pytestmark = pytest.mark.django_db


def asked() -> str:
    """Ask a customer about what was solved; return where the link leads."""
    draft = complaint_settings.PolicyDraft(code="all", channel="email", rank=1, after_h=0)
    complaint_settings.save_follow_up_policy(make.TESTER, draft=draft)
    now = moment.now()
    (heard,) = said(mail("包裹没到", customer_id=customer(), at=now - timedelta(hours=1)))
    moving.move_tickets(make.TESTER, ticket_ids=[heard.ticket_id or 0], verb="solve", now=now)
    follow_ups.ask_customers(make.TESTER, now=now)
    link = portal_link("follow_up", FollowUp.objects.get().id, expires_at=now + timedelta(days=1), now=now)
    return link[link.index(PATH) :]


def test_looking_answers_nothing_and_a_no_brings_the_ticket_back() -> None:
    address, client = asked(), Client(headers={"accept-language": "zh-hans"})
    assert "您对处理结果满意吗" in client.get(address).content.decode()
    assert FollowUp.objects.get().state == "asked"

    answer = client.post(address, {"satisfied": "no", "score": "2", "words": "还没收到"})

    assert answer.status_code == 302
    row = FollowUp.objects.get()
    assert (row.satisfied, row.score, row.words, Ticket.objects.get().state) == (False, 2, "还没收到", "open")
    assert "还没收到" in client.get(address).content.decode()


def test_an_answer_after_its_time_is_refused_kindly() -> None:
    address, client = asked(), Client(headers={"accept-language": "zh-hans"})
    client.post(address, {"satisfied": "yes", "score": "5"})
    FollowUp.objects.update(changeable_until=moment.now() - timedelta(minutes=1))

    answer = client.post(address, {"satisfied": "no"})

    assert answer.status_code == 409
    assert "您已答复过" in answer.content.decode()
    assert FollowUp.objects.get().satisfied is True
