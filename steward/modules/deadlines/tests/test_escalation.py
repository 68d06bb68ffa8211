"""Warnings and steps of the ladder reach people, once, and only those they concern."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from steward.kernel import events as log
from steward.kernel.actor import system
from steward.kernel.models import Event
from steward.modules.deadlines import commands
from steward.modules.deadlines.commands import ClockStart, ClockStop
from steward.modules.deadlines.commands.telling import Reached
from steward.modules.deadlines.events import ClockBreached
from steward.modules.deadlines.models import History
from steward.modules.messaging.models import Notice
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TESTER = system("tests")


def start(owner_id: int | None = None, *, simulated: bool = False) -> None:
    one = ClockStart("ticket", 1, "first_reply", NOW, owner_id=owner_id, simulated=simulated)
    commands.start_clocks(TESTER, starts=[one], now=NOW)


def sweep(minutes: int) -> list[log.Event]:
    """Sweep at so many minutes after the start and return what it announced."""
    before = set(Event.objects.values_list("id", flat=True))
    commands.sweep_due(TESTER, now=NOW + minutes * MINUTE)
    rows = Event.objects.exclude(id__in=before).order_by("id").values_list("kind", "data")
    return [log.decode(kind, data) for kind, data in rows]


def tell(announced: list[log.Event], minutes: int) -> int:
    wanted = [one for one in announced if isinstance(one, Reached)]
    return commands.tell_people(TESTER, reached=wanted, now=NOW + minutes * MINUTE)


def told() -> list[tuple[int, str]]:
    return sorted(Notice.objects.values_list("staff_id", "template"))


def test_the_ladder_is_climbed_one_step_at_a_time_each_noted_at_its_own_instant() -> None:
    start()
    for minutes in (10, 16, 21, 31):
        sweep(minutes)
    assert list(History.objects.order_by("id").values_list("what", "verb", "at")) == [
        ("warned", "", NOW + 9 * MINUTE),
        ("breached", "", NOW + 15 * MINUTE),
        ("escalated", "notify", NOW + 15 * MINUTE),
        ("escalated", "reassign", NOW + 20 * MINUTE),
        ("escalated", "manager", NOW + 30 * MINUTE),
    ]


def test_one_late_sweep_notes_the_same_as_many_in_time() -> None:
    start()
    sweep(600)
    assert list(History.objects.order_by("id").values_list("what", "at")) == [
        ("warned", NOW + 9 * MINUTE),
        ("breached", NOW + 15 * MINUTE),
        ("escalated", NOW + 15 * MINUTE),
        ("escalated", NOW + 20 * MINUTE),
        ("escalated", NOW + 30 * MINUTE),
    ]


def test_a_warning_reaches_the_owner_alone_and_once() -> None:
    wang = int(make.agent_wang().id.partition(":")[2])
    start(owner_id=wang)
    warned = sweep(10)
    assert tell(warned, 10) == 1
    assert tell(warned, 10) == 0
    assert told() == [(wang, "clock_warned")]


def test_without_an_owner_everybody_of_the_role_is_told() -> None:
    wang = int(make.agent_wang().id.partition(":")[2])
    make.clerk_lin()
    start()
    tell(sweep(10), 10)
    assert told() == [(wang, "clock_warned")]


def test_the_manager_is_called_in_by_the_last_step() -> None:
    zhao = int(make.manager_zhao().id.partition(":")[2])
    start()
    sweep(25)
    tell(sweep(31), 31)
    assert told() == [(zhao, "clock_escalated")]


def test_a_warning_that_comes_after_its_due_time_and_a_clock_that_ended_bother_nobody() -> None:
    make.agent_wang()
    make.manager_zhao()
    start()
    announced = sweep(600)
    commands.stop_clocks(TESTER, stops=[ClockStop("ticket", 1, "first_reply")], at=NOW + 601 * MINUTE)
    assert tell(announced, 602) == 0


def test_a_breach_whose_ladder_tells_somebody_is_not_told_twice() -> None:
    make.agent_wang()
    start()
    breached = [one for one in sweep(16) if isinstance(one, ClockBreached)]
    assert commands.without_ladder(breached) == []


def test_what_is_simulated_stays_marked_so_that_nothing_of_it_leaves_the_house() -> None:
    make.agent_wang()
    start(simulated=True)
    announced = sweep(10)
    assert all(one.simulated for one in announced)
