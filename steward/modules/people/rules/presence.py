"""Presence: what the console's heartbeat and somebody's own word together say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

SAID = ("break", "meeting", "away")
State = Literal["online", "break", "meeting", "away", "offline"]


def state(
    seen_at: datetime | None,
    said: str,
    said_until: datetime | None,
    *,
    now: datetime,
    online_s: int,
    away_s: int,
) -> State:
    """Tell whether somebody is there. What they said counts until it ends, and only while they are signed in.

    Units: seconds since the last heartbeat within which somebody is online, and within which only away.
    """
    if seen_at is None or now - seen_at > timedelta(seconds=away_s):
        return "offline"
    if said in SAID and said_until is not None and now < said_until:
        return said  # type: ignore[return-value]
    return "online" if now - seen_at <= timedelta(seconds=online_s) else "away"
