"""The pages of messages and the portal speak Chinese when their reader does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from steward.kernel import logs, moment
from steward.modules.messaging import commands
from steward.modules.messaging.commands import endpoints, sending
from steward.modules.messaging.queries import links
from steward.modules.messaging.rules.catalogue import KINDS
from steward.modules.orders import queries as orders
from tests import make
from tests.words import visible

pytestmark = pytest.mark.django_db
# The English preview of a text is English; placeholders and addresses are codes.
ENGLISH_ON_PURPOSE = re.compile(
    r'<section class="ms-preview" lang="en">.*?</section>|\{\{\w+\}\}|https?://[^<\s"]*', re.DOTALL
)
NAMES = frozenset({"Steward", "SF1234567890123", "STEWARD_SMTP_HOST", "Standard Webhooks"})


@pytest.fixture
def order() -> orders.OrderDetail:
    make.item(stock=5)
    found = orders.order_detail(orders.order_id(make.order(payments=[make.payment()]).number))
    money = {"minor": 19_900, "currency": "CNY"}
    about: dict[str, Any] = {
        "subject_kind": "order",
        "subject_id": found.order.id,
        "customer_id": found.customer_id or 0,
    }
    number = {"order_number": found.order.number}
    messages = [
        commands.Outgoing(template="order_paid", params=number | {"paid": money}, dedupe_key="1", **about),
        commands.Outgoing(template="order_delivered", params=number, dedupe_key="2", simulated=True, **about),
    ]
    told = commands.Notice(
        staff_ids=[make.administrator().staff_id or 0],
        kind="exception",
        template="exception_opened",
        params={"subject": found.order.number, "what": {"zh-hans": "已付款但迟迟未审核"}},
        subject_kind="order",
        subject_id=found.order.id,
        dedupe_key="1",
        urgent=True,
    )
    with transaction.atomic():
        commands.send_messages(make.TESTER, messages=messages, now=make.NOW)
        commands.notify_staff(make.TESTER, notices=[told], now=make.NOW)
    with moment.frozen(make.NOW):
        sending.deliver_due(make.TESTER)
    endpoints.create_endpoint(make.administrator(), url="https://erp.example/hook", kinds=[])
    return found


def left(client: Client, *addresses: str) -> list[str]:
    """List the English pieces of what some pages hold inside their frame."""
    found = []
    for address in addresses:
        answer = client.get(address)
        page = ENGLISH_ON_PURPOSE.sub("", answer.content.decode().partition("<main")[2])
        found += [f"{address}: {text}" for text in visible.english(f"<main{page}", names=NAMES)]
    return found


def test_no_english_word_is_left_on_the_pages_of_messages(order: orders.OrderDetail) -> None:
    client = make.browser("admin")
    rows = re.findall(r'data-href="(/messages/\d+)"', client.get("/messages/").content.decode())
    hooks = re.findall(r'data-href="(/messages/webhooks/\d+)"', client.get("/messages/webhooks").content.decode())
    texts = [f"/messages/texts/{code}" for code in KINDS]

    assert len(rows) == 2
    assert len(hooks) == 1
    places = ["/messages/", "/messages/development", "/messages/texts", "/messages/notices", "/messages/webhooks"]
    assert left(client, *places, *rows, *hooks, *texts, f"/messages/customers/{order.customer_id}") == []


def test_no_english_word_is_left_in_the_portal(order: orders.OrderDetail) -> None:
    now = moment.now()
    client = Client(headers={"accept-language": "zh-CN"})
    wanted = [("order", order.order.id, "/p/"), ("preferences", order.customer_id or 0, "/p/")]
    wanted += [("stop.order_paid", order.customer_id or 0, "/p/stop/")]
    made = [
        links.portal_link(purpose, id_, expires_at=now + timedelta(days=days), now=now, path=path)
        for purpose, id_, path in wanted
        for days in (1, -1)
    ]

    assert left(client, "/p/", "/p/broken", *(link[link.index("/p/") :] for link in made)) == []


def test_a_link_in_a_log_is_masked(order: orders.OrderDetail) -> None:
    now = moment.now()
    link = links.portal_link("order", order.order.id, expires_at=now + timedelta(days=1), now=now)

    assert link.rpartition("/")[2] not in logs.redact_text(f"Too Many Requests: {link}")
