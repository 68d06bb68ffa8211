"""Calendars: versions, holidays that come near, and who hears of it."""

from datetime import UTC, datetime

import pytest

from steward.kernel import calendar as hours
from steward.kernel.errors import BadInput, NotFound
from steward.modules.people import commands, queries
from steward.modules.people.commands import CalendarDraft
from steward.modules.people.models import CalendarVersion
from steward.modules.people.tests.company import NOW, SETUP, kinds

pytestmark = pytest.mark.django_db
MORNING, AFTERNOON = (540, 720), (810, 1080)
WEEK = [[MORNING, AFTERNOON]] * 5 + [[], []]


def office(*, year: int = 2026, **facts: object) -> int:
    draft = CalendarDraft(**({"name": "杭州办公室", "week": WEEK, "country": "CN"} | facts))  # type: ignore[arg-type]
    return commands.save_calendar(SETUP, code="office", draft=draft, reason="测试", now=NOW.replace(year=year))


def test_the_calendar_that_never_closes_is_there_from_the_start() -> None:
    assert queries.active_calendar("always").always


def test_a_make_up_sunday_is_worked_and_a_holiday_is_not() -> None:
    office()
    calendar = queries.active_calendar("office")
    sunday, spring_festival = datetime(2026, 1, 4, 2, tzinfo=UTC), datetime(2026, 2, 17, 2, tzinfo=UTC)
    assert hours.is_open(calendar, sunday)
    assert not hours.is_open(calendar, spring_festival)


def test_a_limit_over_the_lunch_break_and_a_holiday_is_due_after_them() -> None:
    office()
    friday_evening = datetime(2026, 9, 30, 9, 30, tzinfo=UTC)  # 17:30 in Shanghai, National Day until the 7th
    assert hours.due_at(queries.active_calendar("office"), friday_evening, 3_600) == datetime(
        2026, 10, 8, 1, 30, tzinfo=UTC
    )


def test_a_change_is_a_new_version_and_the_old_one_stays_what_it_was() -> None:
    office()
    assert office(week=[[MORNING]] * 5 + [[], []]) == 2
    versions = queries.calendars([("office", 1), ("office", 2)])
    assert versions["office", 1].week[0] == (MORNING, AFTERNOON)
    assert versions["office", 2].week[0] == (MORNING,)
    assert queries.active_calendar("office").version == 2
    assert kinds(1) == ["people.calendar_changed"]


def test_saving_what_is_there_already_makes_no_version() -> None:
    office()
    before = kinds()
    assert office() == 1
    assert kinds() == before


def test_another_year_brings_its_holidays_in_by_itself_and_once() -> None:
    office()
    assert "office" in commands.extend_calendars(SETUP, now=NOW.replace(year=2027))
    assert commands.extend_calendars(SETUP, now=NOW.replace(year=2027)) == []
    assert queries.calendar_view("office").last_year == 2029


def test_all_that_is_wrong_with_a_calendar_is_named_at_once() -> None:
    with pytest.raises(BadInput) as refusal:
        office(name="", zone="Mars/Base", country="XX", week=[[(720, 540)], *WEEK[1:]])
    assert [finding["field"] for finding in refusal.value.findings] == ["name", "zone", "country", "week.0"]
    assert not CalendarVersion.objects.filter(code="office").exists()


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(NotFound):
        queries.calendars([("always", 1), ("always", 9)])


def test_a_fresh_house_has_office_hours_with_make_up_workdays_and_a_service_desk() -> None:
    office_hours, desk = queries.active_calendar("cn-office"), queries.active_calendar("service-desk")
    friday, made_up_sunday, lunch = (datetime(2026, *at, tzinfo=UTC) for at in ((3, 6, 9), (1, 4, 2), (3, 6, 5)))
    assert hours.is_open(office_hours, friday)
    assert hours.is_open(office_hours, made_up_sunday)
    assert not hours.is_open(office_hours, lunch)
    assert not hours.is_open(office_hours, datetime(2026, 10, 1, 2, tzinfo=UTC))
    assert hours.is_open(desk, lunch)
    assert not hours.is_open(desk, datetime(2026, 3, 6, 15, tzinfo=UTC))


def test_a_year_whose_notice_is_not_out_is_missed_from_mid_november_on() -> None:
    office(year=2030)
    assert ("office", 2031) not in commands.check_holidays(SETUP, now=NOW.replace(year=2030, month=11, day=14))
    missing = commands.check_holidays(SETUP, now=NOW.replace(year=2030, month=11, day=15))
    assert {("office", 2030), ("office", 2031)} <= set(missing)
    assert kinds(len(missing)) == ["people.holidays_missed"] * len(missing)


def test_a_year_that_is_known_is_not_missed() -> None:
    office()
    assert commands.check_holidays(SETUP, now=NOW) == []
    assert queries.missing_holidays(now=NOW) == []
