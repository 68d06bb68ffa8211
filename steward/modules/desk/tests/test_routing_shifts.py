"""Nothing lies when somebody goes home, is on leave or too late; snoozes end; what is shown as due stays true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from steward.kernel import actor, moment, parameters
from steward.modules.deadlines import commands as deadlines
from steward.modules.deadlines.commands import ClockStop
from steward.modules.deadlines.models import Clock, Policy
from steward.modules.desk.commands import routing_shifts, routing_waking
from steward.modules.desk.commands.moving import move_tickets, snooze_ticket
from steward.modules.desk.commands.restating import Facts, restate_tickets
from steward.modules.desk.models import Message, Ticket
from steward.modules.desk.tests import agents
from steward.modules.desk.tests.agents import DESK, LATER
from steward.modules.messaging.models import Notice
from steward.modules.people import commands as people
from tests import make

pytestmark = pytest.mark.django_db
SWEEPER = actor.system("deadlines.sweep")
EVENING = make.NOW + timedelta(hours=7)  # 17:00 in Shanghai, an hour after the early shift


def ticket(id_: int) -> Ticket:
    return Ticket.objects.get(id=id_)


def crew(*names: str) -> list[int]:
    ids = [agents.agent(name) for name in names]
    agents.team(*ids)
    return ids


def routed(count: int = 1, **facts: Any) -> list[int]:
    ids = agents.tickets(count, **facts)
    agents.route()
    return ids


def leave(staff_id: int, *, stand_in: int | None = None, at: datetime = LATER) -> None:
    draft = people.LeaveDraft(
        staff_id=staff_id, kind="sick", starts_at=at, ends_at=at + timedelta(days=2), delegate_id=stand_in
    )
    leave_id = people.request_leave(agents.actor(staff_id), draft=draft, now=at)
    people.decide_leave(make.manager_zhao(), leave_id=leave_id, approve=True, confirm_uncovered=True, now=at)


def settled(at: datetime) -> None:
    with moment.frozen(at):
        make.settle()


def test_the_tickets_of_somebody_on_leave_go_to_the_stand_in_with_a_note() -> None:
    hu, qian, sun = crew("hu", "qian", "sun")
    agents.comes(hu)
    first, second = routed(2)
    agents.comes(qian, sun)
    leave(hu, stand_in=sun)
    settled(LATER)
    assert [ticket(id_).owner_id for id_ in (first, second)] == [sun, sun]
    assert [ticket(id_).first_owner_id for id_ in (first, second)] == [hu, hu]
    note = Message.objects.get(ticket_id=first, kind="note")
    assert (note.author, note.facts) == ("system", {"handed_over": "leave"})
    assert note.text.startswith("hu")
    assert routing_shifts.hand_over_absent(DESK, now=LATER) == 0


def test_without_anybody_there_the_tickets_of_somebody_on_leave_wait_with_their_clock() -> None:
    (hu,) = crew("hu")
    agents.comes(hu)
    (id_,) = routed()
    leave(hu)
    assert routing_shifts.hand_over_absent(DESK, now=LATER) == 1
    assert (ticket(id_).owner_id, ticket(id_).first_owner_id, ticket(id_).due_kind) == (None, hu, "assignment")


@pytest.mark.parametrize(("setting", "handed"), [(0, []), (1, ["urgent"]), (2, ["plain", "urgent"])])
def test_when_a_shift_ends_what_the_setting_says_goes_to_who_is_there(setting: int, handed: list[str]) -> None:
    make.team(usernames=("wang",))
    wang = make.agent_wang().staff_id or 0
    make.duty("wang", "early", date(2026, 3, 2))
    agents.comes(wang)
    plain, urgent = routed(2)
    restate_tickets(make.manager_zhao(), ticket_ids=[urgent], facts=Facts(urgency="urgent"), now=LATER)
    (late,) = crew_of_late()
    parameters.set_parameter(make.administrator(), name="desk.handed_over_at_shift_end", new=setting, reason="试一试")
    routing_shifts.hand_over_absent(DESK, now=EVENING)
    names = {plain: "plain", urgent: "urgent"}
    assert [names[id_] for id_ in (plain, urgent) if ticket(id_).owner_id == late] == handed


def crew_of_late() -> list[int]:
    late = agents.agent("late")
    agents.team(late, code="late")
    agents.comes(late, at=EVENING)
    return [late]


def test_who_still_sits_at_their_console_after_the_shift_keeps_their_tickets() -> None:
    make.team(usernames=("wang",))
    wang = make.agent_wang().staff_id or 0
    make.duty("wang", "early", date(2026, 3, 2))
    agents.comes(wang)
    (id_,) = routed()
    restate_tickets(make.manager_zhao(), ticket_ids=[id_], facts=Facts(urgency="urgent"), now=LATER)
    agents.comes(wang, at=EVENING)
    assert routing_shifts.hand_over_absent(DESK, now=EVENING) == 0
    assert ticket(id_).owner_id == wang


def test_a_ticket_not_answered_in_time_changes_hands_with_all_its_clocks() -> None:
    hu, qian = crew("hu", "qian")
    agents.comes(hu)
    (id_,) = routed()
    late = make.NOW + timedelta(minutes=21)
    agents.comes(qian, at=late)
    deadlines.sweep_due(SWEEPER, now=late)
    settled(late)
    assert (ticket(id_).owner_id, ticket(id_).first_owner_id) == (qian, hu)
    clocks = Clock.objects.filter(subject_kind="ticket", subject_id=id_, stopped_at=None)
    assert set(clocks.values_list("owner_id", flat=True)) == {qian}
    told = Notice.objects.filter(staff_id=qian, template="clock_taken_over").get()
    assert told.params["subject"] == ticket(id_).number


def by_policy(id_: int) -> datetime:
    policy = Policy.objects.get(subject_kind="ticket", clock_kind="first_reply", active=True)
    deadlines.set_time_limit(make.administrator(), policy_id=policy.id, target_s=300, reason="旺季")
    return make.NOW + timedelta(minutes=5)


def by_date(id_: int) -> datetime:
    due = make.NOW + timedelta(minutes=8)
    clock = ClockStop("ticket", id_, "solution")
    deadlines.date_clock(make.administrator(), clock=clock, due_at=due, reason="平台要求", now=LATER)
    return due


def by_date_taken_back(id_: int) -> datetime:
    by_date(id_)
    clock = ClockStop("ticket", id_, "solution")
    deadlines.undate_clock(make.administrator(), clock=clock, reason="平台撤回", now=LATER)
    return make.NOW + timedelta(minutes=15)


def by_retiring(id_: int) -> datetime:
    policy = Policy.objects.get(subject_kind="ticket", clock_kind="first_reply", active=True)
    deadlines.retire_policy(make.administrator(), policy_id=policy.id, reason="不再计时")
    return make.NOW + timedelta(hours=2)


@pytest.mark.parametrize("change", [by_policy, by_date, by_date_taken_back, by_retiring])
def test_what_a_ticket_shows_as_due_follows_its_clocks(change: Callable[[int], datetime]) -> None:
    agents.comes(*crew("hu"))
    (id_,) = routed()
    due = change(id_)
    settled(LATER)
    assert ticket(id_).due_at == due


def test_what_a_ticket_shows_as_due_follows_a_clock_held_and_let_run_by_hand() -> None:
    agents.comes(*crew("hu"))
    (id_,) = routed()
    Clock.objects.filter(subject_id=id_, kind="first_reply").delete()
    clock = ClockStop("ticket", id_, "substantive_reply")
    deadlines.hold_clock(make.administrator(), clock=clock, waits_for="waiting_for_supplier", now=LATER)
    settled(LATER)
    assert ticket(id_).due_kind == "solution"
    deadlines.run_clock(make.administrator(), clock=clock, now=LATER + timedelta(minutes=30))
    settled(LATER + timedelta(minutes=30))
    assert (ticket(id_).due_kind, ticket(id_).due_at) == ("substantive_reply", make.NOW + timedelta(minutes=150))


def test_what_a_ticket_shows_as_due_follows_its_urgency() -> None:
    (id_,) = agents.tickets(1)
    restate_tickets(make.manager_zhao(), ticket_ids=[id_], facts=Facts(urgency="urgent"), now=LATER)
    Clock.objects.filter(subject_id=id_, kind="first_reply").delete()
    restate_tickets(make.manager_zhao(), ticket_ids=[id_], facts=Facts(priority="high"), now=LATER)
    assert ticket(id_).due_kind == "preliminary_solution"


def test_a_snooze_ends_by_itself_and_its_owner_hears_of_it_once() -> None:
    (hu,) = crew("hu")
    agents.comes(hu)
    (id_,) = routed()
    until = LATER + timedelta(hours=2)
    snooze_ticket(agents.actor(hu), ticket_id=id_, until=until, now=LATER)
    assert routing_waking.wake_snoozed(DESK, now=until - timedelta(seconds=1)) == 0
    assert routing_waking.wake_snoozed(DESK, now=until) == 1
    assert routing_waking.wake_snoozed(DESK, now=until) == 0
    assert ticket(id_).snoozed_until is None
    assert Notice.objects.filter(staff_id=hu, template="ticket_back").count() == 1


def test_what_follows_from_a_ticket_gives_it_to_somebody() -> None:
    (hu,) = crew("hu")
    agents.tickets(1)
    agents.comes(hu)
    settled(LATER)
    assert agents.owners() == [hu]
    evening = LATER + timedelta(hours=9)
    (qian,) = [agents.agent("qian")]
    agents.team(qian, code="late")
    agents.comes(qian, at=evening)
    (id_,) = Ticket.objects.values_list("id", flat=True)
    move_tickets(agents.actor(hu), ticket_ids=[id_], verb="solve", now=evening)
    move_tickets(agents.actor(hu), ticket_ids=[id_], verb="reopen", now=evening, reason="又来了")
    settled(evening)
    assert agents.owners() == [qian]
