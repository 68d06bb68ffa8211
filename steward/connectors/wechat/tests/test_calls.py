"""WeChat's calls: proven, opened and read as its documents say; what is not proven is not believed."""

from __future__ import annotations

import base64
import contextlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.connectors.wechat import calls, kinds, reading, sealing
from steward.connectors.wechat.signing import signature
from steward.modules.messaging.ports import ForgedReport, UnreadableReport
from tests.peers.wechat_server import ACCOUNT, AES_KEY, APP_ID, MEI, TOKEN, call, sealed_call, text_xml

AT = 1_764_000_000
NOW = datetime.fromtimestamp(AT, UTC)
PLAIN = calls.Keys(app_id=APP_ID, token=TOKEN)
SEALED = calls.Keys(app_id=APP_ID, token=TOKEN, aes_key=AES_KEY)
KEY = sealing.key_of(AES_KEY)


def read(signed: tuple[str, bytes], keys: calls.Keys = PLAIN, *, now: datetime = NOW) -> calls.Call:
    return calls.read(dict(parse_qsl(signed[0])), signed[1], keys, now=now)


def test_words_arrive_as_they_were_written() -> None:
    heard = kinds.said(read(call(text_xml("帐篷少了一根 <杆>", at=AT), at=AT)).fields)

    assert (heard.kind, heard.text, heard.open_id, heard.account) == ("message", "帐篷少了一根 <杆>", MEI, ACCOUNT)
    assert (heard.id, heard.at) == ("4561255354251345929", NOW)


def test_a_sealed_call_is_opened_with_the_accounts_key() -> None:
    heard = read(sealed_call(text_xml("在吗", at=AT), at=AT), SEALED)

    assert (heard.fields["Content"], heard.is_sealed) == ("在吗", True)


def test_a_sealed_answer_can_be_opened_and_its_signature_holds() -> None:
    heard = read(sealed_call(text_xml("在吗", at=AT), at=AT), SEALED)

    letter = reading.fields(calls.answered(heard, "收到 ]]> 稍等", SEALED, now=NOW, nonce="n1"))

    assert letter["MsgSignature"] == signature(TOKEN, str(AT), "n1", letter["Encrypt"])
    inner = reading.fields(sealing.opened(letter["Encrypt"], key=KEY, app_id=APP_ID))
    assert (inner["Content"], inner["ToUserName"], inner["FromUserName"]) == ("收到 ]]> 稍等", MEI, ACCOUNT)


def test_nothing_to_say_is_said_as_wechat_wants_it() -> None:
    assert calls.answered(read(call(text_xml("x", at=AT), at=AT)), "", PLAIN, now=NOW, nonce="n") == b"success"


@pytest.mark.parametrize(
    "signed",
    [
        call(text_xml("x", at=AT), at=AT, token="guessed"),
        call(text_xml("x", at=AT), at=AT - 301),
        call(text_xml("x", at=AT), at=AT + 301),
        ("signature=&timestamp=now&nonce=1", b"<xml/>"),
        ("", b""),
    ],
)
def test_what_is_signed_wrongly_or_too_old_is_not_believed(signed: tuple[str, bytes]) -> None:
    with pytest.raises(ForgedReport):
        read(signed)


def test_an_account_with_a_key_believes_nothing_in_the_clear() -> None:
    with pytest.raises(ForgedReport):
        read(call(text_xml("x", at=AT), at=AT), SEALED)


def test_what_was_sealed_for_another_account_is_not_believed() -> None:
    with pytest.raises(ForgedReport):
        read(sealed_call(text_xml("x", at=AT), at=AT, app_id="wx-another"), SEALED)


def test_a_changed_body_is_not_believed() -> None:
    query, body = sealed_call(text_xml("x", at=AT), at=AT)

    with pytest.raises(ForgedReport):
        read((query, body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[A")), SEALED)


def test_the_echo_is_given_to_who_knows_the_token_alone() -> None:
    query = dict(parse_qsl(call("", at=AT)[0])) | {"echostr": "5836"}

    assert calls.echoed(query, PLAIN) == b"5836"
    with pytest.raises(ForgedReport):
        calls.echoed(query | {"nonce": "2"}, PLAIN)


@given(message=st.binary(max_size=200), app_id=st.text("abcdef0123456789", min_size=1, max_size=20))
def test_whatever_is_sealed_can_be_opened_by_its_account_only(message: bytes, app_id: str) -> None:
    cipher_text = sealing.sealed(message, key=KEY, app_id=app_id)

    assert sealing.opened(cipher_text, key=KEY, app_id=app_id) == message
    with pytest.raises(sealing.BadSeal):
        sealing.opened(cipher_text, key=KEY, app_id=app_id + "x")


@settings(max_examples=50)
@given(st.one_of(st.text(max_size=80), st.binary(max_size=96).map(lambda raw: base64.b64encode(raw).decode())))
def test_no_nonsense_is_taken_for_a_sealed_message(text: str) -> None:
    with pytest.raises(sealing.BadSeal):
        sealing.opened(text, key=KEY, app_id=APP_ID)


@pytest.mark.parametrize("key", ["", "short", "ä" * 43, AES_KEY + "A", "=" * 43])
def test_a_key_of_another_shape_is_refused(key: str) -> None:
    with pytest.raises(sealing.BadSeal):
        sealing.key_of(key)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE xml [<!ENTITY a "ha">]><xml><Content>&a;</Content></xml>',
        b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>',
        b"<xml><a><b><c><d><e><f>deep</f></e></d></c></b></a></xml>",
        b"<xml>" + b"".join(b"<a%d>1</a%d>" % (place, place) for place in range(101)) + b"</xml>",
        b"<xml><open></xml>",
        b"",
        b"\xff\xfe",
        b"<xml>" + b"x" * 300_000 + b"</xml>",
    ],
)
def test_xml_that_wechat_does_not_write_is_refused(body: bytes) -> None:
    with pytest.raises(reading.BadXml):
        reading.fields(body)


@settings(max_examples=60)
@given(st.one_of(st.binary(max_size=120), st.text(max_size=60).map(lambda text: f"<xml><a>{text}</a></xml>".encode())))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(reading.BadXml):
        assert isinstance(reading.fields(body), dict)


FIELDS = {"ToUserName": ACCOUNT, "FromUserName": MEI, "CreateTime": str(AT), "MsgId": "7"}
CAPTURED = [
    ({"MsgType": "image", "PicUrl": "http://x", "MediaId": "m1"}, ("message", "", "m1", "image.jpg")),
    (
        {"MsgType": "voice", "MediaId": "m2", "Format": "amr", "Recognition": "我的货呢"},
        ("message", "我的货呢", "m2", "voice.amr"),
    ),
    ({"MsgType": "video", "MediaId": "m3", "ThumbMediaId": "t"}, ("message", "", "m3", "video.mp4")),
    ({"MsgType": "shortvideo", "MediaId": "m4"}, ("message", "", "m4", "shortvideo.mp4")),
    (
        {"MsgType": "location", "Location_X": "23.134521", "Location_Y": "113.358803", "Scale": "20", "Label": "天河"},
        ("message", "天河 (23.134521,113.358803)", "", ""),
    ),
    (
        {"MsgType": "link", "Title": "公众平台", "Description": "官网", "Url": "https://a.example"},
        ("message", "公众平台\n官网\nhttps://a.example", "", ""),
    ),
    ({"MsgType": "hologram"}, ("message", "[hologram]", "", "")),
]


@pytest.mark.parametrize(("facts", "wanted"), CAPTURED)
def test_each_kind_of_message_is_understood(facts: dict[str, str], wanted: tuple[str, str, str, str]) -> None:
    heard = kinds.said(FIELDS | facts)

    assert (heard.kind, heard.text, heard.media_id, heard.media_name) == wanted


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"Event": "subscribe"}, ("subscribe", "")),
        ({"Event": "subscribe", "EventKey": "qrscene_123", "Ticket": "T"}, ("subscribe", "123")),
        ({"Event": "unsubscribe"}, ("unsubscribe", "")),
        ({"Event": "CLICK", "EventKey": "SERVICE"}, ("menu", "SERVICE")),
        ({"Event": "SCAN", "EventKey": "42", "Ticket": "T"}, ("scan", "42")),
        ({"Event": "LOCATION", "Latitude": "23.1"}, ("other", "")),
    ],
)
def test_each_event_is_understood_and_named_the_same_each_time(facts: dict[str, str], wanted: tuple[str, str]) -> None:
    heard = kinds.said(FIELDS | {"MsgType": "event", "MsgId": ""} | facts)

    assert (heard.kind, heard.key) == wanted
    assert heard.id == kinds.said(FIELDS | {"MsgType": "event"} | facts).id


@pytest.mark.parametrize(
    "change", [{"FromUserName": ""}, {"CreateTime": "soon"}, {"CreateTime": "9" * 11}, {"MsgId": ""}]
)
def test_a_message_without_sender_time_or_id_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(UnreadableReport):
        kinds.said(FIELDS | {"MsgType": "text", "Content": "x"} | change)


def test_a_call_is_good_for_five_minutes() -> None:
    assert read(call(text_xml("x", at=AT), at=AT), now=NOW + timedelta(seconds=299)).fields["Content"] == "x"
