"""Both shapes of translating servers, spoken with a real one; what goes wrong is said without the text."""

from __future__ import annotations

import pytest

from steward.connectors.translation.server import ChatModel, LibreTranslate
from steward.modules.desk.ports import NotTranslated
from tests.peers.translator import Translator


def test_both_shapes_are_spoken() -> None:
    with Translator() as peer:
        first = LibreTranslate(peer.address, "k").translate("你好", to="en")
        second = ChatModel(f"{peer.address}/v1", "k", "m").translate("你好", to="zh-hant")

    assert (first, second) == ("<en> 你好", "<model> 你好")
    (path, wish, _headers), (chat, asked, headers) = peer.asked
    assert (path, wish["api_key"], chat, asked["model"]) == ("/translate", "k", "/v1/chat/completions", "m")
    assert (headers["authorization"], "Traditional Chinese" in asked["messages"][0]["content"]) == ("Bearer k", True)


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"{}"), (200, b"not json"), (200, b"[]"), (200, b'{"translatedText": " "}'), (200, b"{}"), (302, b"")],
)
def test_what_is_no_translation_is_told_as_such(status: int, body: bytes) -> None:
    with Translator(status=status, body=body) as peer, pytest.raises(NotTranslated) as refused:
        LibreTranslate(peer.address).translate("secret words", to="en")

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("body", [b'{"choices": []}', b'{"choices": [1]}', b'{"choices": [{"message": {}}]}'])
def test_a_model_that_says_nothing_translates_nothing(body: bytes) -> None:
    with Translator(body=body) as peer, pytest.raises(NotTranslated):
        ChatModel(peer.address, "", "m").translate("x", to="en")


def test_a_server_that_is_gone_translates_nothing() -> None:
    with Translator() as peer:
        address = peer.address

    with pytest.raises(NotTranslated, match="no answer"):
        LibreTranslate(address).translate("x", to="en")
