"""Figures of queues, and when surge mode begins and ends."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.modules.incidents.rules import queueing, surges
from steward.modules.incidents.rules.queueing import Load

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRIGGER = surges.Trigger(waiting=100, drain_min=60, calm_below=20, calm_min=15)
loads = st.builds(
    Load,
    waiting=st.integers(0, 10_000),
    arriving_per_hour=st.floats(0, 5_000),
    each_per_hour=st.floats(0, 100),
    people=st.integers(0, 60),
)


def test_a_queue_empties_by_what_is_done_less_what_comes() -> None:
    assert queueing.drain_s(Load(60, 40, 50, 2)) == 3_600


def test_a_queue_that_grows_never_empties() -> None:
    assert queueing.drain_s(Load(1, 100, 50, 2)) == math.inf


def test_one_server_waits_as_the_textbook_says() -> None:
    # M/M/1 with ρ = 0.8 and 10 per hour served: Wq = ρ / (µ − λ) = 0.8 / 2 h.
    assert queueing.expected_wait_s(Load(0, 8, 10, 1)) == pytest.approx(0.4 * 3_600)


def test_two_servers_wait_as_erlang_says() -> None:
    # Offered 1 Erlang to 2 servers: C = 1/3, so Wq = (1/3) / (20 − 10) h.
    assert queueing.expected_wait_s(Load(0, 10, 10, 2)) == pytest.approx(120)


def test_people_needed_counts_arrivals_and_what_waits() -> None:
    assert queueing.people_needed(Load(60, 40, 50, 1), within_s=3_600) == 2


def test_little_seen_leaves_the_usual_rate() -> None:
    assert queueing.service_rate(0, 0, usual_per_hour=20) == 20
    assert queueing.service_rate(90, 2 * 3_600, usual_per_hour=30) == pytest.approx(40)


@given(loads)
def test_more_people_never_make_it_slower(load: Load) -> None:
    more = Load(load.waiting, load.arriving_per_hour, load.each_per_hour, load.people + 1)
    assert queueing.drain_s(more) <= queueing.drain_s(load)
    assert queueing.expected_wait_s(more) <= queueing.expected_wait_s(load) + 1e-6


@given(loads, st.integers(1, 48))
def test_a_forecast_never_foretells_less_than_nothing(load: Load, steps: int) -> None:
    found = queueing.forecast(load, steps=steps)
    assert len(found) == steps
    assert min(found) >= 0


def test_a_forecast_is_empty_when_the_drain_time_is_over() -> None:
    load = Load(100, 40, 50, 2)
    found = queueing.forecast(load, steps=12, step_s=600)
    over = math.ceil(queueing.drain_s(load) / 600)
    assert found[over - 1] == 0
    assert found[over - 2] > 0


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (Load(100, 0, 50, 2), "waiting"),
        (Load(99, 0, 50, 2), None),
        (Load(99, 100, 50, 2), "drain"),
        (Load(19, 100, 50, 0), None),
    ],
)
def test_a_plan_begins_when_a_measure_is_reached(load: Load, why: str | None) -> None:
    assert surges.reached(TRIGGER, load) == why


def test_it_is_over_only_after_it_was_calm_for_a_while() -> None:
    since = surges.calm_since(TRIGGER, Load(5, 0, 50, 2), None, NOON)
    assert since == NOON
    assert not surges.is_over(TRIGGER, since, NOON + timedelta(minutes=14))
    assert surges.is_over(TRIGGER, since, NOON + timedelta(minutes=15))
    assert surges.calm_since(TRIGGER, Load(20, 0, 50, 2), since, NOON) is None


@pytest.mark.parametrize(
    "raw",
    [
        [],
        [{"kind": "close_the_shop"}],
        [{"kind": "raise_limits", "percent": 100}],
        [{"kind": "raise_limits", "percent": 5_000}],
        [{"kind": "postpone_low"}, {"kind": "postpone_low"}],
        [{"kind": "call_in"}],
    ],
)
def test_a_plan_that_cannot_be_is_named(raw: object) -> None:
    with pytest.raises(surges.BadPlan):
        surges.parse_actions(raw)


@pytest.mark.parametrize(
    "raw", [{"waiting": 0, "calm_below": 1}, {"waiting": 5, "calm_below": 6}, {"calm_below": 0}, {"x": 1}]
)
def test_a_trigger_that_cannot_be_is_named(raw: object) -> None:
    with pytest.raises(surges.BadPlan):
        surges.parse_trigger(raw)


def test_limits_are_raised_and_any_total_stays_any_total() -> None:
    assert surges.raised({"CNY": 500_000, "USD": 0}, 200) == {"CNY": 1_000_000, "USD": 0}
