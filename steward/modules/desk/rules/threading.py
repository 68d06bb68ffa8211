"""To which ticket a message belongs: what names it most surely comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from steward.modules.desk.rules.tickets import ACTIVE

TICKET_NUMBER = re.compile(r"(?<![A-Za-z0-9])TK-\d{4}-\d{6,12}(?!\d)", re.IGNORECASE)
# Channels on which everything a customer writes is one thread; by e-mail every subject is one of its own.
STEADY_CHANNELS = ("chat", "wechat", "sms", "app", "social", "counter", "phone")


class Candidate(Struct, frozen=True, kw_only=True):
    """A ticket that a message may belong to, and by what it was found; `heard_at` its last message either way."""

    ticket_id: int
    customer_id: int | None
    state: str
    heard_at: datetime
    number: str = ""
    order_id: int | None = None
    by_token: bool = False
    by_reference: bool = False
    by_thread: bool = False


class Arrival(Struct, frozen=True, kw_only=True):
    """What of a message tells where it belongs."""

    customer_id: int | None
    channel: str
    at: datetime
    named: tuple[str, ...] = ()
    order_id: int | None = None


class Windows(Struct, frozen=True):
    """Business numbers. `reopen_h`: a closed ticket is opened again by an answer for so long; `same_matter_h`: what
    a customer writes by another channel so soon belongs to the ticket they have open. Units: hours.
    """

    reopen_h: int
    same_matter_h: int


def numbers_in(*texts: str) -> tuple[str, ...]:
    """List the ticket numbers that are named, each once, in upper case."""
    found = (match.group().upper() for text in texts for match in TICKET_NUMBER.finditer(text))
    return tuple(dict.fromkeys(found))


def belongs_to(arrival: Arrival, candidates: Iterable[Candidate], windows: Windows) -> int | None:
    """Choose the ticket a message belongs to; None: it opens one.

    An answer (token, reference) goes to its ticket, whoever sends it; a number that is named counts only for the
    customer it belongs to, so that nobody reads another's case by guessing. A ticket closed for longer than the
    window stays closed. Source: CUS-3 (switching channel keeps the thread).
    """
    alive = [one for one in candidates if _is_open(one, arrival.at, windows)]
    own = [one for one in alive if one.customer_id == arrival.customer_id and arrival.customer_id is not None]
    soon = arrival.at - timedelta(hours=windows.same_matter_h)
    ranked = (
        [one for one in alive if one.by_token],
        [one for one in alive if one.by_reference],
        [one for one in own if one.number in arrival.named],
        [one for one in own if one.by_thread and arrival.channel in STEADY_CHANNELS],
        [one for one in own if arrival.order_id is not None and one.order_id == arrival.order_id],
        [one for one in own if one.state in ACTIVE and one.heard_at >= soon and _may_be_same(one, arrival)],
    )
    for group in ranked:
        if group:
            return max(group, key=lambda one: (one.state in ACTIVE, one.heard_at, one.ticket_id)).ticket_id
    return None


def _is_open(one: Candidate, at: datetime, windows: Windows) -> bool:
    return one.state != "closed" or one.heard_at >= at - timedelta(hours=windows.reopen_h)


def _may_be_same(one: Candidate, arrival: Arrival) -> bool:
    return one.order_id is None or arrival.order_id is None or one.order_id == arrival.order_id
