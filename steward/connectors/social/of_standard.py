"""Our own format for networks and marketplaces: signed as Standard Webhooks say, many messages a call.

A marketplace adds `due_at`, by when it wants an answer, and `reply_rule`: whether an automatic answer counts as one.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from steward.connectors.reading import as_json, instant, require_signed, sensible
from steward.modules.messaging.ports import ChannelCall, HeardCall, UnreadableReport
from steward.modules.messaging.rules.accounts import Account
from steward.modules.messaging.rules.channels import Incoming, Part, Sender

MOST_MESSAGES, MOST_FILES = 500, 10
THANKS = b'{"outcome": "taken"}'


class Author(Struct, frozen=True):
    """Who says it, as the network knows them."""

    id: str
    name: str = ""
    phone: str = ""
    email: str = ""


class File(Struct, frozen=True):
    """A file of a message; its content in base64."""

    filename: str
    content: str


class Told(Struct, frozen=True, kw_only=True):
    """One message, comment, mention, review or dispute. `thread` names what it belongs to at the network."""

    id: str
    author: Author
    text: str = ""
    subject: str = ""
    at: str = ""
    kind: Literal["message", "comment", "mention", "review", "dispute"] = "message"
    thread: str = ""
    url: str = ""
    rating: int | None = None
    order_number: str = ""
    language: str = ""
    due_at: datetime | None = None
    reply_rule: Literal["any", "person"] = "person"
    automatic: Literal["", "auto_reply", "bulk"] = ""
    files: list[File] = []


class Body(Struct, frozen=True):
    """A call."""

    data: list[Told]
    type: str = "messages"


class StandardSocial:
    """Serves `messaging.channel.social.standard`."""

    def read(self, call: ChannelCall, account: Account, *, now: datetime) -> HeardCall:
        """Prove and read the messages of a call. Raises: ForgedReport, UnreadableReport."""
        require_signed(call.headers, call.body, account.secrets.get("secret", ""))
        told = as_json(call.body, Body).data
        if len(told) > MOST_MESSAGES:
            raise UnreadableReport(why=f"at most {MOST_MESSAGES} messages a call")
        return HeardCall(
            incoming=tuple(_incoming(one, account, now) for one in told),
            answer=THANKS,
            answer_type="application/json",
        )


def _incoming(one: Told, account: Account, now: datetime) -> Incoming:
    if not one.id.strip() or not one.author.id.strip():
        raise UnreadableReport(why="id, author.id")
    return Incoming(
        channel="social",
        box=account.code,
        external_id=one.id[:255],
        sender=Sender(
            name=one.author.name,
            phone=one.author.phone,
            email=one.author.email,
            external_kind=f"social:{account.code}"[:40],
            external_value=one.author.id[:255],
        ),
        at=instant(one.at, now=now),
        subject=one.subject,
        text=one.text,
        automatic=one.automatic,
        language=one.language,
        order_number=one.order_number,
        facts=_facts(one, now),
        parts=tuple(_part(file) for file in one.files[:MOST_FILES]),
    )


def _facts(one: Told, now: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {"kind": one.kind, "thread": one.thread, "url": one.url, "rating": one.rating}
    if one.due_at is not None:
        if one.due_at.tzinfo is None or sensible(one.due_at, now=now) != one.due_at:
            raise UnreadableReport(why="due_at: a time with its zone")
        facts |= {"due_at": one.due_at.isoformat(), "reply_rule": one.reply_rule}
    return {name: value for name, value in facts.items() if value not in ("", None)}


def _part(file: File) -> Part:
    try:
        return Part(file.filename or "file", base64.b64decode(file.content, validate=True))
    except (binascii.Error, ValueError) as error:
        raise UnreadableReport(why=f"files: {error}") from error
