"""Calendars: the hours that count, the holidays of a year, versions, and a preview before saving."""

from __future__ import annotations

from calendar import Calendar as MonthPages
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.people import fields
from steward.interfaces.console.people.account import NEAR_ZONES
from steward.interfaces.console.people.staff import errors_by_field
from steward.kernel import moment
from steward.kernel.errors import BadInput
from steward.modules.people import commands, queries
from steward.modules.people.commands import CalendarDraft
from steward.modules.people.queries import words
from steward.modules.people.rules import calendars as rules

CHANGE = "people.calendars"
ZONES = ("Europe/Berlin", *NEAR_ZONES)
DAYS = 7


@require_GET
@needs("people.view")
def calendars(request: StaffRequest) -> HttpResponse:
    """List the calendars in force and who keeps them."""
    uses = queries.calendar_uses()
    rows = [
        {
            "calendar": one,
            "hours": _summary(one),
            "country": words.COUNTRIES.get(one.country, ""),
            "teams": uses.get(one.code, []),
        }
        for one in queries.calendar_list()
    ]
    missing = queries.missing_holidays(now=moment.now())
    return render(request, "console/people/calendars.html", {"rows": rows, "missing": missing})


def _summary(calendar: queries.CalendarView) -> list[tuple[str, str]]:
    """Say the week in few words: days with the same hours together."""
    if calendar.always:
        return [(_("Every day"), "24×7")]
    found: list[tuple[int, int, str]] = []
    for day, windows in enumerate(calendar.week):
        text = rules.written_windows(windows)
        if found and found[-1][2] == text:
            found[-1] = (found[-1][0], day, text)
        else:
            found.append((day, day, text))
    return [
        (
            str(words.WEEKDAYS[first]) if first == last else f"{words.WEEKDAYS[first]}–{words.WEEKDAYS[last]}",
            text or _("closed"),
        )
        for first, last, text in found
    ]


@needs("people.view")
def calendar_new(request: StaffRequest) -> HttpResponse:
    """Make a calendar."""
    return _page(request, None)


@needs("people.view")
def calendar_edit(request: StaffRequest, calendar_code: str) -> HttpResponse:
    """Show one calendar: its week, its year, its versions; change it."""
    number = request.GET.get("version", "")
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else None
    return _page(request, queries.calendar_view(calendar_code, wanted))


def _page(request: StaffRequest, found: queries.CalendarView | None) -> HttpResponse:
    now, errors = moment.now(), {}
    typed = request.POST if request.method == "POST" else _as_typed(found)
    shown = _resolved(found.week, found.country, found.exceptions, found.days) if found else {}
    if request.method == "POST":
        request.actor.require(CHANGE)
        code = found.code if found else typed.get("code", "").strip()
        try:
            draft = _draft(typed)
            if typed.get("do") == "preview":
                shown = _preview(draft, now.year)
            else:
                reason = typed.get("reason", "")
                if found is None and any(one.code == code for one in queries.calendar_list()):
                    raise BadInput([{"field": "code", "message": _("There is a calendar with this code already.")}])
                version = commands.save_calendar(request.actor, code=code, draft=draft, reason=reason, now=now)
                text = _("Version %(version)s counts now; running time limits are computed anew.")
                return say(request, text % {"version": version}, to=reverse("calendar", args=[code]))
        except BadInput as refusal:
            errors = errors_by_field(refusal.findings)
    year = _year(request.GET.get("year", ""), now.year)
    facts = {
        "calendar": found,
        "typed": typed,
        "errors": errors,
        "week": [
            (day, words.WEEKDAYS[day], typed.get(f"day-{day}", ""), errors.get(f"week.{day}", ""))
            for day in range(DAYS)
        ],
        "bars": [(words.WEEKDAYS[day], _bars(typed.get(f"day-{day}", ""))) for day in range(DAYS)],
        "zones": [*ZONES, *sorted(available_timezones() - set(ZONES))],
        "countries": words.COUNTRIES,
        "year": year,
        "years": list(rules.years_around(now.year)),
        "months": _months(year, shown, typed.get("country", ""), request.actor.locale),
        "previewed": request.method == "POST" and not errors,
        "versions": queries.calendar_versions(found.code) if found else [],
        "exceptions_error": " ".join(text for field, text in errors.items() if field.startswith("exceptions")),
        "letters": [_letter(str(name), request.actor.locale) for name in words.WEEKDAYS],
        "today": now.date(),
    }
    return render(request, "console/people/calendar.html", facts, status=422 if errors else 200)


def _year(text: str, this_year: int) -> int:
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else this_year
    return wanted if wanted in rules.years_around(this_year) else this_year


def _as_typed(found: queries.CalendarView | None) -> QueryDict:
    typed = QueryDict(mutable=True)
    if found is None:
        typed.update({"zone": "Asia/Shanghai", "country": "CN"})
        typed.update({f"day-{day}": "09:00-12:00, 13:30-18:00" if day < 5 else "" for day in range(DAYS)})
        return typed
    typed.update(
        {
            "name": found.name,
            "zone": found.zone,
            "country": found.country,
            "always": "on" if found.always else "",
            "exceptions": "\n".join(
                f"{day} {rules.written_windows(windows)}".strip() for day, windows in found.exceptions.items()
            ),
        }
    )
    typed.update({f"day-{day}": rules.written_windows(found.week[day]) for day in range(DAYS)})
    return typed


def _draft(typed: QueryDict) -> CalendarDraft:
    """Read the form. Raises: BadInput for what is no time or no day."""
    findings = []
    week = []
    for day in range(DAYS):
        windows = rules.parsed_windows(typed.get(f"day-{day}", ""))
        if windows is None:
            findings.append({"field": f"week.{day}", "message": _("Write e.g. 09:00-12:00, 13:30-18:00.")})
        week.append(windows or [])
    exceptions: dict[date, list[tuple[int, int]]] = {}
    for line in filter(None, map(str.strip, typed.get("exceptions", "").splitlines())):
        on, _space, hours = line.partition(" ")
        one, windows = fields.find_day(on), rules.parsed_windows(hours)
        if one is None or windows is None:
            text = _("“%(line)s” is no day with times: write e.g. 2026-12-31 09:00-12:00, or the day alone.")
            findings.append({"field": "exceptions", "message": text % {"line": line}})
        else:
            exceptions[one] = windows
    if findings:
        raise BadInput(findings)
    return CalendarDraft(
        name=typed.get("name", ""),
        zone=typed.get("zone", ""),
        always=typed.get("always") == "on",
        week=week,
        country=typed.get("country", ""),
        exceptions=exceptions,
    )


def _preview(draft: CalendarDraft, year: int) -> dict[date, str]:
    week = [[[start, end] for start, end in windows] for windows in draft.week]
    exceptions = {
        day.isoformat(): [[start, end] for start, end in windows] for day, windows in draft.exceptions.items()
    }
    years = rules.years_around(year) if draft.country else range(0)
    days = rules.resolved_days(week, country=draft.country, years=years, exceptions=exceptions)
    return _resolved(week, draft.country, exceptions, days)


def _resolved(week: Any, country: str, exceptions: Mapping[str, Any], days: Mapping[str, Any]) -> dict[date, str]:
    """Say of each date that differs from its weekday how it looks: closed, a workday, or an own exception."""
    found = {}
    for text, windows in days.items():
        day = date.fromisoformat(text)
        if text in exceptions:
            found[day] = "own"
        else:
            found[day] = "workday" if windows else "holiday"
    return found


def _letter(weekday: str, locale: str) -> str:
    """Shorten the name of a weekday to what a narrow column holds: 一, Mo."""
    return weekday[-1] if locale.startswith("zh") else weekday[:2]


def _bars(text: str) -> list[tuple[int, int]]:
    """Turn the windows of a day, as typed, into bars: (x, width) in minutes."""
    return [(start, end - start) for start, end in rules.parsed_windows(text) or []]


def _months(year: int, shown: Mapping[date, str], country: str, locale: str) -> list[dict[str, Any]]:
    """Lay a year out in months of weeks; a cell is empty, or a day with its look and name."""
    names = {one.on: one.name for one in rules.holidays_of(country, year, locale)}
    pages = MonthPages()
    return [
        {
            "first": date(year, month, 1),
            "weeks": [
                [
                    {"date": day, "look": shown.get(day, ""), "name": names.get(day, "")}
                    if day.month == month
                    else None
                    for day in week
                ]
                for week in pages.monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]
