"""The states every carrier's words are brought to, and where a parcel is, read off the set of its events.

The state never depends on the order in which events came in: the same set gives the same state. Source: LOG-5.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

# Normalised state of an event → where the parcel then is. `unknown` says nothing until somebody tells what it means.
PLACES: dict[str, str] = {
    "announced": "",
    "picked_up": "in_transit",
    "in_transit": "in_transit",
    "arrived": "in_transit",
    "customs": "in_transit",
    "delayed": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "to_collect": "out_for_delivery",
    "failed_attempt": "failed_attempt",
    "delivered": "delivered",
    "going_back": "in_transit",
    "returned": "returned",
    "lost": "lost",
    "damaged": "damaged",
    "unknown": "",
}
EVENT_STATES = tuple(PLACES)
FLAGS = ("", "future", "before_shipment", "unreadable")
# At the same instant the further one counts.
RANK = {state: rank for rank, state in enumerate(PLACES)}
# After these a parcel only moves on by being sent back: scans that carriers book late do not undo a delivery.
FINAL = frozenset({"delivered", "returned"})
UNDOES = frozenset({"going_back", "returned"})

FUTURE_TOLERANCE = timedelta(minutes=15)
BEFORE_TOLERANCE = timedelta(hours=12)
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")


class Scan(Struct, frozen=True):
    """One event of a parcel as the rule reads it."""

    state: str
    at: datetime
    flag: str = ""


class Whereabouts(Struct, frozen=True):
    """Where a parcel is, since when, and when somebody last saw it."""

    state: str
    since: datetime | None
    last_at: datetime | None
    going_back: bool = False


def whereabouts(scans: Iterable[Scan]) -> Whereabouts:
    """Work out where a parcel is from all its events, whatever the order in which they came; flagged ones do not count.

    The latest event counts, the further one at the same instant; what is delivered stays so unless it is sent back.
    """
    told = sorted({scan for scan in scans if not scan.flag and PLACES[scan.state]}, key=_moment)
    state, since, going_back = "", None, False
    for scan in told:
        if state in FINAL and scan.state not in UNDOES:
            continue
        place = PLACES[scan.state]
        going_back = going_back or scan.state == "going_back"
        if place == "delivered" and going_back:
            place = "returned"  # delivered after it turned round: it came back to us
        if place != state:
            state, since = place, scan.at
    return Whereabouts(state or "handed_over", since, told[-1].at if told else None, going_back)


def _moment(scan: Scan) -> tuple[datetime, int]:
    return scan.at, RANK[scan.state]


def flag_of(at: datetime | None, *, received_at: datetime, planned_at: datetime | None) -> str:
    """Say what is wrong with the time of an event: not readable, in the future, or before the shipment was there."""
    if at is None:
        return "unreadable"
    if at > received_at + FUTURE_TOLERANCE:
        return "future"
    if planned_at is not None and at < planned_at - BEFORE_TOLERANCE:
        return "before_shipment"
    return ""


def event_key(*, carrier: str, tracking_number: str, code: str, at: str, place: str, text: str) -> bytes:
    """Name an event so that the same one has the same name, however often and whichever way it comes."""
    parts = (carrier, tracking_number, code, at, place.strip(), text.strip())
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def plain_number(text: str) -> str:
    """Write a tracking number the one way it is kept: capitals, no spaces or hyphens, no control characters."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())[:40]


def without_phones(text: str) -> str:
    """Take telephone numbers out of what carriers write: couriers' and customers' are nobody's business."""
    return _PHONE.sub("***", text)
