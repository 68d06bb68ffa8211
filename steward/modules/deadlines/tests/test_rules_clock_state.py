"""What a clock says at a given moment."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from steward.modules.deadlines.rules import ClockFacts, clock_state, due_at, is_breached

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_running_clock_tells_how_much_time_is_left() -> None:
    state = clock_state(ClockFacts(started_at=START, due_at=START + HOUR), START + HOUR / 4)
    assert (state.state, state.remaining_s, state.breached_at) == ("running", 2_700, None)


def test_just_in_time_counts_as_met() -> None:
    assert not is_breached(START, START)
    assert is_breached(START, START + timedelta(microseconds=1))


def test_a_breach_shows_before_the_sweep_has_come_by_and_dates_from_the_due_time() -> None:
    state = clock_state(ClockFacts(started_at=START, due_at=START + HOUR), START + 2 * HOUR)
    assert (state.state, state.remaining_s, state.breached_at) == ("breached", -3_600, START + HOUR)


def test_an_ended_clock_is_judged_when_it_ended_not_when_it_is_read() -> None:
    facts = ClockFacts(outcome="met", started_at=START, due_at=START + HOUR, stopped_at=START + HOUR / 2)
    assert clock_state(facts, START + 9 * HOUR).state == "met"


def test_a_clock_without_due_time_is_paused() -> None:
    assert clock_state(ClockFacts(started_at=START, due_at=None), START).state == "paused"


def test_a_cancelled_clock_is_never_late() -> None:
    facts = ClockFacts(outcome="cancelled", started_at=START, due_at=START + HOUR, stopped_at=START + HOUR)
    assert clock_state(facts, START + 9 * HOUR).state == "cancelled"


@given(some.integers(1, 10_000_000), some.integers(0, 20_000_000))
def test_a_running_clock_is_breached_exactly_when_no_time_is_left(target_s: int, passed_s: int) -> None:
    facts = ClockFacts(started_at=START, due_at=due_at(START, target_s))
    state = clock_state(facts, START + timedelta(seconds=passed_s))
    assert state.remaining_s == target_s - passed_s
    assert (state.state == "breached") == (target_s - passed_s < 0)
