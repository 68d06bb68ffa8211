"""Hours in which nobody is disturbed: a message that falls into them waits for their end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

DAY_MIN = 24 * 60


class QuietHours(Struct, frozen=True):
    """From one minute of the local day to another, over midnight where the end lies before the start.

    Units: minutes after midnight, 0–1439. Start and end the same: no quiet hours.
    """

    start_min: int
    end_min: int
    time_zone: str


def allowed_from(at: datetime, quiet: QuietHours) -> datetime:
    """Return the first instant at or after `at` that lies outside the quiet hours.

    The clock of the reader's wall decides, also on the days it is put forward or back.
    """
    if quiet.start_min == quiet.end_min or not is_quiet(at, quiet):
        return at
    zone = ZoneInfo(quiet.time_zone)
    day = at.astimezone(zone).date()
    for offset in range(3):
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=offset)
        # Wall arithmetic; an hour that the wall skips is read as the one after it.
        end = (midnight + timedelta(minutes=quiet.end_min)).astimezone(UTC)
        if end > at and not is_quiet(end, quiet):
            return end
    # The wall skipped the very end (or shows it twice): the next quarter that is free.
    return _next_free(at, quiet)


def _next_free(at: datetime, quiet: QuietHours) -> datetime:
    free = at.astimezone(UTC).replace(second=0, microsecond=0)
    while free < at or is_quiet(free, quiet):
        free += timedelta(minutes=1)
    return free


def is_quiet(at: datetime, quiet: QuietHours) -> bool:
    """Tell whether the instant lies in the quiet hours of the reader's wall clock."""
    local = at.astimezone(ZoneInfo(quiet.time_zone))
    minute = local.hour * 60 + local.minute
    if quiet.start_min == quiet.end_min:
        return False
    if quiet.start_min < quiet.end_min:
        return quiet.start_min <= minute < quiet.end_min
    return minute >= quiet.start_min or minute < quiet.end_min
