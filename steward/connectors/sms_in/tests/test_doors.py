"""Short messages in: each carrier's shape is understood, wishes are told from words, nobody else is believed."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.connectors import sms_in
from steward.modules.messaging.ports import ChannelDoor, ForgedReport, UnreadableReport, Wish
from steward.modules.messaging.rules.keywords import stops
from tests.channel_calls import account, call, twilio

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
KEY = {"key": "key-of-the-number"}
URL = "https://shop.example/webhooks/channels/x/x"
ALIYUN = [
    {
        "phone_number": "13812345521",
        "send_time": "2026-03-02 09:58:00",
        "content": "快递还没到",
        "sign_name": "杭州户外",
        "dest_code": "1068",
        "sequence_id": 1234567890,
    },
    {"phone_number": "0085291234567", "send_time": "soon", "content": " td。", "sequence_id": 2},
]
TENCENT = {"extend": "01", "mobile": "13812345521", "nationcode": "86", "sign": "s", "text": "退訂", "time": 1772416680}
TWILIO = {
    "MessageSid": "SM1",
    "From": "+14155550123",
    "Body": "Where is it?",
    "NumMedia": "1",
    "MediaUrl0": "https://m",
}


def test_aliyun_hands_over_many_at_once() -> None:
    heard = sms_in.aliyun.read(call(ALIYUN, query=KEY), account("sms"), now=NOW)

    (message,) = heard.incoming
    assert (message.channel, message.box, message.text) == ("sms", "sms", "快递还没到")
    assert (message.sender.phone, message.at) == ("+8613812345521", datetime(2026, 3, 2, 1, 58, tzinfo=UTC))
    assert heard.wishes == (Wish("+85291234567", stops=True),)
    assert b'"code": 0' in heard.answer


def test_the_same_message_has_the_same_name_each_time() -> None:
    first, again = (sms_in.aliyun.read(call(ALIYUN, query=KEY), account("sms"), now=NOW) for _ in range(2))

    assert first.incoming[0].external_id == again.incoming[0].external_id


def test_tencent_tells_one_at_a_time() -> None:
    heard = sms_in.tencent.read(call(TENCENT, query=KEY), account("sms", format="tencent"), now=NOW)
    words = sms_in.tencent.read(call(TENCENT | {"text": "在吗"}, query=KEY), account("sms"), now=NOW)

    assert (heard.wishes, heard.incoming) == ((Wish("+8613812345521", stops=True),), ())
    assert (words.incoming[0].text, words.incoming[0].at) == ("在吗", datetime.fromtimestamp(1772416680, UTC))


def test_twilio_is_known_by_its_signature() -> None:
    headers, body = twilio(TWILIO, url=URL, secret="auth")
    heard = sms_in.twilio.read(call(body, headers=headers), account("sms", key="auth"), now=NOW)

    assert (heard.incoming[0].external_id, heard.incoming[0].text) == ("SM1", "Where is it?\nhttps://m")
    assert heard.answer_type == "text/xml"
    with pytest.raises(ForgedReport):
        sms_in.twilio.read(call(body + b"&x=1", headers=headers), account("sms", key="auth"), now=NOW)


@pytest.mark.parametrize("door", [sms_in.aliyun, sms_in.tencent])
def test_who_does_not_know_the_key_is_not_believed(door: ChannelDoor) -> None:
    with pytest.raises(ForgedReport):
        door.read(call([], query={"key": "guessed"}), account("sms"), now=NOW)
    with pytest.raises(ForgedReport):
        door.read(call([], query={"key": ""}), account("sms", key=""), now=NOW)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[{}]", b'[{"phone_number": "", "content": "x"}]', b"[" * 2_000])
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableReport):
        sms_in.aliyun.read(call(body, query=KEY), account("sms"), now=NOW)


WISHES = [("STOP", True), (" stop! ", True), ("TD", True), ("【退订】", True), ("start", False), ("恢复", False)]
WORDS = ["回复TD", "我要退订单", "cancel", ""]


@pytest.mark.parametrize(("text", "wish"), [*WISHES, *((text, None) for text in WORDS)])
def test_only_the_word_alone_is_a_wish(text: str, wish: bool | None) -> None:
    assert stops(text) is wish


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ALIYUN[0], *TENCENT]), inner),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.one_of(JSON, st.binary(max_size=60)))
def test_any_body_is_read_or_refused(body: object) -> None:
    for door in (sms_in.aliyun, sms_in.tencent):
        with contextlib.suppress(UnreadableReport):
            assert door.read(call(body, query=KEY), account("sms"), now=NOW).answer
