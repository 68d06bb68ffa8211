"""Write times of day, in the zone of the team they belong to."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone

from steward.modules.people.rules.calendars import written_time

register = template.Library()


@register.filter
def clock_min(minute: int) -> str:
    """Write a minute of the day as a time."""
    return written_time(int(minute))


@register.filter
def clock_in(at: datetime, zone: str) -> str:
    """Write the time of day an instant has somewhere."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


@register.filter
def end_in(at: datetime, zone: str = "") -> str:
    """Write the time of day at which something ends somewhere, else where the reader is; midnight is 24:00."""
    local = at.astimezone(ZoneInfo(zone)) if zone else timezone.localtime(at)
    return "24:00" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"


@register.filter
def from_day(at: datetime) -> str:
    """Write when something begins where the reader is; a whole day by its date alone."""
    local = timezone.localtime(at)
    return f"{local:%m-%d}" if (local.hour, local.minute) == (0, 0) else f"{local:%m-%d %H:%M}"


@register.filter
def until_day(at: datetime) -> str:
    """Write when something ends where the reader is; a whole day by its last date alone."""
    local = timezone.localtime(at)
    whole = (local.hour, local.minute) == (0, 0)
    return f"{local - timedelta(days=1):%m-%d}" if whole else f"{local:%m-%d %H:%M}"


@register.filter
def exact_in(at: datetime, zone: str) -> str:
    """Write day and time an instant has somewhere."""
    return f"{at.astimezone(ZoneInfo(zone)):%m-%d %H:%M}"


@register.filter
def split(text: str) -> list[str]:
    """Split a text at its commas."""
    return text.split(",")


@register.filter
def split_numbers(text: str) -> list[int]:
    """Split a text at its commas into whole numbers."""
    return [int(part) for part in text.split(",")]


@register.filter
def times(number: int, factor: int) -> int:
    """Multiply whole numbers, to place things in a drawing."""
    return number * factor
