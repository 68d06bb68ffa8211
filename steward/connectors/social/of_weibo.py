"""Weibo (微博): private messages (私信), mentions (@) and comments, each call signed with the application's secret.

Source: https://open.weibo.com/wiki/粉丝服务平台开发文档 (message push), https://open.weibo.com/wiki/2/comments/show
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from steward.connectors.reading import as_json, as_shape, named_by, sensible
from steward.connectors.wechat.signing import is_fresh, signature
from steward.modules.messaging.ports import ChannelCall, ForgedReport, HeardCall, UnreadableReport
from steward.modules.messaging.rules.accounts import Account
from steward.modules.messaging.rules.channels import Incoming, Sender

WRITTEN = "%a %b %d %H:%M:%S %z %Y"
SHOWN = {"image": "[图片]", "voice": "[语音]", "position": "[位置]"}
Id = int | str


class Push(Struct, frozen=True):
    """A private message or a mention; `data` depends on the type."""

    type: str
    receiver_id: Id
    sender_id: Id
    created_at: str
    text: str = ""
    data: dict[str, Any] = {}


class User(Struct, frozen=True):
    """Who wrote a comment."""

    id: Id
    screen_name: str = ""


class Status(Struct, frozen=True):
    """The post it stands under."""

    id: Id
    text: str = ""


class Comment(Struct, frozen=True):
    """A comment as Weibo's interface describes it."""

    id: Id
    text: str
    created_at: str
    user: User
    status: Status


class Weibo:
    """Serves `messaging.channel.social.weibo`; the account's secret is the application's."""

    def read(self, call: ChannelCall, account: Account, *, now: datetime) -> HeardCall:
        """Prove and read one call. Raises: ForgedReport, UnreadableReport."""
        _require_signed(call.query, account.secrets.get("secret", ""), now)
        if call.method == "GET":
            return HeardCall(answer=call.query.get("echostr", "").encode())
        raw = as_json(call.body, dict[str, Any])
        told = _comment(raw, account, now) if raw.get("type") == "comment" else _push(raw, account, now)
        return HeardCall(incoming=(told,) if told else (), proof=_proof(call.query))


def _require_signed(query: Mapping[str, str], secret: str, now: datetime) -> None:
    stamp = query.get("timestamp", "")
    # Milliseconds or seconds, as the interface's version has it.
    if not is_fresh(stamp[:-3] if len(stamp) == 13 else stamp, now=now):
        raise ForgedReport(why="timestamp")
    right = signature(secret, stamp, query.get("nonce", ""))
    if not secret or not hmac.compare_digest(query.get("signature", "").encode(), right.encode()):
        raise ForgedReport(why="signature")


def _proof(query: Mapping[str, str]) -> str:
    return f"{query['signature']}-{query['timestamp']}-{query.get('nonce', '')[:60]}"


def _push(raw: dict[str, Any], account: Account, now: datetime) -> Incoming | None:
    """Read a message or mention; follows and other events are nothing to answer."""
    one = as_shape(raw, Push)
    if one.type == "event":
        return None
    facts: dict[str, Any] = {"kind": "mention" if one.type == "mention" else "message", "weibo_type": one.type[:40]}
    if one.type == "position":
        facts |= {name: one.data.get(name) for name in ("latitude", "longitude")}
    if one.type == "mention":
        facts |= {"subtype": one.data.get("subtype"), "thread": str(one.data.get("key", ""))[:80]}
    words = one.text or SHOWN.get(one.type, "")
    id_ = named_by(one.type, str(one.sender_id), str(one.receiver_id), one.created_at, one.text, repr(one.data))
    sender = Sender("", "", "", *_named(account, one.sender_id))
    return _incoming(account, id_, sender, one.created_at, words, facts, now)


def _comment(raw: dict[str, Any], account: Account, now: datetime) -> Incoming:
    one = as_shape(raw.get("comment", raw.get("data")), Comment)
    facts = {"kind": "comment", "thread": str(one.status.id), "under": one.status.text[:500]}
    sender = Sender(one.user.screen_name, "", "", *_named(account, one.user.id))
    return _incoming(account, f"comment-{one.id}"[:255], sender, one.created_at, one.text, facts, now)


def _named(account: Account, user_id: Id) -> tuple[str, str]:
    if not str(user_id).strip() or user_id == 0:
        raise UnreadableReport(why="sender_id")
    return f"social:{account.code}"[:40], str(user_id)[:255]


def _incoming(
    account: Account, id_: str, sender: Sender, written: str, text: str, facts: dict[str, Any], now: datetime
) -> Incoming:
    return Incoming(
        channel="social",
        box=account.code,
        external_id=id_,
        sender=sender,
        at=_instant(written, now),
        text=text,
        facts=facts,
    )


def _instant(written: str, now: datetime) -> datetime:
    try:
        return sensible(datetime.strptime(written, WRITTEN).astimezone(UTC), now=now)
    except (ValueError, OverflowError):
        return now
