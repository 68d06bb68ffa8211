"""Clocks start, end and fall due, in batches."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from steward.kernel.actor import NotPermitted, system
from steward.kernel.models import Event
from steward.modules.deadlines import commands, queries, tasks
from steward.modules.deadlines.commands import ClockStart, ClockStop
from steward.modules.deadlines.models import Clock, Policy
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TESTER = system("tests")


@pytest.fixture(autouse=True)
def _fresh_policies() -> None:
    commands.forget_policies()


def start(*ids: int, at: datetime = NOW, kind: str = "order_audit") -> int:
    starts = [ClockStart("order", id_, kind, at) for id_ in ids]
    before = Clock.objects.count()
    with transaction.atomic():
        commands.start_clocks(TESTER, starts=starts, now=at)
    return Clock.objects.count() - before


def stop(*ids: int, at: datetime) -> list[str]:
    stops = [ClockStop("order", id_, "order_audit") for id_ in ids]
    with transaction.atomic():
        return [end.outcome for end in commands.stop_clocks(TESTER, stops=stops, at=at)]


def cancel(*ids: int, at: datetime) -> list[str]:
    stops = [ClockStop("order", id_, "order_audit") for id_ in ids]
    with transaction.atomic():
        return [end.outcome for end in commands.cancel_clocks(TESTER, stops=stops, at=at)]


def breaches() -> list[int]:
    found = Event.objects.filter(kind="deadlines.clock_breached").values_list("data__about_id", flat=True)
    return sorted(found)


def test_a_clock_runs_for_what_its_policy_says() -> None:
    assert start(1, 2) == 2

    clock = Clock.objects.get(subject_id=1)
    assert (clock.due_at, clock.outcome, clock.cycle) == (NOW + HOUR, "running", 1)
    assert clock.policy.clock_kind == "order_audit"


def test_a_kind_without_an_active_policy_starts_no_clock() -> None:
    Policy.objects.filter(clock_kind="order_audit").update(active=False)

    assert start(1) == 0


def test_starting_a_running_clock_again_changes_nothing() -> None:
    start(1)

    assert start(1, at=NOW + HOUR / 2) == 0
    assert Clock.objects.get().due_at == NOW + HOUR


def test_the_same_start_handled_twice_opens_no_second_cycle() -> None:
    start(1)
    stop(1, at=NOW + HOUR / 2)

    assert start(1) == 0


def test_a_later_start_after_the_end_opens_the_next_cycle() -> None:
    start(1)
    stop(1, at=NOW + HOUR / 2)

    assert start(1, at=NOW + HOUR) == 1
    assert Clock.objects.order_by("cycle").values_list("cycle", "outcome").last() == (2, "running")


def test_one_batch_that_names_a_clock_twice_starts_it_once() -> None:
    assert start(1, 1) == 1


def test_a_clock_stopped_in_time_is_met() -> None:
    start(1)

    assert stop(1, at=NOW + HOUR) == ["met"]
    assert Clock.objects.get().consumed_us == 3_600_000_000
    assert breaches() == []


def test_a_clock_stopped_late_is_breached_since_its_due_time_and_announced() -> None:
    start(1)

    assert stop(1, at=NOW + 2 * HOUR) == ["breached"]
    assert Clock.objects.get().breached_at == NOW + HOUR
    assert breaches() == [1]


def test_a_cancelled_clock_counts_for_nobody() -> None:
    start(1)

    assert cancel(1, at=NOW + HOUR / 2) == ["cancelled"]
    assert breaches() == []


def test_a_clock_that_was_late_already_stays_breached_when_cancelled() -> None:
    start(1)

    assert cancel(1, at=NOW + 2 * HOUR) == ["breached"]


def test_ending_what_does_not_run_does_nothing() -> None:
    start(1)
    stop(1, at=NOW)

    assert stop(1, 2, at=NOW + 5 * HOUR) == []


def test_the_sweep_marks_due_clocks_and_no_others() -> None:
    start(1)
    start(2, at=NOW + HOUR)

    assert commands.sweep_due(TESTER, now=NOW + HOUR + timedelta(seconds=1)) == 1
    assert breaches() == [1]
    assert dict(Clock.objects.values_list("subject_id", "outcome")) == {1: "breached", 2: "running"}


def test_a_breach_is_recorded_once_however_often_the_sweep_runs_and_whoever_stops_the_clock() -> None:
    start(1)
    late = NOW + 2 * HOUR

    assert [commands.sweep_due(TESTER, now=late), commands.sweep_due(TESTER, now=late)] == [1, 0]
    assert stop(1, at=late) == ["breached"]
    assert breaches() == [1]


def test_the_sweep_goes_in_bounded_batches() -> None:
    start(*range(1, 6))

    assert commands.sweep_due(TESTER, now=NOW + 2 * HOUR, limit=2) == 2


def test_people_cannot_sweep() -> None:
    with pytest.raises(NotPermitted):
        commands.sweep_due(make.clerk_lin(), now=NOW)


def test_the_task_of_every_minute_sweeps_until_nothing_is_due() -> None:
    start(*range(1, 6))

    tasks.sweep_due_clocks(timestamp=0)

    assert len(breaches()) == 5


def test_a_start_far_ahead_counts_from_now() -> None:
    with transaction.atomic():
        commands.start_clocks(TESTER, starts=[ClockStart("order", 1, "order_audit", NOW + 9 * HOUR)], now=NOW)

    assert Clock.objects.get().started_at == NOW


def test_the_clock_that_is_due_next_is_found_per_subject() -> None:
    start(1, kind="order_payment")
    start(1, kind="order_audit")

    assert queries.next_clocks("order", [1, 2])[1].kind == "order_audit"


@pytest.mark.django_db(transaction=True)
def test_a_sweep_leaves_what_another_one_holds() -> None:
    """Two sweeps at once share the due clocks instead of waiting for each other."""
    # Tests with real commits empty the tables, the seeded policies too.
    policy = {"target_s": 3_600, "responsible_role": "order_checker"}
    Policy.objects.get_or_create(subject_kind="order", clock_kind="order_audit", active=True, defaults=policy)
    start(1, 2)
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Clock.objects.select_for_update().get(subject_id=1)
            held.set()
            go_on.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(10)
    swept = commands.sweep_due(TESTER, now=NOW + 2 * HOUR)
    go_on.set()
    other.join()

    assert swept == 1
    assert breaches() == [2]


@pytest.mark.django_db(transaction=True)
def test_clocks_outside_a_transaction_are_a_mistake() -> None:
    with pytest.raises(RuntimeError):
        commands.start_clocks(TESTER, starts=[ClockStart("order", 1, "order_audit", NOW)], now=NOW)
