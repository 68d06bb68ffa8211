"""A customer writes where they are, a colleague answers in the console, and the answer arrives where they wrote."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from steward.kernel import moment
from steward.modules.desk.commands.answering import AnswerDraft, answer_ticket
from steward.modules.desk.models import Conversation, Ticket
from steward.modules.messaging.commands import sending
from steward.modules.messaging.commands.accounts import save_account, switch_account
from steward.modules.messaging.models import Message
from tests import channel_calls, make
from tests.hook_peer import receiver
from tests.peers import wechat_server
from tests.peers.wechat_server import WechatServer

pytestmark = pytest.mark.django_db


def opened(kind: str, **changes: str) -> None:
    facts = channel_calls.FACTS[kind] | changes
    save_account(make.TESTER, kind=kind, code=kind, name=kind, facts=facts, now=moment.now())


def writes_on_wechat(text: str) -> Ticket:
    at = int(moment.now().timestamp())
    query, body = wechat_server.call(wechat_server.text_xml(text, at=at), at=at)
    assert Client().post(f"/webhooks/channels/wechat/wechat?{query}", body, content_type="text/xml").status_code == 200
    make.settle()
    return Ticket.objects.get()


def answers(ticket: Ticket, text: str, *, later: timedelta = timedelta(minutes=1)) -> Message:
    answer_ticket(make.agent_wang(), ticket_id=ticket.id, draft=AnswerDraft(text=text), now=moment.now())
    with moment.frozen(moment.now() + later):
        sending.deliver_due(make.TESTER)
    return Message.objects.get()


def test_an_answer_goes_back_to_wechat() -> None:
    with WechatServer() as peer:
        opened("wechat", api_address=peer.address)
        ticket = writes_on_wechat("帐篷少了一根杆")
        row = answers(ticket, "您好，今天就补寄。")

    assert (row.state, row.via, Conversation.objects.get().box) == ("sent", "wechat", "wechat")
    told = {"touser": wechat_server.MEI, "msgtype": "text", "text": {"content": "您好，今天就补寄。"}}
    assert (peer.sent, peer.tokens_given) == ([told], 1)


def test_an_answer_after_two_days_is_refused_with_a_reason_a_person_reads() -> None:
    with WechatServer() as peer:
        opened("wechat", api_address=peer.address)
        row = answers(writes_on_wechat("在吗"), "抱歉回复晚了", later=timedelta(hours=48, minutes=5))

    assert (row.state, "48" in row.error, peer.sent) == ("failed", True, [])


def test_an_account_that_was_switched_off_says_so() -> None:
    opened("wechat")
    ticket = writes_on_wechat("在吗")
    switch_account(make.TESTER, code="wechat", active=False, now=moment.now())

    assert "wechat" in answers(ticket, "在").error


def test_an_answer_goes_back_to_the_marketplace(settings: Any) -> None:
    settings.WEBHOOKS_PRIVATE = True
    with receiver() as peer:
        opened("social", reply_address=peer.url)
        message = {"id": "d-9", "author": {"id": "u1"}, "text": "与描述不符", "kind": "dispute", "thread": "T-1"}
        due_at = (moment.now() + timedelta(hours=8)).isoformat()
        headers, body = channel_calls.signed({"data": [message | {"due_at": due_at}]}, at=moment.now())
        Client().post("/webhooks/channels/social/social", body, content_type="application/json", headers=headers)
        make.settle()
        row = answers(Ticket.objects.get(), "我们为您换货。")

    assert row.state == "sent"
    told = json.loads(peer.came[0][1])["data"]
    assert (told["in_reply_to"], told["author_id"], told["thread"]) == ("d-9", "u1", "T-1")
