"""A call of WeChat: proven, opened and read, in plain mode and in AES mode; and the answers it wants at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from steward.connectors.wechat import reading, sealing
from steward.connectors.wechat.signing import is_fresh, is_signed, signature
from steward.modules.messaging.ports import ForgedReport, UnreadableReport

# What ends a call without a word to the customer; anything else, or nothing for five seconds, is sent again thrice.
SILENCE = b"success"


class Keys(Struct, frozen=True, kw_only=True):
    """How an official account and we know each other. Without `aes_key` messages travel in the clear."""

    app_id: str
    token: str
    aes_key: str = ""


class Call(Struct, frozen=True):
    """A proven call: the fields of its message, what proves it (for it counts once), and whether it came sealed."""

    fields: dict[str, str]
    proof: str
    is_sealed: bool


def echoed(query: Mapping[str, str], keys: Keys) -> bytes:
    """Answer the question by which WeChat tries the address. Raises: ForgedReport."""
    _require_signed(query.get("signature", ""), keys.token, query)
    return query.get("echostr", "").encode()


def read(query: Mapping[str, str], body: bytes, keys: Keys, *, now: datetime) -> Call:
    """Prove and read one call; where the account has a key, only what is sealed with it is believed.

    Raises: ForgedReport, UnreadableReport.
    """
    if not is_fresh(query.get("timestamp", ""), now=now):
        raise ForgedReport(why="timestamp")
    if not keys.aes_key:
        _require_signed(query.get("signature", ""), keys.token, query)
        return Call(_fields(body), _proof(query, "signature"), is_sealed=False)
    letter = _fields(body)
    cipher_text = letter.get("Encrypt", "")
    _require_signed(query.get("msg_signature", ""), keys.token, query, cipher_text)
    try:
        plain = sealing.opened(cipher_text, key=sealing.key_of(keys.aes_key), app_id=keys.app_id)
    except sealing.BadSeal as error:
        raise ForgedReport(why=str(error)) from error
    return Call(_fields(plain), _proof(query, "msg_signature"), is_sealed=True)


def answered(call: Call, text: str, keys: Keys, *, now: datetime, nonce: str) -> bytes:
    """Write a text that the customer sees at once; sealed where the call came sealed. Nothing to say is SILENCE."""
    if not text:
        return SILENCE
    stamp = str(int(now.timestamp()))
    plain = _xml(
        {
            "ToUserName": call.fields.get("FromUserName", ""),
            "FromUserName": call.fields.get("ToUserName", ""),
            "CreateTime": stamp,
            "MsgType": "text",
            "Content": text,
        }
    )
    if not call.is_sealed:
        return plain
    cipher_text = sealing.sealed(plain, key=sealing.key_of(keys.aes_key), app_id=keys.app_id)
    signed = signature(keys.token, stamp, nonce, cipher_text)
    return _xml({"Encrypt": cipher_text, "MsgSignature": signed, "TimeStamp": stamp, "Nonce": nonce})


def _require_signed(given: str, token: str, query: Mapping[str, str], *more: str) -> None:
    parts = (token, query.get("timestamp", ""), query.get("nonce", ""), *more)
    if not token or not is_signed(given, *parts):
        raise ForgedReport(why="signature")


def _proof(query: Mapping[str, str], name: str) -> str:
    return f"{query.get(name, '')}-{query.get('timestamp', '')}-{query.get('nonce', '')[:60]}"


def _fields(body: bytes) -> dict[str, str]:
    try:
        return reading.fields(body)
    except reading.BadXml as error:
        raise UnreadableReport(why=str(error)) from error


def _xml(facts: Mapping[str, str]) -> bytes:
    """Write flat XML; a text is never taken for the end of its own wrapping."""
    inner = "".join(
        f"<{name}>{value}</{name}>"
        if value.isascii() and value.isdigit()
        else f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
        for name, value in facts.items()
    )
    return f"<xml>{inner}</xml>".encode()
