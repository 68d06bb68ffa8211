"""What a message of WeChat is: words, a picture, a place, a press on the menu, or nothing anybody has to answer.

Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html and
…/Receiving_event_pushes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct

from steward.modules.messaging.ports import UnreadableReport

Kind = Literal["message", "subscribe", "unsubscribe", "menu", "scan", "other"]
MEDIA = {"image": "jpg", "voice": "amr", "video": "mp4", "shortvideo": "mp4"}
LATEST = 4_102_444_800  # the year 2100; later is no time a message was written at
SHOWN = {"subscribe": "subscribe", "unsubscribe": "unsubscribe", "CLICK": "menu", "SCAN": "scan"}


class Said(Struct, frozen=True, kw_only=True):
    """What somebody said or did. `id` is the same each time it is sent; `media_id` names what is to be fetched.

    `key` is the menu's or the code's; `facts` are WeChat's own.
    """

    kind: Kind
    id: str
    account: str
    open_id: str
    at: datetime
    text: str = ""
    media_id: str = ""
    media_name: str = ""
    key: str = ""
    facts: dict[str, Any] = {}


def said(fields: Mapping[str, str]) -> Said:
    """Read what was said. Raises: UnreadableReport where sender, receiver or time are missing."""
    sender, account = fields.get("FromUserName", ""), fields.get("ToUserName", "")
    stamp, kind = fields.get("CreateTime", ""), fields.get("MsgType", "")
    if not sender or not account or not kind or len(sender) > 64 or len(account) > 64:
        raise UnreadableReport(why="FromUserName, ToUserName, MsgType")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12 and int(stamp) < LATEST):
        raise UnreadableReport(why="CreateTime")
    shared: dict[str, Any] = {"account": account, "open_id": sender, "at": datetime.fromtimestamp(int(stamp), UTC)}
    if kind.lower() == "event":
        return _event(fields, shared)
    if not (id_ := fields.get("MsgId", "")[:64]):
        raise UnreadableReport(why="MsgId")
    return _message(kind.lower(), fields, shared | {"id": id_})


def _message(kind: str, fields: Mapping[str, str], shared: dict[str, Any]) -> Said:
    if kind in MEDIA:
        # Recognition puts a voice into words, where the account has it switched on.
        return Said(
            kind="message",
            text=fields.get("Recognition", "") if kind == "voice" else "",
            media_id=fields.get("MediaId", "")[:200],
            media_name=f"{kind}.{MEDIA[kind]}",
            facts={"msg_type": kind},
            **shared,
        )
    if kind == "text":
        return Said(kind="message", text=fields.get("Content", ""), facts=_menu_choice(fields), **shared)
    if kind == "location":
        place = {"latitude": fields.get("Location_X", ""), "longitude": fields.get("Location_Y", "")}
        where = f"{place['latitude']},{place['longitude']}"
        words = " ".join(part for part in (fields.get("Label", ""), f"({where})") if part)
        return Said(kind="message", text=words, facts={"msg_type": kind, **place}, **shared)
    if kind == "link":
        lines = (fields.get(name, "") for name in ("Title", "Description", "Url"))
        return Said(kind="message", text="\n".join(line for line in lines if line), facts={"msg_type": kind}, **shared)
    # A kind that did not exist when this was written is shown as what it is, rather than lost.
    return Said(kind="message", text=fields.get("Content", "") or f"[{kind[:40]}]", facts={"msg_type": kind}, **shared)


def _menu_choice(fields: Mapping[str, str]) -> dict[str, Any]:
    choice = fields.get("bizmsgmenuid", "")[:64]
    return {"msg_type": "text", **({"menu_choice": choice} if choice else {})}


def _event(fields: Mapping[str, str], shared: dict[str, Any]) -> Said:
    """Events have no id of their own: sender, time and event name them. Source: the documents on repeated events."""
    name, key = fields.get("Event", ""), fields.get("EventKey", "")
    id_ = f"{shared['open_id']}-{int(shared['at'].timestamp())}-{name[:40]}-{key[:40]}"
    return Said(
        kind=SHOWN.get(name, "other"),  # type: ignore[arg-type]
        id=id_,
        key=key.removeprefix("qrscene_")[:200],
        facts={"event": name[:40]},
        **shared,
    )
