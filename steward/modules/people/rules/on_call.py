"""On-call: whose turn it is at an instant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from steward.modules.people.rules.calendars import instant

TIERS = ("primary", "secondary")


def turn(at: datetime, *, anchor: date, handover_min: int, period_days: int, zone: str) -> int:
    """Number the turn an instant falls into; the one that begins on the anchor day is 0, earlier ones are negative.

    Units: minutes after local midnight; whole local days, so a turn has the same hands on days of 23 or 25 hours.
    """
    local = at.astimezone(ZoneInfo(zone))
    day = local.date()
    if local.hour * 60 + local.minute < handover_min:
        day -= timedelta(days=1)
    return (day - anchor).days // period_days


def starts_at(number: int, *, anchor: date, handover_min: int, period_days: int, zone: str) -> datetime:
    """Return the instant a turn begins."""
    return instant(anchor + timedelta(days=number * period_days), handover_min, zone)


def filled(
    members: Sequence[int],
    number: int,
    *,
    primary: int | None = None,
    secondary: int | None = None,
    away: Collection[int] = (),
) -> tuple[int | None, int | None]:
    """Return primary and secondary of a turn with its overrides; one by somebody who is away does not count.

    Nobody is both: who takes a tier by an override gives up their turn in the other.
    """
    taken = [staff_id for staff_id in (primary, secondary) if staff_id is not None and staff_id not in away]
    others = iter(in_turn_order(members, number, away={*away, *taken}))
    first = primary if primary in taken else next(others, None)
    second = secondary if secondary in taken and secondary != first else next(others, None)
    return first, second


def in_turn_order(members: Sequence[int], number: int, *, away: Collection[int] = ()) -> list[int]:
    """List who is there in the order in which they would take a turn."""
    first = number % len(members) if members else 0
    return [staff_id for staff_id in [*members[first:], *members[:first]] if staff_id not in away]
