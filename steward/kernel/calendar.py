"""Working time: when it runs, how much of it lies between two instants, and when so much of it will have passed.

The one definition: an instant is working time when the clock on the wall of the calendar's zone shows a time inside a
window of that local day. From it follow the hour lost in spring (nobody worked in it) and the hour that comes twice in
autumn (both count). Windows are turned into UTC intervals once, a year at a time, with running totals, so that each
question costs two binary searches. Counted in whole microseconds: nothing is rounded, nothing gets lost.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property, lru_cache
from itertools import pairwise
from threading import Lock
from zoneinfo import ZoneInfo

import msgspec

Window = tuple[int, int]
Windows = tuple[Window, ...]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
DAY_MIN = 1_440
DAY_US = DAY_MIN * MINUTE_US
STEP = timedelta(hours=6)
FURTHEST_YEARS = 20
_MICROSECOND = timedelta(microseconds=1)


class NoWorkingTime(ValueError):
    """Report that a calendar does not hold the working time asked for within twenty years."""


class BadCalendar(ValueError):
    """Report windows that are none: out of the day, overlapping or not in order, or an unknown zone."""


class Calendar(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """When work is done. `week` is Monday to Sunday, `days` replaces single local dates (empty = nobody works).

    Units: minutes of the local day; a window ends before its end, at most 1440, and does not cross midnight (two that
    meet there count as one). `always` is true 24×7: windows are not looked at, time is plain subtraction.
    """

    code: str
    version: int = 1
    zone: str = "Asia/Shanghai"
    always: bool = False
    week: tuple[Windows, Windows, Windows, Windows, Windows, Windows, Windows] = ((), (), (), (), (), (), ())
    days: Mapping[date, Windows] = {}

    def windows_on(self, day: date) -> Windows:
        """List the windows of a local day."""
        return self.days.get(day, self.week[day.weekday()])

    @cached_property
    def _line(self) -> _Line:
        return _Line(self)


ALWAYS = Calendar(code="always", version=0, zone="UTC", always=True)


def check(calendar: Calendar) -> None:
    """Refuse a calendar that cannot be. Raises: BadCalendar."""
    try:
        ZoneInfo(calendar.zone)
    except (KeyError, ValueError, OSError) as cause:
        raise BadCalendar(calendar.zone) from cause
    for windows in (*calendar.week, *calendar.days.values()):
        edges = [edge for window in windows for edge in window]
        if any(not start < end for start, end in windows) or edges != sorted(edges):
            raise BadCalendar(windows)
        if edges and not (edges[0] >= 0 and edges[-1] <= DAY_MIN):
            raise BadCalendar(windows)


def due_at(calendar: Calendar, start: datetime, work_s: int) -> datetime:
    """Compute the first instant by which so much working time has passed since `start`.

    A limit that ends with the day is due at its end, not at the next opening. Units: seconds of working time.
    Raises: NoWorkingTime.
    """
    return due_after(calendar, start, work_s * SECOND_US)


def due_after(calendar: Calendar, start: datetime, work_us: int) -> datetime:
    """Compute the same for microseconds of working time; with nothing left it is due at `start`.

    Raises: NoWorkingTime.
    """
    if calendar.always or work_us <= 0:
        return start + timedelta(microseconds=max(0, work_us))
    line = calendar._line
    return _instant(line.forward(_us(start), work_us))


def due_before(calendar: Calendar, end: datetime, work_us: int) -> datetime:
    """Compute the last instant from which so much working time is left until `end`: when to warn.

    Units: microseconds of working time. Raises: NoWorkingTime.
    """
    if calendar.always or work_us <= 0:
        return end - timedelta(microseconds=max(0, work_us))
    return _instant(calendar._line.backward(_us(end), work_us))


def worked_s(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the whole seconds of working time between two instants; none when `end` is not later."""
    return worked_us(calendar, start, end) // SECOND_US


def worked_us(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the working time between two instants exactly; none when `end` is not later. Units: microseconds."""
    first, last = _us(start), _us(end)
    if last <= first:
        return 0
    if calendar.always:
        return last - first
    return calendar._line.between(first, last)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Tell whether an instant is working time."""
    return worked_us(calendar, at, at + _MICROSECOND) == 1


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """Find the first instant of working time not before `at`. Raises: NoWorkingTime."""
    return at if is_open(calendar, at) else due_after(calendar, at, 1) - _MICROSECOND


def _us(at: datetime) -> int:
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds


def _instant(us: int) -> datetime:
    seconds, rest = divmod(us, SECOND_US)
    return EPOCH + timedelta(0, seconds, rest)


class _Line:
    """The windows of a calendar as UTC intervals with running totals; grows by whole years as it is asked."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._growing = Lock()
        self._years: dict[int, list[Window]] = {}
        self._table: _Table = _Table(0, 0, [], [], [0])

    def between(self, first: int, last: int) -> int:
        table = self._covering(first, last)
        return table.position(last) - table.position(first)

    def forward(self, start: int, work: int) -> int:
        for years in range(FURTHEST_YEARS + 1):
            table = self._covering(start, start, later=years)
            wanted = table.position(start) + work
            before = table.before
            if wanted <= before[-1]:
                at = bisect_left(before, wanted) - 1
                return table.opens[at] + wanted - before[at]
        raise NoWorkingTime(self._calendar.code)

    def backward(self, end: int, work: int) -> int:
        for years in range(FURTHEST_YEARS + 1):
            table = self._covering(end, end, earlier=years)
            wanted = table.position(end) - work
            if wanted >= 0:
                at = bisect_right(table.before, wanted) - 1
                return table.opens[at] + wanted - table.before[at]
        raise NoWorkingTime(self._calendar.code)

    def _covering(self, first: int, last: int, *, earlier: int = 0, later: int = 0) -> _Table:
        table = self._table
        if not (earlier or later) and table.since <= first and last < table.until:
            return table
        since, until = _instant(first).year - earlier, _instant(last).year + later
        if table.since <= _year_us(since) and _year_us(until + 1) <= table.until:
            return table
        with self._growing:
            if self._years:
                since, until = min(since, *self._years), max(until, *self._years)
            for year in range(since, until + 1):
                if year not in self._years:
                    self._years[year] = _intervals(self._calendar, year)
            self._table = table = _Table.of(since, until, self._years)
        return table


class _Table(msgspec.Struct, frozen=True):
    """Intervals in order: opens[i] ≤ working < closes[i], with before[i] worked by opens[i]. Units: microseconds."""

    since: int
    until: int
    opens: list[int]
    closes: list[int]
    before: list[int]

    @classmethod
    def of(cls, since: int, until: int, years: Mapping[int, list[Window]]) -> _Table:
        opens: list[int] = []
        closes: list[int] = []
        for year in range(since, until + 1):
            for opening, closing in years[year]:
                if closes and closes[-1] == opening:
                    closes[-1] = closing
                else:
                    opens.append(opening)
                    closes.append(closing)
        before = [0]
        for opening, closing in zip(opens, closes, strict=True):
            before.append(before[-1] + closing - opening)
        return cls(_year_us(since), _year_us(until + 1), opens, closes, before)

    def position(self, at: int) -> int:
        number = bisect_right(self.opens, at) - 1
        return self.before[number] + min(at, self.closes[number]) - self.opens[number] if number >= 0 else 0


def _year_us(year: int) -> int:
    return _us(datetime(min(max(year, 1), 9999), 1, 1, tzinfo=UTC))


def _intervals(calendar: Calendar, year: int) -> list[Window]:
    """Turn a UTC year's windows into intervals: stretch by stretch of one offset, so that no local time is guessed."""
    found = []
    for (since, offset), (until, _next) in pairwise(_stretches(calendar.zone, year)):
        first = (since + offset) // DAY_US
        last = (until + offset - 1) // DAY_US
        for day in range(first, last + 1):
            midnight = day * DAY_US - offset
            for start, end in calendar.windows_on(date.fromordinal(EPOCH_DAY + day)):
                opening = max(midnight + start * MINUTE_US, since)
                closing = min(midnight + end * MINUTE_US, until)
                if opening < closing:
                    found.append((opening, closing))
    return found


@lru_cache(maxsize=512)
def _stretches(zone_name: str, year: int) -> tuple[Window, ...]:
    """List (instant, offset from UTC) wherever the offset changes within a UTC year, with the year's two ends."""
    zone = ZoneInfo(zone_name)
    at, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    known = _offset(zone, at)
    found = [(_us(at), known)]
    while at < end:
        later = min(at + STEP, end)
        if (offset := _offset(zone, later)) != known:
            early, late = at, later
            while late - early > timedelta(seconds=1):
                middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
                early, late = (middle, late) if _offset(zone, middle) == known else (early, middle)
            if late < end:
                found.append((_us(late), offset))
            known = offset
        at = later
    return (*found, (_us(end), known))


def _offset(zone: tzinfo, at: datetime) -> int:
    return (at.astimezone(zone).utcoffset() or timedelta()) // _MICROSECOND
