"""A short message as it came: a wish to hear no more, or words of a customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from steward.modules.messaging.ports import HeardCall, UnreadableReport, Wish
from steward.modules.messaging.rules.accounts import Account
from steward.modules.messaging.rules.channels import Incoming, Sender
from steward.modules.messaging.rules.keywords import stops


class ShortMessage(Struct, frozen=True):
    """One short message; `phone` in E.164."""

    id: str
    phone: str
    text: str
    at: datetime


def heard(messages: Sequence[ShortMessage], account: Account, *, answer: bytes, answer_type: str) -> HeardCall:
    """Tell wishes from words. Raises: UnreadableReport where number or id are missing."""
    if any(not one.phone.strip("+") or not one.id for one in messages):
        raise UnreadableReport(why="phone, id")
    wishes = [(one, stops(one.text)) for one in messages]
    return HeardCall(
        incoming=tuple(_incoming(one, account) for one, wish in wishes if wish is None),
        wishes=tuple(Wish(one.phone, stops=wish) for one, wish in wishes if wish is not None),
        answer=answer,
        answer_type=answer_type,
    )


def _incoming(one: ShortMessage, account: Account) -> Incoming:
    return Incoming(
        channel="sms",
        box=account.code,
        external_id=one.id[:255],
        sender=Sender(phone=one.phone),
        at=one.at,
        text=one.text,
    )
