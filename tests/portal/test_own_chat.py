"""The chat on customers' own pages is theirs while they are signed in, and nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from steward.interfaces.portal import throttle
from steward.kernel import moment, parameters
from steward.modules.customers.commands.uploads import MOST_FILES
from steward.modules.desk.models import Conversation, Ticket
from steward.modules.messaging.models import ChatVisit
from steward.modules.messaging.queries import chats
from steward.modules.orders.models import Order
from tests import make
from tests.portal.chatting import Visitor, account
from tests.portal.signed import browser_of, picture

pytestmark = pytest.mark.django_db
OWN = "http://testserver/my/help"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.tries.clear()


def signed_in() -> tuple[Client, str]:
    """Sign somebody in who has ordered; return their browser and the pass their page has."""
    account()
    make.item(stock=5)
    make.order("A-1")
    browser = browser_of()
    found = re.search(r'data-pass="([^"]+)"', browser.get(reverse("my_help")).content.decode())
    assert found is not None
    return browser, found[1]


def begins(visitor: Visitor, **page: Any) -> ChatVisit:
    visitor.begin(**({"page": OWN} | page))
    return ChatVisit.objects.get(id=chats.read_token(visitor.token)[0])


def test_what_somebody_signed_in_writes_is_theirs() -> None:
    _browser, own_pass = signed_in()
    visitor = Visitor()
    begins(visitor, **{"pass": own_pass})

    assert visitor.says("我的帐篷呢").status_code == 201
    make.settle()

    customer_id = Order.objects.get().customer_id
    assert Ticket.objects.get().customer_id == customer_id
    assert Conversation.objects.get().customer_id == customer_id
    again = Visitor()
    assert begins(again, **{"pass": own_pass}).id == begins(visitor, **{"pass": own_pass}).id


def test_what_was_said_before_signing_in_stays_with_the_browser_and_is_not_taken_along() -> None:
    _browser, own_pass = signed_in()
    visitor = Visitor()
    before = begins(visitor)
    visitor.says("谁在用这台电脑")

    tied = begins(visitor, **{"pass": own_pass})

    assert tied.id != before.id
    assert visitor.lines() == []
    assert begins(visitor).id not in (tied.id, before.id)  # without the pass nobody goes on as who is signed in


def test_signing_out_ends_the_chat_for_whoever_holds_its_token() -> None:
    browser, own_pass = signed_in()
    visitor = Visitor()
    tied = begins(visitor, **{"pass": own_pass})
    visitor.says("我的帐篷呢")
    assert chats.feeds({tied.id: 0}, now=moment.now())[tied.id].lines

    browser.post(reverse("my_sign_out"))

    assert visitor.says("还在吗", "message-2").status_code == 401
    assert visitor.get("history").status_code == 401
    assert chats.feeds({tied.id: 0}, now=moment.now()) == {}
    later = begins(visitor, **{"pass": own_pass})
    assert (later.portal_visit_id, later.customer_id) == (None, None)


def test_files_sent_in_the_chat_count_with_all_of_the_day() -> None:
    _browser, own_pass = signed_in()
    parameters.set_parameter(make.administrator(), name=MOST_FILES.name, new=1, reason="a test")
    visitor = Visitor()
    begins(visitor, **{"pass": own_pass})

    sent = [
        visitor.post("messages", data={"id": f"message-{n}", "text": "看", "files": picture(f"{n}.png")}).status_code
        for n in range(2)
    ]

    assert sent == [201, 429]


def test_who_goes_on_writing_stays_signed_in() -> None:
    _browser, own_pass = signed_in()
    visitor = Visitor()
    begins(visitor, **{"pass": own_pass})

    for minutes in (25, 50):
        with moment.frozen(moment.now() + timedelta(minutes=minutes)):
            assert visitor.says("还在", f"message-{minutes}").status_code == 201
    with moment.frozen(moment.now() + timedelta(minutes=81)):
        assert visitor.says("还在", "message-81").status_code == 401


@pytest.mark.parametrize("page", ["http://127.0.0.1:8999/tents", "https://evil.example/"])
def test_a_foreign_page_cannot_use_a_pass(page: str) -> None:
    _browser, own_pass = signed_in()
    visitor = Visitor()

    answer = visitor.post("session", {"page": page, "pass": own_pass})

    assert not ChatVisit.objects.filter(portal_visit_id__isnull=False).exists()
    assert answer.status_code == (200 if "8999" in page else 403)


@pytest.mark.parametrize("made_up", ["", "1", "IjEi:1:x", 7, None, ["x"], "x" * 5_000])
def test_a_pass_somebody_made_up_opens_an_ordinary_chat(made_up: Any) -> None:
    signed_in()

    assert begins(Visitor(), **{"pass": made_up}).portal_visit_id is None
