"""Accounts of channels as tests make them, and the calls outside systems would make to their addresses."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from standardwebhooks import Webhook

from steward.connectors.twilio_sms.signing import signature as twilio_signature
from steward.connectors.wechat.signing import signature
from steward.modules.messaging.ports import ChannelCall
from steward.modules.messaging.rules.accounts import Account
from tests.peers import wechat_server

SECRET = "whsec_" + base64.b64encode(b"of the channel, 32 bytes of it!!").decode()
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
FACTS: dict[str, dict[str, str]] = {
    "wechat": {
        "app_id": wechat_server.APP_ID,
        "original_id": wechat_server.ACCOUNT,
        "app_secret": wechat_server.SECRET,
        "token": wechat_server.TOKEN,
    },
    "sms": {"format": "aliyun", "key": "key-of-the-number"},
    "social": {"format": "standard", "secret": SECRET},
    "phone": {"secret": SECRET},
}
SECRETS = frozenset({"app_secret", "token", "aes_key", "key", "secret"})


def account(kind: str, **changes: str) -> Account:
    """Describe an account as doors get it."""
    facts = FACTS[kind] | changes
    return Account(
        id=1,
        code=kind,
        kind=kind,
        settings={name: value for name, value in facts.items() if name not in SECRETS},
        secrets={name: value for name, value in facts.items() if name in SECRETS},
    )


def call(body: Any, *, headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> ChannelCall:
    """Describe a call as doors get it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ChannelCall(
        method="POST",
        url="https://shop.example/webhooks/channels/x/x",
        query=query or {},
        query_text=urlencode(query or {}),
        headers=headers or {},
        body=raw,
    )


def signed(body: Any, *, at: datetime, secret: str = SECRET, id_: str = "call-1") -> tuple[dict[str, str], bytes]:
    """Sign a body as Standard Webhooks say; returns headers and body."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    text = raw.decode("utf-8", "surrogateescape")
    mark = Webhook(secret).sign(id_, at, text) if raw.isascii() else _mark(secret, id_, at, raw)
    return dict(zip(SIGNED, (id_, str(int(at.timestamp())), mark), strict=True)), raw


def _mark(secret: str, id_: str, at: datetime, raw: bytes) -> str:
    try:
        return Webhook(secret).sign(id_, at, raw.decode())
    except UnicodeDecodeError:
        return "v1,bm8="


def weibo_query(*, at: datetime, secret: str, nonce: str = "n1") -> dict[str, str]:
    """Sign a call as Weibo does."""
    stamp = str(int(at.timestamp() * 1000))
    return {"signature": signature(secret, stamp, nonce), "timestamp": stamp, "nonce": nonce}


def twilio(form: dict[str, str], *, url: str, secret: str) -> tuple[dict[str, str], bytes]:
    """Sign a form as Twilio does; returns headers and body."""
    return {"x-twilio-signature": twilio_signature(url, form, secret=secret)}, urlencode(form).encode()
