"""When a window closes: whole days of the shop's place, counted from the day after."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=65_536)
def window_ends(begins: datetime | None, time_zone: str, *, days: int = 0, months: int = 0) -> datetime | None:
    """Return the instant at which a window of days or months closes; None where it has not begun.

    The day itself does not count, so seven days end with the seventh day after it.
    Source: 网络购买商品七日无理由退货暂行办法 § 10 (counted from the day after the buyer has signed for the goods).
    """
    if begins is None:
        return None
    zone = ZoneInfo(time_zone)
    day = begins.astimezone(zone).date()
    last = _months_later(day, months) + timedelta(days=days)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)


def _months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
