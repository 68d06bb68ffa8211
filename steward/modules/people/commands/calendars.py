"""Put new versions of calendars in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.calendar import Window
from steward.kernel.command import command
from steward.modules.people.commands.teams import CODE
from steward.modules.people.events import CalendarChanged, HolidaysMissed
from steward.modules.people.models import CalendarVersion
from steward.modules.people.queries.calendars import missing_holidays
from steward.modules.people.rules import calendars as rules

WEEKDAYS = 7
MOST_EXCEPTIONS = 400
Listed = list[list[int]]


class CalendarDraft(Struct, frozen=True, kw_only=True):
    """How a calendar shall be. Units: minutes of the local day; `exceptions` by local date, empty = nobody works."""

    name: str
    zone: str = "Asia/Shanghai"
    always: bool = False
    week: Sequence[Sequence[Window]] = ((),) * WEEKDAYS
    country: str = ""
    exceptions: Mapping[date, Sequence[Window]] = {}


@command(needs="people.calendars")
def save_calendar(actor: Actor, *, code: str, draft: CalendarDraft, reason: str, now: datetime) -> int:
    """Put a new version of a calendar in force; the holidays of last year until the year after next go into it.

    Returns the version, the present one where nothing changed.
    Locks: the version in force. Raises: BadInput with every finding. Emits: CalendarChanged.
    """
    if findings := _findings(code, draft):
        raise errors.BadInput(findings)
    return _put_in_force(actor, code, draft, reason, now.year)


@command(needs="people.calendars")
def extend_calendars(actor: Actor, *, now: datetime) -> list[str]:
    """Give calendars with holidays a new version where another year came near or a year's notice changed its days.

    Returns the codes of those that changed. Emits: CalendarChanged.
    """
    changed = []
    for row in CalendarVersion.objects.filter(active=True).exclude(country="").order_by("code"):
        draft = CalendarDraft(
            name=row.name,
            zone=row.zone,
            always=row.always,
            week=[[(start, end) for start, end in windows] for windows in row.week],
            country=row.country,
            exceptions={
                date.fromisoformat(day): [(start, end) for start, end in windows]
                for day, windows in row.exceptions.items()
            },
        )
        if _put_in_force(actor, row.code, draft, "holidays", now.year) != row.version:
            changed.append(row.code)
    return changed


@command(needs="people.calendars")
def check_holidays(actor: Actor, *, now: datetime) -> list[tuple[str, int]]:
    """Find calendars in force that lack the holidays of a year that has come near.

    Returns their codes with the year. Emits: HolidaysMissed for each.
    """
    missing = missing_holidays(now=now)
    events.record(
        actor,
        [
            HolidaysMissed(calendar_id=one.id, code=one.code, name=one.name, country=one.country, year=year)
            for one, year in missing
        ],
    )
    return [(one.code, year) for one, year in missing]


def _put_in_force(actor: Actor, code: str, draft: CalendarDraft, reason: str, year: int) -> int:
    before = CalendarVersion.objects.select_for_update().filter(code=code, active=True).first()
    facts = _facts(draft, year)
    if before is not None and all(getattr(before, name) == value for name, value in facts.items()):
        return before.version
    version = before.version + 1 if before else 1
    if before is not None:
        CalendarVersion.objects.filter(id=before.id, active=True).update(active=False)
    row = CalendarVersion.objects.create(
        code=code, version=version, reason=reason.strip()[:200], set_by=actor.id, **facts
    )
    events.record(actor, [CalendarChanged(calendar_id=row.id, code=code, version=version, reason=row.reason)])
    return version


def _facts(draft: CalendarDraft, year: int) -> dict[str, object]:
    """Work out what a version says, holidays included."""
    week = [_listed(windows) for windows in draft.week]
    exceptions = {day.isoformat(): _listed(windows) for day, windows in sorted(draft.exceptions.items())}
    years = rules.years_around(year) if draft.country else range(0)
    return {
        "name": draft.name.strip(),
        "zone": draft.zone,
        "always": draft.always,
        "week": week,
        "country": draft.country,
        "exceptions": exceptions,
        "days": rules.resolved_days(week, country=draft.country, years=years, exceptions=exceptions),
        "first_year": years[0] if years else None,
        "last_year": years[-1] if years else None,
    }


def _listed(windows: Sequence[Window]) -> Listed:
    return [[start, end] for start, end in windows]


def _findings(code: str, draft: CalendarDraft) -> list[dict[str, str]]:
    """Collect all that is wrong with a calendar."""
    no_windows = _("Write times in order, e.g. 09:00-12:00, 13:30-18:00.")
    some_work = draft.always or any(draft.week)
    checks = [
        ("code", CODE.fullmatch(code), _("Small letters, digits, - and _ only, 40 at most.")),
        ("name", draft.name.strip() and len(draft.name) <= 80, _("Give a name of at most 80 characters.")),
        ("zone", draft.zone in available_timezones(), _("There is no such time zone.")),
        ("country", draft.country in ("", *rules.COUNTRIES), _("The holidays of this country are not known.")),
        ("week", len(draft.week) == WEEKDAYS, _("A week has seven days.")),
        ("week", some_work, _("Give at least one day with working time.")),
        ("exceptions", len(draft.exceptions) <= MOST_EXCEPTIONS, _("At most 400 exceptions.")),
    ]
    checks += [(f"week.{day}", rules.are_windows(windows), no_windows) for day, windows in enumerate(draft.week)]
    checks += [
        (f"exceptions.{day}", rules.are_windows(windows), no_windows) for day, windows in draft.exceptions.items()
    ]
    return [{"field": field, "code": "unfit", "message": message} for field, fits, message in checks if not fits]
