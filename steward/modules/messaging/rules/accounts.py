"""Accounts by which people reach us on a channel: what each kind has to say about itself, and what is secret of it.

Source: CUS-3.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

from steward.modules.messaging.rules import chats

Fault = Literal[
    "missing", "unknown", "too_long", "bad_secret", "bad_aes_key", "bad_address", "bad_code", "taken", "bad_origin",
    "bad_colour", "bad_language",
]  # fmt: skip
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LONGEST_TEXT, LONGEST_NAME = 600, 80
AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")


class Field(Struct, frozen=True):
    """One fact about an account. `made`: where it is left empty one is made here and shown once."""

    name: str
    secret: bool = False
    required: bool = False
    choices: tuple[str, ...] = ()
    made: bool = False
    long: bool = False
    address: bool = False


FIELDS: Mapping[str, tuple[Field, ...]] = {
    "wechat": (
        Field("app_id", required=True),
        Field("original_id", required=True),
        Field("app_secret", secret=True, required=True),
        Field("token", secret=True, required=True, made=True),
        Field("aes_key", secret=True),
        Field("greeting", long=True),
        Field("acknowledgement", long=True),
        Field("menu", long=True),
        Field("api_address", address=True),
    ),
    "sms": (
        Field("format", required=True, choices=("aliyun", "tencent", "twilio")),
        Field("number"),
        Field("key", secret=True, required=True, made=True),
    ),
    "social": (
        Field("format", required=True, choices=("standard", "weibo")),
        Field("secret", secret=True, required=True, made=True),
        Field("reply_address", address=True),
    ),
    "phone": (Field("secret", secret=True, required=True, made=True),),
    "chat": (
        Field("origins", required=True, long=True),
        Field("start", required=True, choices=chats.STARTS),
        Field("contact", required=True, choices=chats.CONTACTS),
        Field("team"),
        Field("colour"),
        Field("languages"),
        *(
            Field(f"{text}{language}", long=True)
            for text in ("greeting", "offline")
            for language in ("", "_hant", "_en")
        ),
    ),
}
KINDS = tuple(FIELDS)
CHECKS: Mapping[str, tuple[Callable[[str], bool], Fault]] = {
    "origins": (chats.are_origins, "bad_origin"),
    "colour": (chats.is_colour, "bad_colour"),
    "languages": (chats.are_languages, "bad_language"),
}


class Account(Struct, frozen=True, kw_only=True):
    """An account with its secrets in clear: for doors and carriers alone, never for a screen."""

    id: int
    code: str
    kind: str
    settings: dict[str, str]
    secrets: dict[str, str]

    @property
    def door(self) -> str:
        """Name what reads its calls, e.g. `sms.aliyun`."""
        shape = self.settings.get("format", "")
        return f"{self.kind}.{shape}" if shape else self.kind


def faults(kind: str, code: str, name: str, given: Mapping[str, str], known: Mapping[str, str]) -> dict[str, Fault]:
    """Name what is wrong with the facts of an account, by field; `known` secrets may be left as they are."""
    found: dict[str, Fault] = {}
    if kind not in FIELDS:
        return {"kind": "unknown"}
    if not CODE.fullmatch(code):
        found["code"] = "bad_code"
    if not name or len(name) > LONGEST_NAME:
        found["name"] = "too_long" if name else "missing"
    for field in FIELDS[kind]:
        value = given.get(field.name, "")
        if fault := _fault(kind, field, value, is_known=field.name in known):
            found[field.name] = fault
    return found


def _fault(kind: str, field: Field, value: str, *, is_known: bool) -> Fault | None:
    if not value:
        return "missing" if field.required and not field.made and not (field.secret and is_known) else None
    if len(value) > LONGEST_TEXT:
        return "too_long"
    if field.choices and value not in field.choices:
        return "unknown"
    if field.address and not value.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        return "bad_address"
    if field.name == "aes_key" and not AES_KEY.fullmatch(value):
        return "bad_aes_key"
    if field.name in CHECKS and not CHECKS[field.name][0](value):
        return CHECKS[field.name][1]
    if field.name == "token" and not TOKEN.fullmatch(value):
        return "bad_secret"
    if field.name == "secret" and kind in ("social", "phone") and value.startswith("whsec_") and not signs(value):
        return "bad_secret"
    return None


def signs(secret: str) -> bool:
    """Tell whether a secret can sign as Standard Webhooks say: 24 to 64 bytes in base64 after `whsec_`."""
    try:
        return 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
    except (binascii.Error, ValueError):
        return False
