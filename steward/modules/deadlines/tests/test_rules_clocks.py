"""What happens to a clock: examples of each trap, and properties over every sequence of changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from steward.kernel.calendar import ALWAYS, SECOND_US, Calendar, Windows, worked_us
from steward.modules.deadlines.rules import Clock, Rung, Terms, Warn, clocks, plan_of

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HOUR_S, MINUTE = 3_600, timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY: Windows = ((540, 720), (780, 1_080))  # 09:00–12:00, 13:00–18:00
OFFICE = Calendar(code="office", week=(DAY, DAY, DAY, DAY, DAY, (), ()))
HOLIDAYS = Calendar(code="office", version=2, week=OFFICE.week, days={date(2026, 3, 30): (), date(2026, 3, 28): DAY})
NIGHT = Calendar(code="night", zone="Europe/Berlin", week=(((0, 360), (1_320, 1_440)),) * 7)
ROUND = Calendar(code="round", week=(((0, 1_440),),) * 7)
CALENDARS = (ALWAYS, OFFICE, HOLIDAYS, NIGHT, ROUND)
WARNINGS = (Warn(share=0.5), Warn(before_s=300))
LADDER = (Rung(-600, "notify"), Rung(0, "notify"), Rung(1_800, "reassign", "agents"), Rung(7_200, "manager"))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def terms(calendar: Calendar = ALWAYS, target_s: int = HOUR_S, *, steps: bool = False) -> Terms:
    return Terms(calendar, plan_of(WARNINGS if steps else (), LADDER if steps else (), target_s))


def started(when: datetime, calendar: Calendar = ALWAYS, target_s: int = HOUR_S) -> Clock:
    return clocks.started(terms(calendar, target_s), target_s=target_s, at=when)


def test_an_order_of_friday_evening_has_until_monday_morning() -> None:
    assert started(at("2026-03-06 17:50"), OFFICE).due_at == at("2026-03-09 09:50")


def test_a_pause_wholly_outside_hours_costs_nothing() -> None:
    clock = started(at("2026-03-06 17:50"), OFFICE)
    paused, _ = clocks.paused(clock, terms(OFFICE), at("2026-03-07 10:00"))
    assert paused.due_at is None
    assert clocks.resumed(paused, terms(OFFICE), at("2026-03-08 20:00")).due_at == clock.due_at


def test_two_pauses_in_one_minute_lose_no_second() -> None:
    clock = started(at("2026-03-02 10:00"))
    for second, what in ((5.25, "pause"), (20, "run"), (20.5, "pause"), (59.75, "run")):
        when = at("2026-03-02 10:00") + timedelta(seconds=second)
        clock = clocks.paused(clock, terms(), when)[0] if what == "pause" else clocks.resumed(clock, terms(), when)
    assert clock.consumed_us == 5_750_000
    assert clock.due_at == at("2026-03-02 11:00") + timedelta(seconds=14.75 + 39.25)


def test_a_pause_over_lunch_counts_the_morning_and_the_afternoon_only() -> None:
    clock = started(at("2026-03-02 11:30"), OFFICE)
    paused, _ = clocks.paused(clock, terms(OFFICE), at("2026-03-02 12:30"))
    assert paused.consumed_us == 30 * 60 * SECOND_US
    assert clocks.resumed(paused, terms(OFFICE), at("2026-03-02 12:45")).due_at == at("2026-03-02 13:30")


def test_a_clock_over_the_hour_lost_in_spring_has_its_whole_time() -> None:
    clock = started(at("2026-03-29 01:30", BERLIN), NIGHT, 2 * HOUR_S)
    assert clock.due_at == at("2026-03-29 04:30", BERLIN)


def test_a_breach_dates_from_the_due_time_however_late_the_sweep() -> None:
    swept, done = clocks.as_of(started(at("2026-03-02 10:00")), terms(), at("2026-03-05 10:00"))
    assert (swept.outcome, swept.breached_at) == ("breached", at("2026-03-02 11:00"))
    assert [(step.kind, step.at) for step in done] == [("breached", at("2026-03-02 11:00"))]


def test_warnings_and_steps_come_in_the_order_of_their_instants() -> None:
    clock, done = clocks.as_of(started(at("2026-03-02 10:00")), terms(steps=True), at("2026-03-02 11:31"))
    assert [(step.kind, step.number, (step.at - at("2026-03-02 10:00")) // MINUTE) for step in done] == [
        ("warned", 0, 30),
        ("escalated", 0, 50),
        ("warned", 1, 55),
        ("breached", 0, 60),
        ("escalated", 1, 60),
        ("escalated", 2, 90),
    ]
    assert clocks.next_step_at(clock, terms(steps=True)) == at("2026-03-02 13:00")


def test_nothing_happens_to_a_clock_that_stands_still() -> None:
    clock, _ = clocks.paused(started(at("2026-03-02 10:00")), terms(steps=True), at("2026-03-02 10:10"))
    assert clocks.as_of(clock, terms(steps=True), at("2027-03-02 10:10")) == (clock, [])


def test_an_answer_in_time_that_is_told_late_takes_the_breach_back() -> None:
    swept, _ = clocks.as_of(started(at("2026-03-02 10:00")), terms(), at("2026-03-02 11:05"))
    ended, _ = clocks.ended(swept, terms(), at("2026-03-02 11:00"), "met")
    assert (ended.outcome, ended.breached_at) == ("met", None)


def test_a_longer_limit_takes_the_breach_back_and_a_shorter_one_is_due_at_once_not_in_the_past() -> None:
    late, _ = clocks.as_of(started(at("2026-03-02 10:00")), terms(), at("2026-03-02 12:00"))
    four = terms(target_s=4 * HOUR_S)
    longer, _ = clocks.retermed(late, terms(), four, target_s=4 * HOUR_S, at=at("2026-03-02 12:00"))
    assert (longer.outcome, longer.breached_at, longer.due_at) == ("running", None, at("2026-03-02 14:00"))
    shorter, _ = clocks.retermed(longer, four, terms(target_s=60), target_s=60, at=at("2026-03-02 13:00"))
    assert (shorter.outcome, shorter.due_at) == ("running", at("2026-03-02 13:00"))


def test_a_calendar_edit_counts_from_then_and_what_was_used_stays_used() -> None:
    clock = started(at("2026-03-27 17:00"), OFFICE, 3 * HOUR_S)
    edited, _ = clocks.retermed(clock, terms(OFFICE), terms(HOLIDAYS), target_s=3 * HOUR_S, at=at("2026-03-27 17:30"))
    assert edited.consumed_us == 30 * 60 * SECOND_US
    assert edited.due_at == at("2026-03-28 11:00")  # Saturday makes up for Monday


def test_a_due_time_from_outside_counts_as_given_and_nobody_there_waits() -> None:
    clock, _ = clocks.paused(started(at("2026-03-02 10:00")), terms(), at("2026-03-02 10:10"))
    dated, _ = clocks.dated(clock, terms(), terms(), due_at=at("2026-03-03 00:00"), at=at("2026-03-02 10:20"))
    assert (dated.due_at, dated.is_paused, dated.target_s) == (at("2026-03-03 00:00"), False, 14 * HOUR_S)
    assert clocks.paused(dated, terms(), at("2026-03-02 11:00"))[0] is dated
    released, _ = clocks.released(dated, terms(), terms(), target_s=HOUR_S, at=at("2026-03-02 10:50"))
    assert released.due_at == at("2026-03-02 11:10")  # ten minutes used, thirty more since


def test_a_late_clock_that_stands_still_stays_late_and_keeps_its_due_time() -> None:
    paused, _ = clocks.paused(started(at("2026-03-02 10:00")), terms(), at("2026-03-02 12:00"))
    assert (paused.outcome, paused.due_at) == ("breached", at("2026-03-02 11:00"))
    assert clocks.resumed(paused, terms(), at("2026-03-02 15:00")).due_at == at("2026-03-02 11:00")


OPS = ("pause", "resume", "target", "calendar", "date", "release", "stop", "nothing")
NEAR_CLOCK_CHANGE = at("2026-03-27 15:00")  # Friday before the night in which Europe changes its clocks
gaps = some.one_of(some.integers(0, 7_200), some.integers(0, 200_000)).map(lambda s: s * SECOND_US)
steps = some.lists(
    some.tuples(
        some.sampled_from(OPS),
        gaps,
        some.integers(0, 999_999),
        some.sampled_from(CALENDARS),
        some.integers(1, 100_000),
        some.booleans(),
    ),
    max_size=10,
)


def changed(clock: Clock, now_terms: Terms, op: str, when: datetime, calendar: Calendar, number: int) -> Any:
    """Return the clock and its terms after one change."""
    target = clock.target_s
    if op == "pause":
        return clocks.paused(clock, now_terms, when)[0], now_terms
    if op == "resume":
        return clocks.resumed(clock, now_terms, when), now_terms
    if op == "stop":
        return clocks.ended(clock, now_terms, when, "met")[0], now_terms
    if op == "date":
        due = when + timedelta(seconds=number - 3_000)
        new = terms(now_terms.calendar, clocks.target_until(clock.started_at, due), steps=True)
        return clocks.dated(clock, now_terms, new, due_at=due, at=when)[0], new
    if op == "release" and clock.external:
        new = terms(now_terms.calendar, number, steps=True)
        return clocks.released(clock, now_terms, new, target_s=number, at=when)[0], new
    if op in ("target", "calendar"):
        target = target if op == "calendar" or clock.external else number
        new = terms(calendar if op == "calendar" else now_terms.calendar, target, steps=True)
        return clocks.retermed(clock, now_terms, new, target_s=target, at=when)[0], new
    return clock, now_terms


def told(
    story: list[tuple[str, int, int, Calendar, int, bool]], calendar: Calendar, *, sweeping: bool
) -> list[tuple[Clock, Terms, datetime]]:
    """Tell a story, with sweeps wherever it says so or with none; every state on the way."""
    when, now_terms = NEAR_CLOCK_CHANGE, terms(calendar, 10_000, steps=True)
    clock = clocks.started(now_terms, target_s=10_000, at=when)
    states = [(clock, now_terms, when)]
    for op, gap_us, rest_us, other, number, sweep in story:
        if clock.stopped_at is not None:
            break
        if sweeping and sweep:
            clock, _ = clocks.as_of(clock, now_terms, when + timedelta(microseconds=gap_us // 2))
        when += timedelta(microseconds=gap_us + rest_us)
        if sweeping:
            clock, _ = clocks.as_of(clock, now_terms, when)
        clock, now_terms = changed(clock, now_terms, op, when, other, number)
        states.append((clock, now_terms, when))
    return states


@settings(max_examples=100, deadline=None)
@given(steps, some.sampled_from(CALENDARS))
def test_nothing_depends_on_when_the_sweep_ran(story: Any, calendar: Calendar) -> None:
    swept, unswept = told(story, calendar, sweeping=True)[-1], told(story, calendar, sweeping=False)[-1]
    until = swept[2] + HOUR
    assert clocks.as_of(swept[0], swept[1], until)[0] == clocks.as_of(unswept[0], unswept[1], until)[0]


@settings(max_examples=100, deadline=None)
@given(steps, some.sampled_from(CALENDARS))
def test_working_time_is_neither_lost_nor_invented(story: Any, calendar: Calendar) -> None:
    states = told(story, calendar, sweeping=True)
    worked = 0
    for (before, counting, since), (_after, _terms, until) in pairwise(states):
        if before.running_since is not None:
            worked += worked_us(counting.calendar, since, until)
    last, counting, now = states[-1]
    assert clocks.consumed_us(last, counting, now) == worked
    assert 0 <= last.consumed_us <= worked


@settings(max_examples=100, deadline=None)
@given(steps, some.sampled_from(CALENDARS))
def test_a_clock_is_due_when_its_target_is_used_up_and_late_exactly_after_that(story: Any, calendar: Calendar) -> None:
    for clock, counting, now in told(story, calendar, sweeping=False):
        if clock.stopped_at is None and clock.running_since and not clock.external and clock.outcome == "running":
            left = max(0, clock.target_s * SECOND_US - clock.consumed_us)
            assert clock.due_at is not None
            assert worked_us(counting.calendar, clock.running_since, clock.due_at) == left
        if clock.stopped_at is None and clock.due_at is not None and clock.running_since:
            assert clocks.as_of(clock, counting, clock.due_at)[0].outcome == "running"
            later, _ = clocks.as_of(clock, counting, max(now, clock.due_at) + timedelta(microseconds=1))
            assert (later.outcome, later.breached_at) == ("breached", clock.due_at)


@settings(max_examples=100, deadline=None)
@given(some.sampled_from(CALENDARS), gaps)
def test_terms_that_change_nothing_move_no_due_time(calendar: Calendar, gap_us: int) -> None:
    clock = started(NEAR_CLOCK_CHANGE, calendar, 90_000)
    same = terms(calendar, 90_000)
    again, _ = clocks.retermed(
        clock, same, same, target_s=90_000, at=NEAR_CLOCK_CHANGE + timedelta(microseconds=gap_us)
    )
    assert again.due_at == clock.due_at


@pytest.mark.parametrize("op", ["pause", "resume", "stop", "date", "target", "calendar"])
def test_an_ended_clock_stays_as_it_is(op: str) -> None:
    ended, _ = clocks.ended(started(at("2026-03-02 10:00")), terms(), at("2026-03-02 10:10"), "met")
    assert changed(ended, terms(), op, at("2026-03-02 10:20"), OFFICE, 5)[0] == ended


def test_a_pause_told_twice_and_a_resumption_before_the_pause_change_nothing() -> None:
    clock, _ = clocks.paused(started(at("2026-03-02 10:00")), terms(), at("2026-03-02 10:10"))
    assert clocks.paused(clock, terms(), at("2026-03-02 10:30"))[0] is clock
    assert clocks.resumed(clock, terms(), at("2026-03-02 10:05")).running_since == at("2026-03-02 10:10")
    assert replace(clock, paused_at=None).is_paused
