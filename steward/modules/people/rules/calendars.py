"""Which hours a calendar has: windows of the week, holidays and the workdays that make up for them, own exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import holidays

from steward.kernel.calendar import Calendar, Window, Windows

DAY_MIN = 24 * 60
MONDAY = 0
# Countries whose public holidays are offered; China's list also names the workdays that make up for days off.
COUNTRIES = ("CN", "DE", "US", "GB", "FR", "JP", "KR", "SG", "HK", "TW", "AU", "NL", "PL", "ES", "IT")
YEARS_BACK, YEARS_AHEAD = 1, 2
LANGUAGES = {"zh-hans": "zh_CN", "zh-hant": "zh_TW", "en": "en_US"}
# “休息日（由 2026-01-04 调休）”: a day off that is worked for on another day.
MADE_UP_FOR = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


class Span(NamedTuple):
    """From one instant up to another."""

    starts_at: datetime
    ends_at: datetime


class Holiday(NamedTuple):
    """A date that differs from its weekday. `stands_for` is the day off a make-up workday replaces."""

    on: date
    name: str
    kind: Literal["holiday", "workday"]
    stands_for: date | None = None


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int, language: str = "zh-hans") -> tuple[Holiday, ...]:
    """List the public holidays of a year, and in China the make-up workdays, by date.

    Source: the package `holidays`, which follows the State Council's yearly notices; a year whose notice is not out
    yet has its statutory days only.
    """
    if country not in COUNTRIES:
        return ()
    found = [
        Holiday(day, name, "holiday") for day, name in _named(country, year, LANGUAGES.get(language, "en_US")).items()
    ]
    if country == "CN":
        found += _make_up_workdays(year)
    return tuple(sorted(found))


def _named(country: str, year: int, language: str) -> dict[date, str]:
    listed = holidays.country_holidays(country, years=year)
    wanted = language if language in listed.supported_languages else "en_US"
    if wanted in listed.supported_languages:
        listed = holidays.country_holidays(country, years=year, language=wanted)
    return dict(listed.items())


def _make_up_workdays(year: int) -> Iterator[Holiday]:
    """Yield the workdays of a year that make up for a day off, also for one at the turn of the next year."""
    for day_off, name in holidays.country_holidays("CN", years=(year, year + 1), language="zh_CN").items():
        if "调休" in name and (match := MADE_UP_FOR.search(name)):
            worked = date(*map(int, match.groups()))
            if worked.year == year:
                yield Holiday(worked, name, "workday", day_off)


def is_announced(country: str, year: int) -> bool:
    """Tell whether a year's holidays are known in full: in China once the yearly notice says which days make up.

    Without it a Chinese year has its statutory days only, and nobody knows yet on which weekends people work.
    """
    listed = holidays_of(country, year)
    return any(one.kind == "workday" for one in listed) if country == "CN" else bool(listed)


def years_to_know(on: date) -> list[int]:
    """List the years whose holidays have to be known on a day: this one, and from mid-November the next one.

    Source: the State Council's notice of the next year has come out by early or mid-November since 2013.
    """
    return [on.year, on.year + 1] if (on.month, on.day) >= (11, 15) else [on.year]


def years_around(year: int) -> range:
    """Return the years a calendar resolves when it is set."""
    return range(year - YEARS_BACK, year + YEARS_AHEAD + 1)


def resolved_days(
    week: Sequence[Sequence[Sequence[int]]],
    *,
    country: str,
    years: Iterable[int],
    exceptions: Mapping[str, Sequence[Sequence[int]]],
) -> dict[str, list[list[int]]]:
    """Work out the windows of every date that differs from its weekday, own exceptions last.

    A make-up workday takes the windows of the weekday it works for, or Monday's where that one is free.
    Units: minutes of the local day; dates as ISO text.
    """
    days: dict[str, list[list[int]]] = {}
    for year in years:
        for one in holidays_of(country, year):
            if one.kind == "holiday":
                days[one.on.isoformat()] = []
    for year in years:
        for one in holidays_of(country, year):
            if one.kind == "workday":
                replaced = one.stands_for.weekday() if one.stands_for else MONDAY
                days[one.on.isoformat()] = _listed(week[replaced] or week[MONDAY])
    return days | {day: _listed(windows) for day, windows in exceptions.items()}


def _listed(windows: Sequence[Sequence[int]]) -> list[list[int]]:
    return [[start, end] for start, end in windows]


def windows_of(listed: Iterable[Sequence[int]]) -> Windows:
    """Turn stored windows into those of a calendar."""
    return tuple((int(start), int(end)) for start, end in listed)


def are_windows(windows: Sequence[Window]) -> bool:
    """Tell whether windows lie in the day, in order, without touching each other's insides."""
    edges = [edge for window in windows for edge in window]
    in_order = all(start < end for start, end in windows) and edges == sorted(edges)
    return in_order and (not edges or (edges[0] >= 0 and edges[-1] <= DAY_MIN))


def parsed_windows(text: str) -> list[Window] | None:
    """Read “09:00-12:00, 13:30-18:00” as people type it, also with the signs of Chinese; None when it is none."""
    cleaned = re.sub(r"\s", "", text.translate(str.maketrans("：，、；–—－～~", ":,,,-----")))
    windows = []
    for part in filter(None, re.split("[,;]", cleaned)):
        match = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", part)
        if match is None:
            return None
        start_h, start_m, end_h, end_m = map(int, match.groups())
        if start_m > 59 or end_m > 59:
            return None
        windows.append((start_h * 60 + start_m, end_h * 60 + end_m or DAY_MIN))
    return windows if are_windows(windows) else None


def written_windows(windows: Iterable[Sequence[int]]) -> str:
    """Write windows as people type them."""
    return ", ".join(f"{written_time(start)}-{written_time(end)}" for start, end in windows)


def written_time(minute: int) -> str:
    """Write a minute of the day as a time; the last one is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def open_spans(calendar: Calendar, start: datetime, end: datetime) -> list[Span]:
    """List when a calendar is open between two instants, windows that meet joined."""
    if calendar.always:
        return [Span(start, end)]
    day = start.astimezone(ZoneInfo(calendar.zone)).date() - timedelta(days=1)
    last = end.astimezone(ZoneInfo(calendar.zone)).date()
    found: list[Span] = []
    while day <= last:
        for from_min, to_min in calendar.windows_on(day):
            opening = max(instant(day, from_min, calendar.zone), start)
            closing = min(instant(day, to_min, calendar.zone), end)
            if opening >= closing:
                continue
            if found and found[-1].ends_at == opening:
                found[-1] = Span(found[-1].starts_at, closing)
            else:
                found.append(Span(opening, closing))
        day += timedelta(days=1)
    return found


def instant(day: date, minute: int, zone: str) -> datetime:
    """Return the instant of a local day at which a clock on the wall shows so many minutes; 1440 is the next day."""
    at = time(minute % DAY_MIN // 60, minute % 60)
    return datetime.combine(day + timedelta(days=minute // DAY_MIN), at, tzinfo=ZoneInfo(zone)).astimezone(UTC)
