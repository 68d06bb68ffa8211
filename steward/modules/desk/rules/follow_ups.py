"""Whom to ask afterwards, how an answer counts, and when a customer is called again (DSK-9)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

CHANNELS = ("phone", "email", "sms", "chat")
STATES = ("to_call", "asked", "answered", "unreached", "lapsed", "skipped")
OPEN = ("to_call", "asked")
# Why nobody was asked.
WHYS = ("", "sample", "asked_lately", "nobody", "no_conversation", "not_wanted", "not_delivered", "no_answer")
SCORES = (1, 2, 3, 4, 5)


def is_sampled(ticket_id: int, percent: int) -> bool:
    """Tell whether a ticket falls into the sample: always the same answer for the same ticket. Units: percent."""
    drawn = int.from_bytes(hashlib.sha256(f"follow-up:{ticket_id}".encode()).digest()[:4], "big") % 100
    return drawn < percent


def why_not(
    *, sampled: bool, customer_id: int | None, asked_lately: bool, can_be_asked: bool, wanted: bool = True
) -> str:
    """Say why a customer is not asked; empty: they are."""
    if not sampled:
        return "sample"
    if customer_id is None:
        return "nobody"
    if asked_lately:
        return "asked_lately"
    if not wanted:
        return "not_wanted"
    return "" if can_be_asked else "no_conversation"


def is_changeable(*, answered_at: datetime | None, changeable_until: datetime | None, now: datetime) -> bool:
    """Tell whether an answer may be given, or put right."""
    return answered_at is None or (changeable_until is not None and now < changeable_until)


def after_a_try(*, tries: int, most: int, retry: timedelta, now: datetime) -> tuple[str, datetime | None]:
    """Return the state after a call nobody took, and when to try again; `tries` counts this one."""
    return ("unreached", None) if tries >= most else ("to_call", now + retry)


def score_of(score: int | None) -> int | None:
    """Return a score of one to five; anything else is none."""
    return score if score in SCORES else None
