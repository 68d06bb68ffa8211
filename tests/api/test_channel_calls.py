"""Outside systems hand over what people wrote: believed when proven, taken once, never broken by nonsense."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.messaging.commands.accounts import save_account, switch_account
from steward.modules.messaging.commands.channel_calls import fetch_files, forget_calls
from steward.modules.messaging.models import ChannelCall, Inbound, ParkedInbound, Preference
from steward.modules.messaging.queries.inbound import senders
from tests import channel_calls, make
from tests.peers import wechat_server
from tests.peers.wechat_server import WechatServer

pytestmark = pytest.mark.django_db
TESTER = system("tests")
PICTURE = (
    f"<xml><ToUserName>{wechat_server.ACCOUNT}</ToUserName><FromUserName>{wechat_server.MEI}</FromUserName>"
    "<CreateTime>{at}</CreateTime><MsgType>image</MsgType><MediaId>m1</MediaId><MsgId>9</MsgId></xml>"
)
JSON = "application/json"


def opened(kind: str, **changes: str) -> None:
    save_account(
        TESTER,
        kind=kind,
        code=kind,
        name=f"Test {kind}",
        facts=channel_calls.FACTS[kind] | changes,
        now=moment.now(),
    )


def stamp(at: datetime | None = None) -> int:
    return int((at or moment.now()).timestamp())


def wechat(message: str, *, sealed: bool = False, nonce: str = "1") -> Any:
    write = wechat_server.sealed_call if sealed else wechat_server.call
    query, body = write(message, at=stamp(), nonce=nonce)
    return Client().post(f"/webhooks/channels/wechat/wechat?{query}", body, content_type="text/xml")


def bodies() -> list[str]:
    return list(Inbound.objects.order_by("id").values_list("body", flat=True))


def test_words_on_wechat_are_taken_once_however_often_they_are_sent() -> None:
    opened("wechat")
    message = wechat_server.text_xml("帐篷少了一根杆", at=stamp())

    answers = [wechat(message, nonce=nonce) for nonce in ("1", "1", "2")]

    assert [(one.status_code, one.content) for one in answers] == [(200, b"success")] * 3
    assert bodies() == ["帐篷少了一根杆"]
    (row,) = Inbound.objects.all()
    assert (row.channel, row.box, senders([row.id])[row.id].external_value) == ("wechat", "wechat", wechat_server.MEI)


def test_a_call_played_again_with_other_words_counts_nothing() -> None:
    opened("wechat")
    query, body = wechat_server.call(wechat_server.text_xml("first", id_="1", at=stamp()), at=stamp())
    _, other = wechat_server.call(wechat_server.text_xml("forged", id_="2", at=stamp()), at=stamp())

    for content in (body, other):
        Client().post(f"/webhooks/channels/wechat/wechat?{query}", content, content_type="text/xml")

    assert bodies() == ["first"]


def test_a_sealed_account_acknowledges_sealed_and_only_who_was_silent_for_long() -> None:
    opened("wechat", aes_key=wechat_server.AES_KEY, acknowledgement="已收到，马上回复")

    first, second = (
        wechat(wechat_server.text_xml("在吗", id_=id_, at=stamp()), sealed=True, nonce=id_) for id_ in ("1", "2")
    )

    assert b"<Encrypt>" in first.content
    assert (second.content, len(bodies())) == (b"success", 2)


def test_who_follows_is_greeted_and_opens_no_case() -> None:
    opened("wechat", greeting="欢迎")
    event = wechat_server.text_xml("", at=stamp()).replace("CDATA[text]", "CDATA[event]")
    answer = wechat(event.replace("</xml>", "<Event>subscribe</Event></xml>"))

    assert ("欢迎".encode() in answer.content, bodies()) == (True, [])


def test_a_press_on_the_menu_says_what_the_account_makes_of_it() -> None:
    opened("wechat", menu="SERVICE=我要找客服\nNEWS=")
    event = wechat_server.text_xml("", at=stamp()).replace("CDATA[text]", "CDATA[event]")
    for place, key in enumerate(("SERVICE", "NEWS", "OTHER")):
        wechat(event.replace("</xml>", f"<Event>CLICK</Event><EventKey>{key}</EventKey></xml>"), nonce=str(place))

    assert bodies() == ["我要找客服"]


def test_wechat_tries_the_address_and_gets_back_what_it_asks() -> None:
    opened("wechat")
    query, _ = wechat_server.call("", at=stamp())
    address = "/webhooks/channels/wechat/wechat?"

    assert Client().get(f"{address}{query}&echostr=5836").content == b"5836"
    assert Client().get(f"{address}{query}&echostr=%E4%BD%A0").status_code == 400
    assert Client().get(f"{address}signature=x&echostr=5836").status_code == 401


def test_a_message_for_another_account_waits_for_a_person() -> None:
    opened("wechat", original_id="gh_typed_wrongly")

    assert wechat(wechat_server.text_xml("x", at=stamp())).content == b"success"
    assert (bodies(), ParkedInbound.objects.get().reason[:7]) == ([], "sent to")


def test_a_picture_is_fetched_after_the_answer() -> None:
    with WechatServer() as peer:
        peer.media["m1"] = ("photo.png", b"\x89PNG\r\n\x1a\n")
        opened("wechat", api_address=peer.address)
        assert wechat(PICTURE.format(at=stamp())).content == b"success"
        assert bodies() == []

        assert fetch_files(TESTER, now=moment.now()) == 1

    assert (bodies(), Inbound.objects.get().facts) == ([""], {"msg_type": "image"})
    assert ChannelCall.objects.filter(sealed_message__isnull=False).count() == 0
    assert fetch_files(TESTER, now=moment.now() + timedelta(hours=1)) == 0


def test_a_picture_that_is_gone_keeps_nobody_waiting() -> None:
    with WechatServer() as peer:
        opened("wechat", api_address=peer.address)
        wechat(PICTURE.format(at=stamp()))
        fetch_files(TESTER, now=moment.now())

    assert Inbound.objects.get().facts["file_lost"]["file"] == "image.jpg"


def test_a_picture_that_does_not_come_is_tried_again_later() -> None:
    opened("wechat", api_address="http://127.0.0.1:9")
    wechat(PICTURE.format(at=stamp()))
    now = moment.now()

    assert [fetch_files(TESTER, now=now), fetch_files(TESTER, now=now)] == [1, 0]
    assert (bodies(), ChannelCall.objects.get(due_at__isnull=False).attempts) == ([], 1)


def test_stop_by_short_message_changes_the_choice_and_opens_no_case() -> None:
    opened("sms")
    make.item(stock=5)
    make.order()
    address = "/webhooks/channels/sms/sms?key=key-of-the-number"
    chosen = []
    for word in ("退订", "td", "在吗", "START"):
        sms = [{"phone_number": make.mei().phone, "content": word, "send_time": "2026-03-02 10:00:00"}]
        assert Client().post(address, json.dumps(sms), content_type=JSON).json() == {"code": 0, "msg": "OK"}
        chosen.append(list(Preference.objects.values_list("channels", flat=True)))

    assert chosen == [[["email"]], [["email"]], [["email"]], [[]]]
    assert bodies() == ["在吗"]


def test_a_marketplace_hands_over_many_messages_with_their_times() -> None:
    opened("social")
    messages = [
        {"id": str(place), "author": {"id": "u1"}, "text": f"t{place}", "due_at": "2027-01-01T00:00:00Z"}
        for place in range(3)
    ]
    headers, body = channel_calls.signed({"data": messages}, at=moment.now())

    answers = [
        Client().post("/webhooks/channels/social/social", body, content_type=JSON, headers=headers) for _ in "ab"
    ]

    assert [one.status_code for one in answers] == [200, 200]
    assert bodies() == ["t0", "t1", "t2"]
    assert Inbound.objects.order_by("id")[0].facts["reply_rule"] == "person"


def test_an_account_that_is_off_or_unknown_has_no_door() -> None:
    opened("social")
    switch_account(TESTER, code="social", active=False, now=moment.now())

    for address in ("social/social", "social/other", "wechat/social", "pigeon/social"):
        answer = Client().post(f"/webhooks/channels/{address}", b"{}", content_type=JSON)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_other_methods_lengths_and_forgeries_are_told_so() -> None:
    opened("social")
    address = "/webhooks/channels/social/social"

    assert Client().put(address).status_code == 405
    assert Client().get(address).status_code == 405
    assert Client().post(address, b"{}", content_type=JSON, CONTENT_LENGTH="x").status_code == 400
    assert Client().post(address, b"{}", content_type=JSON, CONTENT_LENGTH=str(10**9)).status_code == 413
    forged = Client().post(address, b"{}", content_type=JSON)
    assert (forged.status_code, forged.json()["code"]) == (401, "forged_report")


def test_old_calls_are_forgotten_and_waiting_ones_kept() -> None:
    opened("wechat", api_address="http://127.0.0.1:9")
    wechat(PICTURE.format(at=stamp()))

    assert forget_calls(TESTER, now=moment.now() + timedelta(days=4)) == 1
    assert ChannelCall.objects.get().due_at is not None


QUERY = st.dictionaries(st.sampled_from(["key", "signature", "timestamp", "nonce", "echostr"]), st.text(max_size=12))


def test_no_call_breaks_the_door() -> None:
    for kind in ("wechat", "sms", "social"):
        opened(kind)

    @settings(max_examples=25)
    @given(
        st.sampled_from(["wechat", "sms", "social"]),
        st.binary(max_size=80) | st.text(max_size=40).map(str.encode),
        QUERY,
    )
    def bombard(kind: str, body: bytes, query: dict[str, str]) -> None:
        at = moment.now()
        asked = urlencode(query | ({"key": "key-of-the-number"} if kind == "sms" else {}))
        headers = channel_calls.signed(body, at=at)[0] if kind == "social" else {}
        if kind == "wechat":
            asked = wechat_server.call("", at=stamp(at))[0]
        answer = Client().post(
            f"/webhooks/channels/{kind}/{kind}?{asked}", body, content_type="application/octet-stream", headers=headers
        )
        assert answer.status_code in (200, 401, 422)
        assert answer.status_code == 200 or answer["Content-Type"] == "application/problem+json"

    bombard()
