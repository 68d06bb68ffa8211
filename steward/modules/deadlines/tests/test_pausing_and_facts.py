"""Clocks stand still, are answered, dated from outside, restated and reopened, each with its history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel.actor import system
from steward.kernel.bundle import bundle
from steward.modules.deadlines import commands, queries
from steward.modules.deadlines.commands import (
    POSTPONED,
    ClockDue,
    ClockPause,
    ClockStart,
    ClockStop,
    Reply,
    Restatement,
)
from steward.modules.deadlines.models import Clock, History

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TESTER = system("tests")
FIRST_REPLY, SOLUTION = ClockStop("ticket", 1, "first_reply"), ClockStop("ticket", 1, "solution")


def start(*kinds: str, **facts: Any) -> None:
    starts = [ClockStart("ticket", 1, kind, NOW, facts or None, owner_id=7) for kind in kinds]
    commands.start_clocks(TESTER, starts=starts, now=NOW)


def clock(kind: str = "solution") -> Clock:
    return Clock.objects.filter(kind=kind).order_by("-cycle")[0]


def told(kind: str = "solution") -> list[tuple[str, str]]:
    return list(History.objects.filter(clock__kind=kind).order_by("id").values_list("what", "reason"))


def pause(at: datetime) -> int:
    return commands.pause_clocks(TESTER, pauses=[ClockPause("ticket", 1, "", "waiting_for_customer")], at=at)


def test_waiting_for_the_customer_costs_no_time_and_says_why() -> None:
    start("solution")
    assert pause(NOW + HOUR) == 1
    assert (clock().due_at, clock().paused_reason) == (None, "waiting_for_customer")
    assert commands.resume_clocks(TESTER, stops=[SOLUTION], at=NOW + 5 * HOUR) == 1
    assert (clock().due_at, clock().paused_reason) == (NOW + 28 * HOUR, None)
    assert told() == [("paused", "waiting_for_customer"), ("resumed", "")]


def stand_still(reason: str, at: datetime) -> int:
    return commands.pause_clocks(TESTER, pauses=[ClockPause("ticket", 1, "solution", reason)], at=at)


def test_what_was_postponed_and_then_waits_for_somebody_waits_on_when_it_is_postponed_no_longer() -> None:
    # given: a clock that was postponed, and whose work then waits for the customer
    start("solution")
    stand_still(POSTPONED, NOW + HOUR)
    assert stand_still("waiting_for_customer", NOW + 2 * HOUR) == 1
    # when: the postponement ends
    resumed = commands.resume_clocks(TESTER, stops=[SOLUTION], at=NOW + 3 * HOUR, lifts=(POSTPONED,))
    # then: it stands still, without an hour lost, until the customer answered
    assert (resumed, clock().paused_reason, clock().due_at) == (0, "waiting_for_customer", None)
    commands.resume_clocks(TESTER, stops=[SOLUTION], at=NOW + 5 * HOUR, lifts=("waiting_for_customer",))
    assert (clock().due_at, clock().paused_reason) == (NOW + 28 * HOUR, None)
    assert told() == [("paused", POSTPONED), ("paused", "waiting_for_customer"), ("resumed", "")]


def test_what_waits_for_somebody_is_not_postponed_and_keeps_its_reason() -> None:
    start("solution")
    pause(NOW + HOUR)
    assert stand_still(POSTPONED, NOW + 2 * HOUR) == 0
    assert clock().paused_reason == "waiting_for_customer"
    assert queries.standing_clocks("ticket", "solution", [1], POSTPONED) == set()


def test_a_first_reply_never_waits_for_the_customer() -> None:
    start("first_reply")
    assert pause(NOW + MINUTE) == 0
    assert clock("first_reply").due_at == NOW + 15 * MINUTE


def test_an_automatic_answer_is_no_first_reply_and_a_persons_is() -> None:
    start("first_reply", "solution")
    by_robot = Reply("ticket", 1, "", NOW + MINUTE, {"automatic": True, "author": "system"})
    by_person = Reply("ticket", 1, "", NOW + 2 * MINUTE, {"automatic": False, "author": "staff"})
    assert commands.answer_clocks(TESTER, replies=[by_robot]) == []
    ends = commands.answer_clocks(TESTER, replies=[by_robot, by_person])
    assert [(end.kind, end.outcome) for end in ends] == [("first_reply", "met")]
    assert clock("first_reply").stopped_at == NOW + 2 * MINUTE
    assert clock("solution").stopped_at is None


def test_the_first_reply_that_counts_ends_the_clock_however_many_a_batch_brings() -> None:
    start("first_reply")
    facts = {"automatic": False, "author": "staff"}
    replies = [Reply("ticket", 1, "", NOW + n * MINUTE, facts) for n in (9, 4, 6)]
    assert len(commands.answer_clocks(TESTER, replies=replies)) == 1
    assert clock("first_reply").stopped_at == NOW + 4 * MINUTE


def test_the_policy_is_chosen_by_facts_the_most_special_first() -> None:
    start("solution", urgency="urgent", special=True)
    assert clock().due_at == NOW + 48 * HOUR


def test_what_turns_urgent_is_due_earlier_and_its_history_says_why() -> None:
    start("solution", urgency="normal")
    said = Restatement("ticket", 1, {"urgency": "urgent"}, owner_id=9, responsible_role="technical_support")
    assert commands.restate_facts(TESTER, restatements=[said], at=NOW + HOUR, reason="goods lost") == 1
    after = clock()
    assert (after.due_at, after.owner_id, after.responsible_role) == (NOW + 4 * HOUR, 9, "technical_support")
    assert told() == [("recomputed", "goods lost")]


def test_a_new_owner_alone_recomputes_nothing() -> None:
    start("solution")
    said = Restatement("ticket", 1, {}, owner_id=9)
    assert commands.restate_facts(TESTER, restatements=[said], at=NOW + HOUR, reason="handed over") == 0
    assert (clock().owner_id, told()) == (9, [])


def test_a_wrong_urgency_that_is_mended_takes_its_breach_back_for_all_to_see() -> None:
    start("solution", urgency="urgent")
    commands.sweep_due(TESTER, now=NOW + 5 * HOUR)
    assert clock().outcome == "breached"
    said = Restatement("ticket", 1, {"urgency": "normal"})
    commands.restate_facts(TESTER, restatements=[said], at=NOW + 5 * HOUR, reason="not urgent")
    assert (clock().outcome, clock().due_at) == ("running", NOW + 24 * HOUR)
    assert ("breach_withdrawn", "not urgent") in told()


def test_a_marketplaces_deadline_counts_as_given_until_it_is_released() -> None:
    start("solution")
    due = NOW + timedelta(hours=3, minutes=17)
    assert commands.set_due(TESTER, dues=[ClockDue(*SOLUTION, due, "dispute 88")], at=NOW + HOUR) == 1
    assert (clock().due_at, clock().external) == (due, True)
    assert commands.set_due(TESTER, dues=[ClockDue(*SOLUTION, due, "dispute 88")], at=NOW + HOUR) == 0
    assert commands.release_due(TESTER, stops=[SOLUTION], at=NOW + 2 * HOUR, reason="withdrawn") == 1
    assert clock().due_at == NOW + 24 * HOUR
    assert [one for one in told() if one[1]] == [("due_set", "dispute 88"), ("due_released", "withdrawn")]


def test_a_clock_can_start_with_a_due_time_from_outside() -> None:
    start_at = ClockStart("ticket", 1, "solution", NOW, due_at=NOW + 2 * HOUR)
    commands.start_clocks(TESTER, starts=[start_at], now=NOW)
    assert (clock().target_s, clock().external) == (7_200, True)


def test_reopening_begins_a_cycle_with_the_facts_of_the_last_one_and_leaves_that_as_it_was() -> None:
    start("solution", urgency="urgent")
    commands.stop_clocks(TESTER, stops=[SOLUTION], at=NOW + 5 * HOUR)
    assert commands.reopen_clocks(TESTER, stops=[SOLUTION], at=NOW + 6 * HOUR, reason="still broken") == 1
    assert commands.reopen_clocks(TESTER, stops=[SOLUTION], at=NOW + 6 * HOUR, reason="still broken") == 0
    cycles = Clock.objects.order_by("cycle").values_list("cycle", "outcome", "due_at", "owner_id")
    assert list(cycles) == [(1, "breached", NOW + 4 * HOUR, 7), (2, "running", NOW + 10 * HOUR, 7)]
    assert ("reopened", "still broken") in told()


def test_reopening_counts_by_what_changed_while_the_clock_was_ended() -> None:
    start("solution", urgency="urgent")
    commands.stop_clocks(TESTER, stops=[SOLUTION], at=NOW + HOUR)
    said = [Restatement("ticket", 1, {"urgency": "normal"}, owner_id=8)]
    commands.restate_facts(TESTER, restatements=said, at=NOW + 2 * HOUR, reason="corrected")
    commands.reopen_clocks(TESTER, stops=[SOLUTION], at=NOW + 6 * HOUR, reason="again", restatements=said)
    cycles = Clock.objects.order_by("cycle").values_list("due_at", "owner_id")
    assert list(cycles) == [(NOW + 4 * HOUR, 7), (NOW + 30 * HOUR, 8)]


def test_an_answer_in_time_that_comes_in_after_the_sweep_is_met_all_the_same() -> None:
    start("first_reply")
    commands.sweep_due(TESTER, now=NOW + 16 * MINUTE)
    ends = commands.stop_clocks(TESTER, stops=[FIRST_REPLY], at=NOW + 15 * MINUTE)
    assert [end.outcome for end in ends] == ["met"]
    assert clock("first_reply").breached_at is None


def test_starting_joins_a_bundle_and_costs_no_statement_of_its_own() -> None:
    queries.active_policies()
    start("first_reply")
    starts = [ClockStart("ticket", n, "first_reply", NOW) for n in range(2, 102)]
    with (
        CaptureQueriesContext(
            connection,
        ) as seen,
        bundle(),
    ):
        commands.start_clocks(TESTER, starts=starts, now=NOW)
        assert len(seen) == 0
    assert Clock.objects.count() == 101


def test_a_late_sweep_does_not_show() -> None:
    start("solution", urgency="urgent")
    view = queries.clocks_of("ticket", 1)[0]
    late = NOW + timedelta(hours=4, minutes=20)
    assert (view.outcome, view.look(late), view.steps(late)) == ("running", "late", (2, 2))
    commands.sweep_due(TESTER, now=late)
    swept = queries.clocks_of("ticket", 1)[0]
    assert (swept.outcome, swept.look(late), swept.steps(late)) == ("breached", "late", (2, 2))
