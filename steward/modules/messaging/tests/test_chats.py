"""Chats: whether somebody is there, whose a visit is, and that it is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from steward.kernel import moment
from steward.modules.messaging.commands import chats as commands
from steward.modules.messaging.commands.accounts import save_account
from steward.modules.messaging.commands.cleaning import forget_old
from steward.modules.messaging.commands.forgetting import redact_customers
from steward.modules.messaging.models import ChatLine, ChatVisit, Inbound
from steward.modules.messaging.queries import chats
from steward.modules.messaging.queries.accounts import find_account
from steward.modules.messaging.rules.accounts import Account
from steward.modules.people import commands as people
from tests import make

pytestmark = pytest.mark.django_db


def account(**changes: str) -> Account:
    facts = {"origins": "https://shop.example", "start": "person", "contact": "no"} | changes
    save_account(make.TESTER, kind="chat", code="site", name="Shop", facts=facts, now=make.NOW)
    found = find_account("chat", "site")
    assert found is not None
    return found


def visit() -> ChatVisit:
    return commands.open_visit(make.TESTER, code="site", language="en", facts={}, now=make.NOW)


def test_somebody_is_there_while_on_shift_or_at_the_console() -> None:
    make.team()
    site = account(team="service")
    assert not chats.is_staffed(site, now=make.NOW)

    make.duty("wang", "early", date(2026, 3, 2))
    assert chats.is_staffed(site, now=make.NOW)
    assert not chats.is_staffed(site, now=make.NOW + timedelta(hours=8))
    now = moment.now()
    people.note_presence(make.agent_wang(), now=now)
    assert chats.is_staffed(site, now=now)


def test_two_browsers_that_claim_one_address_stay_two_customers() -> None:
    account()
    first, second = visit(), visit()

    ids = {
        commands.give_contact(
            make.TESTER, visit_id=one.id, name="梅子", phone="", email="mei@example.com", now=make.NOW
        )
        for one in (first, second)
    }

    assert len(ids) == 2
    assert ids == set(ChatVisit.objects.values_list("customer_id", flat=True))


def test_what_an_erased_or_long_gone_visitor_saw_is_forgotten() -> None:
    account()
    erased, gone, here = visit(), visit(), visit()
    for one in (erased, gone, here):
        commands.give_contact(
            make.TESTER, visit_id=one.id, name="", phone="", email=f"v{one.id}@x.example", now=make.NOW
        )
    erased.refresh_from_db()
    redact_customers(make.TESTER, customer_ids=[erased.customer_id or 0], now=make.NOW)
    later = make.NOW + timedelta(days=91)
    commands.come_back(make.TESTER, visit_id=here.id, facts={}, now=later)
    forget_old(make.TESTER, now=later)

    assert list(ChatVisit.objects.values_list("id", flat=True)) == [here.id]
    assert ChatLine.objects.count() == 1


def test_a_word_whose_writer_was_erased_meanwhile_is_not_shown() -> None:
    account()
    first, second = visit(), visit()
    for one in (first, second):
        commands.say(make.TESTER, visit=one, client_id="message-1", text="x", attachment_ids=(), now=make.NOW)
    erased, other = Inbound.objects.order_by("id")
    redact_customers(make.TESTER, customer_ids=[erased.customer_id or 0], now=make.NOW)
    again = commands.LineDraft(kind="visitor", text="x", client_id="message-2")

    assert commands.show(make.TESTER, visit_id=second.id, lines=[again], inbound_id=erased.id, now=make.NOW) == []
    assert commands.show(make.TESTER, visit_id=second.id, lines=[again], inbound_id=other.id, now=make.NOW) == [2]


def test_whether_somebody_is_there_costs_the_same_for_many_teams(
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[CaptureQueriesContext]],
) -> None:
    site = account()
    make.team("one", usernames=("lin",))
    chats.is_staffed(site, now=make.NOW)  # what is remembered is
    with django_assert_max_num_queries(30) as asked:
        assert not chats.is_staffed(site, now=make.NOW)
    for code in ("two", "three"):
        make.team(code, usernames=("lin",))

    with django_assert_max_num_queries(len(asked)):
        assert not chats.is_staffed(site, now=make.NOW)
