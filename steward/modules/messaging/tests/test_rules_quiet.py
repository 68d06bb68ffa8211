"""Quiet hours: a message is postponed, never lost, and never later than it must be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from steward.modules.messaging.rules.quiet import QuietHours, allowed_from, is_quiet

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
minutes = some.integers(0, 1439)
quiet_hours = some.builds(QuietHours, minutes, minutes, some.sampled_from(ZONES))
instants = some.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=some.just(UTC))
SPRING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # half past one in Berlin, half an hour before the clock jumps
AUTUMN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # half past two in Berlin, for the first time


@given(instants, quiet_hours)
@example(SPRING, QuietHours(60, 150, "Europe/Berlin"))
@example(AUTUMN, QuietHours(0, 150, "Europe/Berlin"))
def test_what_is_sent_is_sent_outside_the_quiet_hours(at: datetime, quiet: QuietHours) -> None:
    assert not is_quiet(allowed_from(at, quiet), quiet)


@given(instants, quiet_hours)
@example(SPRING, QuietHours(60, 150, "Europe/Berlin"))
@example(AUTUMN, QuietHours(0, 150, "Europe/Berlin"))
def test_it_waits_for_a_day_and_an_hour_at_most_and_never_goes_back_in_time(at: datetime, quiet: QuietHours) -> None:
    waited = allowed_from(at, quiet) - at

    assert timedelta(0) <= waited <= timedelta(hours=25)


@given(instants, quiet_hours)
def test_every_minute_before_is_quiet(at: datetime, quiet: QuietHours) -> None:
    free = allowed_from(at, quiet)
    before = free - timedelta(minutes=1)

    assert before < at or is_quiet(before, quiet)


@given(instants, quiet_hours)
def test_who_asks_again_gets_the_same_answer(at: datetime, quiet: QuietHours) -> None:
    free = allowed_from(at, quiet)

    assert allowed_from(free, quiet) == free


@given(instants, minutes, some.sampled_from(ZONES))
def test_hours_that_end_where_they_begin_are_none(at: datetime, minute: int, zone: str) -> None:
    assert allowed_from(at, QuietHours(minute, minute, zone)) == at


@pytest.mark.parametrize(
    ("at", "free"),
    [("2026-03-02T13:59:00Z", "2026-03-02T13:59:00Z"), ("2026-03-02T14:00:00Z", "2026-03-03T00:00:00Z")],
)
def test_ten_in_the_evening_waits_for_eight_in_the_morning(at: str, free: str) -> None:
    quiet = QuietHours(22 * 60, 8 * 60, "Asia/Shanghai")

    assert allowed_from(datetime.fromisoformat(at), quiet) == datetime.fromisoformat(free)
