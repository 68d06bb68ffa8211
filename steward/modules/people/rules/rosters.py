"""Rosters: when a shift is, which shift a pattern gives, where nobody is on duty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from msgspec import Struct

from steward.modules.people.rules.calendars import Span, instant

DAY_OFF = ""
LONGEST_CYCLE_DAYS = 56
LONGEST_PLAN_DAYS = 92


class Gap(Struct, frozen=True):
    """A stretch with too few people on duty."""

    starts_at: datetime
    ends_at: datetime
    present: int
    wanted: int


def shift_span(on: date, *, start_min: int, end_min: int, zone: str) -> Span:
    """Return when a shift of a local day is; an end not after the start is on the next day.

    Units: minutes of the local day. Hands on the wall count: a night in which clocks change is an hour longer or
    shorter.
    """
    days = 1 if end_min <= start_min else 0
    return Span(instant(on, start_min, zone), instant(on + timedelta(days=days), end_min, zone))


def shift_on(pattern: Sequence[str], *, anchor: date, offset_days: int, on: date) -> str:
    """Return the code of the shift a pattern gives on a day; "" is a day off."""
    return pattern[((on - anchor).days + offset_days) % len(pattern)] if pattern else DAY_OFF


def overlaps(one: Span, other: Span) -> bool:
    """Tell whether two spans share an instant; what only touches does not."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def gaps(needed: Iterable[Span], present: Iterable[Span], *, minimum: int) -> list[Gap]:
    """Find where fewer than `minimum` people are on duty while somebody has to be.

    `present` holds one span per person and duty. Neighbouring stretches of the same number are one gap.
    """
    if minimum <= 0:
        return []
    duties = sorted(present)
    found: list[Gap] = []
    for need in sorted(needed):
        inside = [duty for duty in duties if overlaps(duty, need)]
        edges = {need.starts_at, need.ends_at}
        for duty in inside:
            edges |= {max(duty.starts_at, need.starts_at), min(duty.ends_at, need.ends_at)}
        marks = sorted(edges)
        for start, end in pairwise(marks):
            here = sum(duty.starts_at <= start < duty.ends_at for duty in inside)
            if here < minimum:
                _add(found, Gap(start, end, here, minimum))
    return found


def _add(found: list[Gap], gap: Gap) -> None:
    if found and found[-1].ends_at == gap.starts_at and found[-1].present == gap.present:
        gap = Gap(found.pop().starts_at, gap.ends_at, gap.present, gap.wanted)
    found.append(gap)
