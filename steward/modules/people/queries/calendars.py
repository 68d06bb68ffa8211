"""Calendars as the rest of Steward counts time with them, and as the editor shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from steward.kernel import memory
from steward.kernel.calendar import Calendar
from steward.kernel.errors import NotFound
from steward.modules.people.models import CalendarVersion, Team
from steward.modules.people.rules import calendars as rules

Key = tuple[str, int]
KEPT_AT_MOST = 500
_known: dict[Key, Calendar] = {}
memory.remembers(_known.clear)


class CalendarView(Struct, frozen=True):
    """One version of a calendar. Units: minutes of the local day; `exceptions` and `days` by ISO date."""

    id: int
    code: str
    version: int
    name: str
    zone: str
    always: bool
    week: list[list[list[int]]]
    country: str
    exceptions: dict[str, list[list[int]]]
    days: dict[str, list[list[int]]]
    first_year: int | None
    last_year: int | None
    active: bool
    reason: str
    set_at: datetime
    set_by: str

    @property
    def key(self) -> Key:
        """Name the version as clocks do."""
        return self.code, self.version

    def calendar(self) -> Calendar:
        """Turn it into what time is counted with."""
        week = [rules.windows_of(windows) for windows in self.week]
        return Calendar(
            code=self.code,
            version=self.version,
            zone=self.zone,
            always=self.always,
            week=(week[0], week[1], week[2], week[3], week[4], week[5], week[6]),
            days={date.fromisoformat(day): rules.windows_of(windows) for day, windows in self.days.items()},
        )


FIELDS = CalendarView.__struct_fields__


def calendars(keys: Iterable[Key]) -> dict[Key, Calendar]:
    """Resolve versions of calendars, (code, version) each. A version never changes, so it is read once per process.

    Raises: NotFound for one that does not exist.
    """
    wanted = set(keys)
    missing = {key for key in wanted if key not in _known}
    if missing:
        if len(_known) > KEPT_AT_MOST:
            _known.clear()
            missing = wanted
        rows = CalendarVersion.objects.filter(code__in={code for code, _version in missing}).values_list(*FIELDS)
        for row in rows:
            view = CalendarView(*row)
            if view.key in missing:
                _known[view.key] = view.calendar()
    if absent := sorted(wanted - _known.keys()):
        raise NotFound(key=f"{absent[0][0]} {absent[0][1]}")
    return {key: _known[key] for key in wanted}


def active_calendar(code: str) -> Calendar:
    """Return the version of a calendar that counts now. Raises: NotFound."""
    version = CalendarVersion.objects.filter(code=code, active=True).values_list("version", flat=True).first()
    if version is None:
        raise NotFound(key=code)
    return calendars([(code, version)])[code, version]


def active_calendars() -> dict[str, Calendar]:
    """Return every calendar that counts now, by code."""
    keys = list(CalendarVersion.objects.filter(active=True).values_list("code", "version"))
    return {code: calendar for (code, _version), calendar in calendars(keys).items()}


def calendar_list() -> list[CalendarView]:
    """List the versions in force, by code."""
    return [CalendarView(*row) for row in _active().order_by("code").values_list(*FIELDS)]


def calendar_view(code: str, version: int | None = None) -> CalendarView:
    """Return one version of a calendar, without a number the one in force. Raises: NotFound."""
    rows = CalendarVersion.objects.filter(code=code)
    rows = rows.filter(active=True) if version is None else rows.filter(version=version)
    row = rows.values_list(*FIELDS).first()
    if row is None:
        raise NotFound(key=code)
    return CalendarView(*row)


def calendar_versions(code: str) -> list[CalendarView]:
    """List all versions of a calendar, newest first."""
    rows = CalendarVersion.objects.filter(code=code).order_by("-version")
    return [CalendarView(*row) for row in rows.values_list(*FIELDS)]


def missing_holidays(*, now: datetime) -> list[tuple[CalendarView, int]]:
    """List the calendars in force with a year that has come near and whose holidays are not known yet."""
    return [
        (one, year)
        for one in calendar_list()
        if one.country
        for year in rules.years_to_know(now.astimezone(ZoneInfo(one.zone)).date())
        if not rules.is_announced(one.country, year)
    ]


def calendar_uses() -> dict[str, list[str]]:
    """Name the teams that keep each calendar."""
    found: dict[str, list[str]] = {}
    for code, name in Team.objects.filter(is_active=True).order_by("name").values_list("calendar_code", "name"):
        found.setdefault(code, []).append(name)
    return found


def _active() -> Any:
    return CalendarVersion.objects.filter(active=True)
