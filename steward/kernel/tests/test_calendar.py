"""Working time, held against the plain definition: what the clock on the wall shows, minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from steward.kernel import calendar as working
from steward.kernel.calendar import ALWAYS, Calendar, Windows

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
HOUR_S = 3_600
LUNCH: Windows = ((540, 720), (780, 1_080))  # 09:00–12:00, 13:00–18:00
OFFICE = Calendar(code="office", week=(LUNCH, LUNCH, LUNCH, LUNCH, LUNCH, (), ()))
DAY: Windows = ((0, 1_440),)
ROUND_THE_CLOCK = Calendar(code="round", week=(DAY,) * 7)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def every_day(zone: str, *windows: tuple[int, int]) -> Calendar:
    return Calendar(code=zone, zone=zone, week=(windows,) * 7)


def hours(calendar: Calendar, day: str) -> float:
    zone = ZoneInfo(calendar.zone)
    midnight = datetime.fromisoformat(day).replace(tzinfo=zone)
    return working.worked_s(calendar, midnight, (midnight + timedelta(days=1)).replace(tzinfo=zone)) / HOUR_S


def test_an_order_of_friday_evening_is_due_on_monday_morning() -> None:
    assert working.due_at(OFFICE, at("2026-03-06 17:50"), HOUR_S) == at("2026-03-09 09:50")


def test_lunch_is_not_worked() -> None:
    assert working.due_at(OFFICE, at("2026-03-02 11:50"), 20 * 60) == at("2026-03-02 13:10")
    assert working.worked_s(OFFICE, at("2026-03-02 11:00"), at("2026-03-02 14:00")) == 2 * HOUR_S


def test_a_limit_that_ends_with_the_day_is_due_at_its_end() -> None:
    assert working.due_at(OFFICE, at("2026-03-06 17:00"), HOUR_S) == at("2026-03-06 18:00")


def test_a_warning_before_a_morning_comes_when_people_are_back() -> None:
    assert working.due_before(OFFICE, at("2026-03-09 09:10"), 10 * working.MINUTE_US) == at("2026-03-09 09:00")
    assert working.due_before(OFFICE, at("2026-03-09 09:10"), 20 * working.MINUTE_US) == at("2026-03-06 17:50")


def test_a_holiday_on_the_day_it_starts_counts_nothing() -> None:
    national_day = Calendar(code="cn", week=OFFICE.week, days={date(2026, 10, 1): (), date(2026, 10, 2): ()})
    assert working.due_at(national_day, at("2026-10-01 10:00"), HOUR_S) == at("2026-10-05 10:00")


def test_a_make_up_workday_counts_on_a_weekend() -> None:
    make_up = Calendar(code="cn", week=OFFICE.week, days={date(2026, 2, 14): LUNCH})
    assert working.due_at(make_up, at("2026-02-13 17:30"), HOUR_S) == at("2026-02-14 09:30")


def test_round_the_clock_windows_lose_nothing_at_midnight() -> None:
    start = at("2026-03-02 23:59:30")
    assert working.due_at(ROUND_THE_CLOCK, start, 60) == start + MINUTE
    assert working.due_at(ROUND_THE_CLOCK, start, 900 * 86_400) == start + timedelta(days=900)


def test_always_is_plain_subtraction() -> None:
    start = at("2026-03-28 23:59:59.5")
    assert working.due_at(ALWAYS, start, 86_400) == start + timedelta(days=1)
    assert working.worked_us(ALWAYS, start, start + timedelta(microseconds=7)) == 7


def test_the_hour_lost_in_spring_was_not_worked_and_the_doubled_one_of_autumn_counts_twice() -> None:
    night = every_day("Europe/Berlin", (60, 240))  # 01:00–04:00
    assert [hours(night, day) for day in ("2026-03-28", "2026-03-29", "2026-10-25")] == [3, 2, 4]


def test_a_window_inside_the_lost_hour_does_not_happen_and_one_inside_the_doubled_hour_happens_twice() -> None:
    inside = every_day("Europe/Berlin", (135, 165))  # 02:15–02:45
    assert [hours(inside, day) for day in ("2026-03-29", "2026-10-25")] == [0, 1]


def test_a_day_whose_midnight_does_not_exist_is_counted_from_its_first_instant() -> None:
    assert hours(every_day("America/Havana", (0, 120)), "2026-03-08") == 1


def test_an_office_day_of_eight_hours_has_eight_hours_when_clocks_change() -> None:
    office = every_day("America/New_York", *LUNCH)
    assert [hours(office, day) for day in ("2026-03-08", "2026-11-01")] == [8, 8]


def test_zones_with_odd_offsets_are_exact() -> None:
    assert hours(every_day("Asia/Kathmandu", *LUNCH), "2026-05-05") == 8
    assert hours(every_day("Australia/Lord_Howe", (0, 1_440)), "2026-04-05") == 24.5


def test_a_calendar_without_working_time_says_so() -> None:
    with pytest.raises(working.NoWorkingTime):
        working.due_at(Calendar(code="never"), at("2026-03-02 09:00"), 1)
    with pytest.raises(working.NoWorkingTime):
        working.due_before(Calendar(code="never"), at("2026-03-02 09:00"), 1)


def test_the_next_opening_skips_night_and_weekend() -> None:
    assert working.next_opening(OFFICE, at("2026-03-06 18:00")) == at("2026-03-09 09:00")
    assert working.next_opening(OFFICE, at("2026-03-06 17:59")) == at("2026-03-06 17:59")
    assert not working.is_open(OFFICE, at("2026-03-06 12:00"))


@pytest.mark.parametrize(
    "bad",
    [
        every_day("Asia/Shanghai", (540, 540)),
        every_day("Asia/Shanghai", (540, 1_441)),
        every_day("Asia/Shanghai", (-1, 60)),
        every_day("Asia/Shanghai", (600, 700), (540, 560)),
        every_day("Asia/Shanghai", (540, 620), (600, 700)),
        Calendar(code="x", zone="Mars/Base"),
        Calendar(code="x", days={date(2026, 1, 1): ((5, 4),)}),
    ],
)
def test_windows_that_are_none_are_refused(bad: Calendar) -> None:
    with pytest.raises(working.BadCalendar):
        working.check(bad)


def test_windows_that_meet_are_fine() -> None:
    working.check(every_day("Asia/Shanghai", (0, 600), (600, 1_440)))


ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Kathmandu",
)
# Days around which these zones change their clocks, a year's end, and ordinary ones.
DAYS = tuple(
    map(date.fromisoformat, ("2026-03-08", "2026-03-29", "2026-04-05", "2026-10-25", "2026-11-01", "2025-12-31"))
)


@some.composite
def windows(draw: some.DrawFn) -> Windows:
    edges = sorted(draw(some.sets(some.integers(0, 96), max_size=6)))
    return tuple((a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False))


@some.composite
def calendars(draw: some.DrawFn) -> Calendar:
    week = tuple(draw(windows()) for _ in range(7))
    day = draw(some.sampled_from(DAYS))
    days = draw(some.dictionaries(some.integers(-3, 3).map(lambda n: day + timedelta(days=n)), windows(), max_size=3))
    always_some = (*week[:6], week[6] or ((0, 15),))
    return Calendar(code="drawn", zone=draw(some.sampled_from(ZONES)), week=always_some, days=days)  # type: ignore[arg-type]


instants = some.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes),
    some.sampled_from(DAYS),
    some.integers(-3 * 1_440, 3 * 1_440),
)
finer = some.builds(lambda day, us: day + timedelta(microseconds=us), instants, some.integers(0, 59_999_999))


def minutes_on_the_wall(calendar: Calendar, start: datetime, end: datetime) -> int:
    zone, count, moment = ZoneInfo(calendar.zone), 0, start
    while moment < end:
        wall = moment.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        count += any(opening <= minute < closing for opening, closing in calendar.windows_on(wall.date()))
        moment += MINUTE
    return count


@settings(max_examples=40, deadline=None)
@given(calendars(), instants, some.integers(0, 2_000))
def test_working_time_is_what_the_clock_on_the_wall_says(calendar: Calendar, start: datetime, minutes: int) -> None:
    end = start + minutes * MINUTE
    assert working.worked_s(calendar, start, end) == 60 * minutes_on_the_wall(calendar, start, end)


@settings(max_examples=40, deadline=None)
@given(calendars(), finer, some.integers(1, 30 * working.DAY_US))
@example(OFFICE, at("2026-03-06 18:00"), 1)
def test_a_limit_is_due_at_the_first_instant_by_which_it_was_worked(
    calendar: Calendar, start: datetime, work_us: int
) -> None:
    due = working.due_after(calendar, start, work_us)
    assert working.worked_us(calendar, start, due) == work_us
    assert working.worked_us(calendar, start, due - timedelta(microseconds=1)) == work_us - 1


@settings(max_examples=40, deadline=None)
@given(calendars(), finer, some.integers(1, 30 * working.DAY_US))
def test_a_warning_comes_at_the_last_instant_that_leaves_its_time(
    calendar: Calendar, end: datetime, work_us: int
) -> None:
    start = working.due_before(calendar, end, work_us)
    assert working.worked_us(calendar, start, end) == work_us
    assert working.worked_us(calendar, start + timedelta(microseconds=1), end) == work_us - 1


@settings(max_examples=40, deadline=None)
@given(calendars(), some.lists(finer, min_size=2, max_size=8))
def test_parts_of_a_span_add_up_to_the_whole(calendar: Calendar, cuts: list[datetime]) -> None:
    cuts.sort()
    parts = sum(working.worked_us(calendar, a, b) for a, b in pairwise(cuts))
    assert parts == working.worked_us(calendar, cuts[0], cuts[-1])


@settings(max_examples=10, deadline=None)
@given(some.permutations([2024, 2026, 2025, 2028]))
def test_answers_do_not_depend_on_what_was_asked_before(years: list[int]) -> None:
    asked = Calendar(code="fresh", week=OFFICE.week)
    for year in years:
        start = datetime(year, 12, 30, 12, tzinfo=UTC)
        assert working.due_at(asked, start, 40 * HOUR_S) == working.due_at(
            Calendar(code="once", week=OFFICE.week), start, 40 * HOUR_S
        )
