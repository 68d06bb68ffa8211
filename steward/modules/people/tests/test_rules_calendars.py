"""Calendars: Chinese holidays and make-up workdays, windows as typed, when somebody is there."""

from datetime import UTC, date, datetime

import pytest

from steward.kernel.calendar import Calendar
from steward.modules.people.rules import calendars

OFFICE = [[[540, 720], [810, 1080]]] * 5 + [[], []]
MORNINGS = [[[540, 720]], [[600, 720]], [[540, 720]], [[540, 720]], [[480, 720]], [], []]


def days(week: list[list[list[int]]], year: int = 2026, **exceptions: list[list[int]]) -> dict[str, list[list[int]]]:
    named = {day.replace("d", "").replace("_", "-"): windows for day, windows in exceptions.items()}
    return calendars.resolved_days(week, country="CN", years=[year], exceptions=named)


def test_spring_festival_is_free() -> None:
    assert days(OFFICE)["2026-02-17"] == []


def test_a_sunday_made_into_a_workday_has_the_windows_of_the_day_it_works_for() -> None:
    assert calendars.Holiday(date(2026, 1, 4), "休息日（由 2026-01-04 调休）", "workday", date(2026, 1, 2)) in (
        calendars.holidays_of("CN", 2026)
    )
    assert days(MORNINGS)["2026-01-04"] == [[480, 720]]


def test_a_make_up_day_for_a_day_without_windows_takes_mondays() -> None:
    closed_tuesdays = [MORNINGS[0], [], *MORNINGS[2:]]
    assert days(closed_tuesdays)["2026-05-09"] == [[540, 720]]


def test_an_own_exception_stands_above_the_holiday() -> None:
    assert days(OFFICE, d2026_02_17=[[600, 660]])["2026-02-17"] == [[600, 660]]


def test_another_country_has_no_make_up_workdays() -> None:
    assert {one.kind for one in calendars.holidays_of("DE", 2026)} == {"holiday"}


def test_names_of_holidays_follow_the_language() -> None:
    by_language = {
        language: {one.on: one.name for one in calendars.holidays_of("CN", 2026, language)}[date(2026, 10, 1)]
        for language in ("zh-hans", "en")
    }
    assert by_language == {"zh-hans": "国庆节", "en": "National Day"}


@pytest.mark.parametrize("text", ["09:00-12:00, 13:30-18:00", "9:00–12:00，13：30～18:00", "09:00-12:00;13:30-18:00"])
def test_windows_are_read_as_people_type_them(text: str) -> None:
    assert calendars.parsed_windows(text) == [(540, 720), (810, 1080)]


@pytest.mark.parametrize("text", ["9-12", "12:00-09:00", "09:00-12:00,11:00-13:00", "25:00-26:00", "09:60-10:00"])
def test_what_is_no_window_is_not_read(text: str) -> None:
    assert calendars.parsed_windows(text) is None


def test_no_text_is_a_day_without_work_and_midnight_ends_a_day() -> None:
    assert calendars.parsed_windows(" ") == []
    assert calendars.parsed_windows("00:00-00:00") == calendars.parsed_windows("00:00-24:00") == [(0, 1440)]


def test_what_was_written_is_read_again() -> None:
    assert calendars.parsed_windows(calendars.written_windows(OFFICE[0])) == [(540, 720), (810, 1080)]


def test_days_that_meet_at_midnight_are_one_stretch() -> None:
    whole = Calendar(code="c", zone="UTC", week=(((0, 1440),),) * 7)
    start, end = datetime(2026, 3, 2, 6, tzinfo=UTC), datetime(2026, 3, 4, 6, tzinfo=UTC)
    assert calendars.open_spans(whole, start, end) == [calendars.Span(start, end)]


def test_only_the_windows_of_the_local_day_are_open() -> None:
    office = Calendar(code="c", zone="Asia/Shanghai", week=(((540, 720),),) + ((),) * 6)
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)
    expected = calendars.Span(datetime(2026, 3, 2, 1, tzinfo=UTC), datetime(2026, 3, 2, 4, tzinfo=UTC))
    assert calendars.open_spans(office, start, end) == [expected]
