"""What is wrong with a shipment right now: at most one trouble, the gravest. Source: LOG-6."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

# The gravest first; each is the code of a detector on the desk of exceptions.
TROUBLES = (
    "parcel_lost",
    "parcel_damaged",
    "delivery_failed",
    "delivery_late",
    "parcel_stuck",
    "not_picked_up",
)
# Of these the customer hears before they ask; of the others the house hears first.
TOLD = ("parcel_lost", "parcel_damaged", "delivery_failed", "delivery_late", "parcel_stuck")
# A carrier owes for these.
CLAIMABLE = {"parcel_lost": "lost", "parcel_damaged": "damaged", "delivery_late": "late"}
_BY_STATE = {"lost": "parcel_lost", "damaged": "parcel_damaged", "failed_attempt": "delivery_failed"}
MOVING = ("handed_over", "in_transit", "out_for_delivery", "failed_attempt")


class Watched(Struct, frozen=True):
    """A shipment as the watch sees it. `last_event_at` is when somebody last saw any of its parcels."""

    state: str
    direction: str
    packed_at: datetime | None
    handed_over_at: datetime | None
    last_event_at: datetime | None
    promised_date: date | None
    expected_date: date | None


def trouble_of(one: Watched, limits_s: Mapping[str, int], *, now: datetime, today: date) -> str:
    """Name what is wrong with a shipment, or return "". `limits_s`: seconds by trouble; one that is missing is off.

    Not picked up: packed, or handed over without the carrier having said so, for longer than its limit. Stuck: nobody
    saw it for longer than its limit. Late: the promised day has passed, or the carrier expects a later one.
    """
    by_state = _BY_STATE.get(one.state, "")
    if by_state in limits_s:
        return by_state
    outbound = one.direction == "outbound"
    if outbound and "delivery_late" in limits_s and one.state in MOVING and _late(one, today):
        return "delivery_late"
    seen = one.last_event_at
    if one.state in MOVING and seen and "parcel_stuck" in limits_s and _older(seen, limits_s["parcel_stuck"], now):
        return "parcel_stuck"
    if not outbound or "not_picked_up" not in limits_s:
        return ""
    waits_since = one.packed_at if one.state == "packed" else one.handed_over_at if one.state == "handed_over" else None
    waits = waits_since is not None and seen is None and _older(waits_since, limits_s["not_picked_up"], now)
    return "not_picked_up" if waits else ""


def _older(then: datetime, limit_s: int, now: datetime) -> bool:
    return (now - then).total_seconds() > limit_s


def _late(one: Watched, today: date) -> bool:
    if one.promised_date is None:
        return False
    return today > one.promised_date or (one.expected_date is not None and one.expected_date > one.promised_date)
