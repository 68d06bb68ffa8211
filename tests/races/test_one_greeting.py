"""WeChat sends a message again while the first call is still at work: it is taken once, and answered once."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import Client

from steward.kernel import moment
from steward.modules.messaging.commands.accounts import save_account
from steward.modules.messaging.models import Inbound
from tests import channel_calls, make
from tests.peers import wechat_server
from tests.races.crowd import another_line, at_once, wait_for_queue

pytestmark = pytest.mark.django_db(transaction=True)


def call(message: str, nonce: str) -> bytes:
    """Send a message as WeChat does; return what it hears."""
    query, body = wechat_server.call(message, at=int(moment.now().timestamp()), nonce=nonce)
    return Client().post(f"/webhooks/channels/wechat/wechat?{query}", body, content_type="text/xml").content


def test_a_message_sent_again_meanwhile_is_acknowledged_once() -> None:
    facts = channel_calls.FACTS["wechat"] | {"acknowledgement": "已收到，马上回复"}
    save_account(make.TESTER, kind="wechat", code="wechat", name="Test", facts=facts, now=moment.now())
    message = wechat_server.text_xml("在吗", at=int(moment.now().timestamp()))

    with another_line(autocommit=False) as holder, another_line() as watch:
        holder.execute("LOCK TABLE messaging_inbound IN EXCLUSIVE MODE")  # both look, neither writes yet

        def let_go() -> bytes:
            wait_for_queue(watch, 2)
            holder.rollback()
            return b""

        answers = at_once(partial(call, message, "1"), partial(call, message, "2"), let_go)

    assert sorted(b"<xml>" in one for one in answers[:2]) == [False, True]
    assert b"success" in answers
    assert Inbound.objects.count() == 1
