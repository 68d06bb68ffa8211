"""Speaking with WeChat: tokens are shared and renewed, every answer is understood, files go both ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.connectors.wechat.carrier import LONGEST_BYTES, WechatCarrier, portions
from steward.connectors.wechat.client import WechatClient
from steward.modules.messaging.ports import FileGone, Receipt, Reply, ReplyFile
from steward.modules.messaging.rules.channels import Sender
from tests.peers.wechat_server import APP_ID, MEI, SECRET, WechatServer

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
MEI_THERE = Sender(external_kind="wechat:shop", external_value=MEI)


class Keeper:
    """Keeps a token in memory, as the database does for all processes. Satisfies the port `TokenKeeper`."""

    def __init__(self, token: str = "", *, others_ask: bool = False) -> None:
        self.token, self.dropped, self.others_ask, self.lives_s = token, False, others_ask, 0

    def current(self) -> str:
        return self.token

    def claim(self) -> bool:
        return not self.others_ask

    def keep(self, token: str, *, lives_s: int) -> None:
        self.token, self.lives_s, self.dropped = token, lives_s, False

    def give_up(self) -> None:
        self.token = ""

    def drop(self, token: str) -> None:
        if self.token == token:
            self.token, self.dropped = "", True

    def was_dropped(self) -> bool:
        return self.dropped


def client(peer: WechatServer, keeper: Keeper | None = None, *, secret: str = SECRET) -> WechatClient:
    return WechatClient(app_id=APP_ID, secret=secret, tokens=keeper or Keeper(), address=peer.address)


def say(peer: WechatServer, keeper: Keeper | None = None, **changes: object) -> Receipt:
    return WechatCarrier(client(peer, keeper)).send(reply(**changes), now=NOW)


def reply(**changes: object) -> Reply:
    facts: dict[str, Any] = {"key": "k", "to": MEI_THERE, "text": "您好", "last_heard_at": NOW - timedelta(hours=1)}
    return Reply(**(facts | changes))


def test_words_go_to_the_customer_with_a_token_that_is_asked_for_once() -> None:
    keeper = Keeper()
    with WechatServer() as peer:
        assert [say(peer, keeper).outcome for _ in range(2)] == ["sent", "sent"]

    assert peer.sent == [{"touser": MEI, "msgtype": "text", "text": {"content": "您好"}}] * 2
    assert (peer.tokens_given, keeper.lives_s) == (1, 6_900)


@pytest.mark.parametrize("code", [40001, 42001, 40014])
def test_a_token_that_ended_early_is_replaced_and_the_message_sent_once(code: int) -> None:
    with WechatServer() as peer:
        peer.errors.append(code)
        assert say(peer).outcome == "sent"

    assert (len(peer.sent), peer.tokens_given) == (1, 2)


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        (45015, "refused", "48"),
        (45047, "refused", "45047"),
        (43004, "refused", "43004"),
        (40003, "refused", "40003"),
        (48001, "refused", "48001"),
        (-1, "retry", "-1"),
        (45009, "retry", "45009"),
        (40164, "retry", "40164"),
        (99999, "refused", "99999 as told"),
    ],
)
def test_each_error_says_whether_it_may_work_later(code: int, outcome: str, words: str) -> None:
    with WechatServer() as peer:
        peer.errors.append(code)
        told = say(peer)

    assert (told.outcome, words in told.detail, peer.sent) == (outcome, True, [])


def test_an_answer_after_48_hours_never_leaves_and_says_why() -> None:
    with WechatServer() as peer:
        told = say(peer, last_heard_at=NOW - timedelta(hours=48, seconds=1))

    assert (told.outcome, "48" in told.detail, peer.tokens_given) == ("refused", True, 0)


def test_a_wrong_secret_is_named_and_may_be_mended() -> None:
    with WechatServer() as peer:
        told = WechatCarrier(client(peer, secret="wrong")).send(reply(), now=NOW)

    assert (told.outcome, "40125" in told.detail) == ("retry", True)


def test_who_waits_for_anothers_token_gives_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steward.connectors.wechat.client.LOOK_S", 0.001)
    with WechatServer() as peer:
        assert (say(peer, Keeper(others_ask=True)).outcome, peer.tokens_given) == ("retry", 0)


def test_without_a_connection_it_may_be_tried_again() -> None:
    told = WechatClient(app_id=APP_ID, secret=SECRET, tokens=Keeper("t"), address="http://127.0.0.1:9").send({})

    assert told.outcome == "retry"


def test_a_picture_is_handed_over_before_it_is_sent() -> None:
    with WechatServer() as peer:
        assert say(peer, files=(ReplyFile('w"ort.png', "image/png", b"\x89PNG"),)).outcome == "sent"

    assert [one["msgtype"] for one in peer.sent] == ["text", "image"]
    assert peer.sent[1]["image"] == {"media_id": "up-1"}
    assert b"\x89PNG" in peer.uploads[0]
    assert b'filename="w_ort.png"' in peer.uploads[0]


def test_a_file_wechat_does_not_take_is_refused_by_name() -> None:
    with WechatServer() as peer:
        told = say(peer, files=(ReplyFile("rechnung.pdf", "application/pdf", b"%PDF"),))

    assert (told.outcome, "rechnung.pdf" in told.detail, peer.sent) == ("refused", True, [])


def test_half_an_answer_leaves_its_fate_open() -> None:
    with WechatServer() as peer:
        peer.errors.extend([0, 45047])
        told = say(peer, text="好" * LONGEST_BYTES)

    assert (told.outcome, told.detail.split(";")[0]) == ("unknown", "1 of 4 parts were sent")


def test_a_file_of_a_customer_is_fetched_with_its_name() -> None:
    with WechatServer() as peer:
        peer.media["m1"] = ("photo.jpg", b"\xff\xd8")
        assert client(peer).fetch("m1") == ("photo.jpg", b"\xff\xd8")


def test_a_film_is_fetched_from_where_wechat_keeps_it_and_from_nowhere_else() -> None:
    with WechatServer() as peer:
        assert client(peer).fetch(f"film:{peer.address}/film.mp4")[1].endswith(b"ftypmp42")
        with pytest.raises(FileGone) as refused:
            client(peer).fetch("film:http://169.254.169.254/latest")

    assert refused.value.final


def test_a_file_that_is_gone_is_told_from_one_that_may_come() -> None:
    with WechatServer() as peer:
        with pytest.raises(FileGone) as gone:
            client(peer).fetch("nothing")
        peer.errors.append(-1)
        with pytest.raises(FileGone) as busy:
            client(peer).fetch("nothing")

    assert (gone.value.final, busy.value.final) == (True, False)


@given(st.text("你好 \nab。", max_size=300))
def test_a_cut_text_fits_and_keeps_every_word(text: str) -> None:
    parts = list(portions(text, longest_bytes=40))

    assert all(0 < len(part.encode()) <= 40 for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
