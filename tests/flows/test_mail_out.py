"""An order's confirmation reaches its buyer through a real mail server, and the link in it opens the order."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from steward.kernel import moment
from steward.modules.messaging import commands
from steward.modules.messaging.commands import sending
from steward.modules.messaging.queries import outbox
from steward.modules.orders import queries as orders
from tests import make
from tests.mail_peer import MailServer, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as found:
        settings.SMTP_HOST, settings.SMTP_PORT, settings.SMTP_SECURITY = "127.0.0.1", found.port, "none"
        settings.MAIL_FROM = "悠游户外 <shop@example.com>"
        settings.PUBLIC_URL = "https://shop.example"
        yield found


def confirm(order: orders.OrderDetail, **changes: object) -> int:
    facts: dict[str, object] = {
        "template": "order_received",
        "customer_id": order.customer_id,
        "subject_kind": "order",
        "subject_id": order.order.id,
        "params": {"order_number": order.order.number, "total": {"minor": 19_900, "currency": "CNY"}},
        "dedupe_key": f"order:{order.order.id}:received",
        "channel": "email",
    }
    with transaction.atomic():
        one = commands.Outgoing(**(facts | changes))  # type: ignore[arg-type]
        return commands.send_messages(make.TESTER, messages=[one], now=moment.now())[0]


def order() -> orders.OrderDetail:
    make.item(stock=5)
    return orders.order_detail(orders.order_id(make.order().number))


def test_the_confirmation_arrives_and_its_link_opens_the_order(server: MailServer) -> None:
    found = order()
    with moment.frozen(moment.now().replace(hour=4)):
        id_ = confirm(found)
        sending.deliver_due(make.TESTER)

    (letter,) = server.letters
    text = letter.get_body(("plain",))
    assert text is not None
    link = re.search(r"https://shop\.example(/p/\S+)", text.get_content())
    assert link
    assert letter["Subject"] == f"订单 {found.order.number} 已收到"
    assert outbox.message(id_).message.state == "sent"
    assert found.order.number in Client().get(link[1]).content.decode()


def test_a_full_mailbox_is_tried_again_and_a_wrong_one_is_not(server: MailServer) -> None:
    found = order()
    server.rcpt_answers = ["452 mailbox full", "550 no such mailbox"]
    with moment.frozen(moment.now().replace(hour=4)):
        full = confirm(found)
        sending.deliver_due(make.TESTER)
        wrong = confirm(found, dedupe_key="other")
        sending.deliver_due(make.TESTER)

    assert [outbox.message(id_).message.state for id_ in (full, wrong)] == ["waiting", "failed"]
    assert outbox.message(wrong).message.error == "550 no such mailbox"
    assert server.letters == []
