"""Networks and marketplaces: signed calls are understood, their times and rules kept, nobody else is believed."""

from __future__ import annotations

import base64
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.connectors.social import standard, weibo
from steward.kernel import moment
from steward.modules.messaging.ports import ForgedReport, HeardCall, UnreadableReport
from tests.channel_calls import account, call, signed, weibo_query

OLD = datetime(2012, 7, 16, 10, 9, 20, tzinfo=UTC)
MESSAGE = {"id": "m1", "author": {"id": "u7", "name": "梅子"}, "text": "包装破了", "at": "2026-03-02T10:00:00+08:00"}


def told(*messages: dict[str, Any], ago: timedelta = timedelta()) -> HeardCall:
    headers, body = signed({"data": list(messages)}, at=moment.now() - ago)
    return standard.read(call(body, headers=headers), account("social"), now=moment.now())


def test_a_message_keeps_who_said_it_and_when() -> None:
    (one,) = told(MESSAGE).incoming

    assert (one.channel, one.box, one.external_id, one.text) == ("social", "social", "m1", "包装破了")
    assert (one.sender.external_kind, one.sender.external_value, one.sender.name) == ("social:social", "u7", "梅子")
    assert one.at == datetime(2026, 3, 2, 2, tzinfo=UTC)


def test_a_marketplace_says_until_when_and_what_counts_as_an_answer() -> None:
    dispute = MESSAGE | {"kind": "dispute", "due_at": "2026-03-03T10:00:00+08:00", "order_number": "T-1", "rating": 1}

    (one,) = told(dispute).incoming

    assert one.facts == {
        "kind": "dispute",
        "rating": 1,
        "due_at": "2026-03-03T10:00:00+08:00",
        "reply_rule": "person",
    }
    assert one.order_number == "T-1"


def test_files_come_with_their_message() -> None:
    (one,) = told(
        MESSAGE | {"files": [{"filename": "a.png", "content": base64.b64encode(b"\x89PNG").decode()}]}
    ).incoming

    assert [(part.filename, part.content) for part in one.parts] == [("a.png", b"\x89PNG")]


@pytest.mark.parametrize(
    "change",
    [
        {"due_at": "2026-03-03T10:00:00"},
        {"due_at": "9999-12-31T23:59:59Z"},
        {"author": {"id": " "}},
        {"id": ""},
        {"files": [{"filename": "x", "content": "no base64!"}]},
        {"kind": "gossip"},
        {"rating": "much"},
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableReport):
        told(MESSAGE | change)


def test_old_and_forged_calls_are_not_believed() -> None:
    with pytest.raises(ForgedReport):
        told(MESSAGE, ago=timedelta(minutes=6))
    headers, body = signed({"data": []}, at=moment.now())
    for changed in (account("social", secret="whsec_" + "A" * 44), account("social", secret="")):
        with pytest.raises(ForgedReport):
            standard.read(call(body, headers=headers), changed, now=moment.now())


WEIBO = account("social", format="weibo", secret="app-secret")
PUSH = {
    "type": "text",
    "receiver_id": 1902538057,
    "sender_id": 2489518277,
    "created_at": "Mon Jul 16 18:09:20 +0800 2012",
}


def pushed(body: Any) -> HeardCall:
    return weibo.read(call(body, query=weibo_query(at=moment.now(), secret="app-secret")), WEIBO, now=moment.now())


@pytest.mark.parametrize(
    ("facts", "kind", "text"),
    [
        ({"text": "私信内容", "data": {}}, "message", "私信内容"),
        ({"type": "image", "data": {"vfid": 821804459, "tovfid": 821804469}}, "message", "[图片]"),
        (
            {"type": "mention", "text": "@店铺 坏了", "data": {"subtype": "status", "key": "35"}},
            "mention",
            "@店铺 坏了",
        ),
    ],
)
def test_weibo_messages_and_mentions_are_understood(facts: dict[str, Any], kind: str, text: str) -> None:
    (one,) = pushed(PUSH | facts).incoming

    assert (one.facts["kind"], one.text, one.sender.external_value, one.at) == (kind, text, "2489518277", OLD)


def test_a_weibo_comment_keeps_the_post_it_stands_under() -> None:
    comment = {
        "id": 77,
        "text": "什么时候发货",
        "created_at": PUSH["created_at"],
        "user": {"id": 5, "screen_name": "小梅"},
    }
    comment["status"] = {"id": 35, "text": "新品上市"}

    (one,) = pushed({"type": "comment", "comment": comment}).incoming

    assert (one.external_id, one.text, one.sender.name) == ("comment-77", "什么时候发货", "小梅")
    assert one.facts == {"kind": "comment", "thread": "35", "under": "新品上市"}


def test_a_follow_is_nothing_to_answer() -> None:
    assert pushed(PUSH | {"type": "event", "data": {"subtype": "follow"}}).incoming == ()


def test_weibo_is_known_by_its_signature_and_its_time() -> None:
    for query in (
        weibo_query(at=moment.now(), secret="guessed"),
        weibo_query(at=moment.now() - timedelta(minutes=6), secret="app-secret"),
        {},
    ):
        with pytest.raises(ForgedReport):
            weibo.read(call(PUSH, query=query), WEIBO, now=moment.now())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*PUSH, "data", "text", "comment", "id", "author", "user", "status"]), inner)
    ),
    max_leaves=10,
)


@settings(max_examples=60)
@given(st.one_of(JSON, st.binary(max_size=60), st.text(max_size=40)))
def test_any_signed_body_is_read_or_refused(body: object) -> None:
    with contextlib.suppress(UnreadableReport):
        assert isinstance(pushed(body).incoming, tuple)
    headers, raw = signed(body, at=moment.now())
    with contextlib.suppress(UnreadableReport, ForgedReport):
        assert isinstance(
            standard.read(call(raw, headers=headers), account("social"), now=moment.now()).incoming, tuple
        )
