"""Events of calls, signed as Standard Webhooks say: one or many a call, in any order, as often as the system likes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from steward.connectors.reading import as_json, require_signed
from steward.modules.desk.rules.calls import CallNews
from steward.modules.messaging.ports import UnreadableReport

MOST_EVENTS = 500
# So far ahead a telephone system's clock may be.
AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=30)


class Told(Struct, frozen=True, kw_only=True):
    """One event. `number` is the customer's, `called` the number they called, `extension` or `agent` who was rung."""

    call_id: str
    event: Literal["ring", "answer", "hold", "resume", "transfer", "hang_up", "record"]
    at: datetime
    direction: Literal["in", "out"] = "in"
    number: str = ""
    called: str = ""
    extension: str = ""
    agent: str = ""
    reason: str = ""
    recording_url: str = ""


class Body(Struct, frozen=True):
    """A call of the webhook."""

    data: list[Told]
    type: str = "calls"


def read(body: bytes, headers: Mapping[str, str], secret: str, *, now: datetime) -> list[CallNews]:
    """Prove and read what happened. Raises: ForgedReport, UnreadableReport."""
    require_signed(headers, body, secret)
    told = as_json(body, Body).data
    if len(told) > MOST_EVENTS:
        raise UnreadableReport(why=f"at most {MOST_EVENTS} events a call")
    return [_news(one, now) for one in told]


def _news(one: Told, now: datetime) -> CallNews:
    """Check what no shape can say. Raises: UnreadableReport."""
    texts = (one.call_id, one.number, one.called, one.extension, one.agent, one.reason, one.recording_url)
    if not one.call_id.strip() or len(one.call_id) > 120 or any("\0" in text for text in texts):
        raise UnreadableReport(why="call_id")
    if one.at.tzinfo is None or not now - OLDEST < one.at < now + AHEAD:
        raise UnreadableReport(why="at: a time with its zone, of these days")
    if one.event == "record" and not _is_address(one.recording_url):
        raise UnreadableReport(why="recording_url")
    return CallNews(
        call_id=one.call_id,
        kind=one.event,
        at=min(one.at.astimezone(UTC), now),
        direction=one.direction,
        number=one.number[:40],
        called=one.called[:40],
        extension=one.extension[:40],
        agent=one.agent[:150],
        reason=one.reason[:200],
        url=one.recording_url if one.event == "record" else "",
    )


def _is_address(text: str) -> bool:
    """Tell whether a person can open it: https, nothing that runs in a page."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and len(text) <= 500
