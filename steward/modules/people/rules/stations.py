"""Service stations: what they do, which times they offer, how an appointment goes, what a code at the counter means."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta

from steward.modules.people.rules.calendars import Span

SERVICES = ("repair", "return", "exchange", "installation", "pickup", "advice")
SLOTS_MIN = (10, 15, 20, 30, 45, 60, 90, 120)
MOST_PLACES = 60
LONGEST_MIN = 480
FURTHEST_DAYS = 60
EARTH_KM = 6371.0
# Letters and digits nobody takes for one another.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8

TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("booked", "arrive"): "arrived",
    ("booked", "cancel"): "cancelled",
    ("booked", "miss"): "missed",
    ("missed", "arrive"): "arrived",
    ("arrived", "finish"): "done",
}
STATES = ("booked", "arrived", "done", "missed", "cancelled")
# As long as an appointment is in one of these, nobody else has its place.
HOLDING = ("booked", "arrived", "done")


def starts_within(spans: Iterable[Span], *, slot_min: int, duration_min: int) -> list[Span]:
    """List from when to when something of this length can be booked: every slot from each opening on that fits.

    Units: minutes.
    """
    step, length = timedelta(minutes=slot_min), timedelta(minutes=duration_min)
    found = []
    for span in spans:
        start = span.starts_at
        while start + length <= span.ends_at:
            found.append(Span(start, start + length))
            start += step
    return found


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Compute how far two places lie from each other over the ground, as (latitude, longitude) in degrees.

    Source: the haversine formula on a sphere; good to 0.5 %.
    """
    lat, lon, lat2, lon2 = map(math.radians, (*one, *other))
    half = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def new_code() -> str:
    """Draw the code of an appointment; 31^8 of them are not guessed at a counter."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """Read what a scanner or a person typed as a code: “7k3m-9qpx”, or the address in a QR code; "" for none."""
    last = text.strip().rstrip("/").rpartition("/")[2]
    plain = re.sub(r"[\s-]", "", last).upper()
    return plain if len(plain) == CODE_LENGTH and set(plain) <= set(ALPHABET) else ""


def written_code(code: str) -> str:
    """Write a code as people read it aloud."""
    return f"{code[:4]}-{code[4:]}"
