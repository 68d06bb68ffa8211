"""The merchant's own day and time of an instant: carriers count days, not instants."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings


def house_day(at: datetime) -> date:
    """Tell the day it is at the merchant's."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def house_time(at: datetime) -> time:
    """Tell the time of day it is at the merchant's."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).time()


def midnight(day: date) -> datetime:
    """Tell the instant a day begins at the merchant's."""
    return datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))
