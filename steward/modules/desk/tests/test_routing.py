"""Tickets find who can take them; what nobody can take waits with a clock of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from steward.kernel.models import Event
from steward.modules.deadlines.models import Clock
from steward.modules.desk.commands import routing as commands
from steward.modules.desk.commands.moving import move_tickets
from steward.modules.desk.commands.owning import take_tickets
from steward.modules.desk.models import Assignment, KeyAgent, Ticket
from steward.modules.desk.rules import routing
from steward.modules.desk.rules.routing import Person, Wish
from steward.modules.desk.tests import agents, test_rules_routing, words
from steward.modules.desk.tests.agents import DESK, LATER
from tests import make

pytestmark = pytest.mark.django_db


@given(test_rules_routing.wishes, test_rules_routing.people)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_statement_decides_as_the_rules_do(asked: list[Wish], crew: list[Person]) -> None:
    by_rules = routing.decide(asked, crew, at=10)
    by_statement = commands.assign(asked, crew, at=10)
    assert [(one.ticket_id, one.staff_id, one.why, one.load) for one in by_statement] == [
        (one.ticket_id, one.staff_id, one.why, one.load) for one in by_rules
    ]


def test_tickets_are_shared_among_those_who_are_there_and_say_why() -> None:
    here, also, away = (agents.agent(name) for name in ("hu", "qian", "sun"))
    agents.team(here, also, away)
    agents.comes(here, also)
    ids = agents.tickets(4)
    assert agents.route()[:2] == (4, 0)
    assert sorted(agents.owners(), key=lambda id_: id_ or 0) == [here, here, also, also]
    why = agents.latest(ids[0])
    assert (why.how, why.why, why.load, why.rejected) == ("routed", "most_room", 0, {"not_present": 1})
    ticket = Ticket.objects.get(id=ids[0])
    assert (ticket.state, ticket.first_owner_id, ticket.team) == ("open", ticket.owner_id, "service")
    owners = Clock.objects.filter(subject_kind="ticket", subject_id=ids[0]).values_list("owner_id", flat=True)
    assert set(owners) == {ticket.owner_id}


def test_english_goes_to_who_speaks_it_and_a_full_person_gets_no_more() -> None:
    speaks, other = agents.agent("hu", skills={"english": 3}, capacity=1), agents.agent("qian")
    agents.team(speaks, other)
    agents.comes(speaks, other)
    ids = agents.tickets(2, text="Where is my parcel?")
    assert agents.route()[:2] == (1, 1)
    assert agents.owners() == [speaks, None]
    assert agents.latest(ids[1]).rejected == {"lacks_skill": 1, "no_room": 1}
    assert agents.latest(ids[1]).needs == ["english:2"]


def test_what_nobody_can_take_queues_once_with_a_clock_that_ends_when_somebody_has_it() -> None:
    hu = agents.agent("hu")
    agents.team(hu)
    (id_,) = agents.tickets(1)
    assert agents.route()[:2] == (0, 1)
    assert agents.route(LATER + timedelta(minutes=1))[:2] == (0, 1)
    assert Assignment.objects.filter(ticket_id=id_).count() == 1
    clock = Clock.objects.get(subject_kind="ticket", subject_id=id_, kind="assignment")
    assert (clock.outcome, clock.due_at) == ("running", LATER + timedelta(minutes=10))
    assert Ticket.objects.get(id=id_).due_kind == "assignment"
    agents.comes(hu, at=LATER + timedelta(minutes=2))
    assert agents.route(LATER + timedelta(minutes=2))[:2] == (1, 0)
    clock.refresh_from_db()
    assert clock.outcome == "met"
    assert Ticket.objects.get(id=id_).due_kind == "first_reply"


def test_a_ticket_taken_by_hand_needs_nobody_any_more() -> None:
    make.agent_wang()
    (id_,) = agents.tickets(1)
    agents.route()
    take_tickets(make.agent_wang(), ticket_ids=[id_], now=LATER)
    assert Clock.objects.get(subject_id=id_, kind="assignment").outcome == "met"


def test_the_ticket_due_next_comes_first_when_somebody_frees_up() -> None:
    hu = agents.agent("hu", capacity=1)
    agents.team(hu)
    agents.comes(hu)
    later, first = agents.tickets(2)
    Ticket.objects.filter(id=first).update(due_at=LATER)
    agents.route()
    assert agents.owners() == [None, hu]
    move_tickets(agents.actor(hu), ticket_ids=[first], verb="wait_for_customer", now=LATER)
    assert agents.route()[:2] == (0, 1)
    move_tickets(agents.actor(hu), ticket_ids=[first], verb="solve", now=LATER)
    agents.route()
    assert Ticket.objects.get(id=later).owner_id == hu


def test_a_key_customer_goes_to_their_agent_and_others_to_who_knows_them() -> None:
    agent, other = agents.agent("hu"), agents.agent("qian")
    agents.team(agent, other)
    agents.comes(agent, other)
    mei, lee = words.customer(), words.customer("+8613800002222")
    KeyAgent.objects.create(customer_id=mei, staff_id=agent, set_by="test", set_at=make.NOW)
    old = agents.tickets(1, customer_id=lee, channel="email", box="service")
    take_tickets(agents.actor(agent), ticket_ids=old, now=make.NOW)
    move_tickets(agents.actor(agent), ticket_ids=old, verb="solve", now=make.NOW)
    (key,) = agents.tickets(1, customer_id=mei)
    agents.route()
    assert agents.latest(key).why == "key_agent"
    (again,) = agents.tickets(1, customer_id=lee, at=make.NOW + timedelta(days=9))
    agents.comes(agent, other, at=make.NOW + timedelta(days=9))
    agents.route(make.NOW + timedelta(days=9, minutes=1))
    assert (agents.latest(again).staff_id, agents.latest(again).why) == (agent, "knows_customer")


def test_a_ticket_opened_again_leaves_who_is_off_shift_but_not_their_responsibility() -> None:
    hu, qian = agents.agent("hu"), agents.agent("qian")
    agents.team(hu, qian)
    agents.comes(hu)
    (id_,) = agents.tickets(1)
    agents.route()
    move_tickets(agents.actor(hu), ticket_ids=[id_], verb="solve", now=LATER)
    evening = LATER + timedelta(hours=9)
    agents.comes(qian, at=evening)
    move_tickets(agents.actor(hu), ticket_ids=[id_], verb="reopen", now=evening, reason="客户又来了")
    assert commands.route_again(DESK, ticket_ids=[id_], now=evening) == 1
    ticket = Ticket.objects.get(id=id_)
    assert (ticket.owner_id, ticket.first_owner_id) == (qian, hu)
    assert commands.route_again(DESK, ticket_ids=[id_], now=evening) == 0


def test_a_ticket_given_back_goes_to_somebody_else_with_the_note() -> None:
    hu, qian = agents.agent("hu"), agents.agent("qian", capacity=1)
    agents.team(hu, qian)
    agents.comes(hu)
    first, second = agents.tickets(2)
    agents.route()
    agents.comes(qian)
    commands.return_tickets(agents.actor(hu), ticket_ids=[first, second], note="我不懂德语", now=LATER)
    assert sorted([agents.latest(first).staff_id or 0, agents.latest(second).staff_id or 0]) == [0, qian]
    assert agents.route()[:2] == (0, 1)
    assert Event.objects.filter(kind="desk.ticket_owned", data__how="returned", data__note="我不懂德语").count() == 2


def test_a_ticket_waits_a_moment_to_be_sorted() -> None:
    hu = agents.agent("hu")
    agents.team(hu)
    agents.comes(hu, at=make.NOW)
    agents.tickets(1)
    assert agents.route(make.NOW + timedelta(seconds=2))[:2] == (0, 0)
    assert agents.route(make.NOW + timedelta(seconds=6))[:2] == (1, 0)
