"""Who gets a ticket, without a database: able, with room, and a fair share."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from steward.modules.deadlines.rules.conditions import Clause
from steward.modules.desk.rules import routing
from steward.modules.desk.rules.routing import CASE, Need, Person, Rule, Weights, Wish

SKILLS = ("english", "refunds", "complaints")
levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5), max_size=3)
percent = st.integers(0, 100)
weights = st.builds(Weights, percent, percent, percent, st.integers(1, 100))
people = st.lists(
    st.builds(
        Person,
        staff_id=st.integers(1, 9),
        capacity=st.integers(0, 6).map(lambda cases: cases * CASE),
        load=st.integers(0, 400),
        skills=levels,
        teams=st.frozensets(st.sampled_from(("service", "international"))),
        busy_since=st.integers(0, 3),
        standing=st.sampled_from(("", "", "", "off_shift", "on_leave")),
    ),
    max_size=7,
    unique_by=lambda person: person.staff_id,
)
anybody = st.none() | st.integers(1, 9)
wishes = st.lists(
    st.builds(
        Wish,
        ticket_id=st.integers(1, 999),
        weight=st.integers(0, 250),
        needs=levels,
        team=st.just("service"),
        team_only=st.booleans(),
        weights=weights,
        key_agent=anybody,
        previous=anybody,
        avoid=anybody,
    ),
    max_size=12,
    unique_by=lambda wish: wish.ticket_id,
)


def person(id_: int, **facts: Any) -> Person:
    return Person(**({"staff_id": id_, "capacity": 8 * CASE} | facts))


def chosen(wish: Wish, *crew: Person) -> int | None:
    return routing.decide([wish], crew, at=10)[0].staff_id


@given(wishes, people)
@settings(max_examples=150, deadline=None)
def test_no_ticket_waits_while_somebody_able_has_room_and_nobody_gets_more_than_fits(
    asked: list[Wish], crew: list[Person]
) -> None:
    has = {one.staff_id: one for one in crew}
    loads = {one.staff_id: one.load for one in crew}
    for wish, choice in zip(asked, routing.decide(asked, crew, at=10), strict=True):
        now = [
            Person(
                staff_id=one.staff_id,
                capacity=one.capacity,
                load=loads[one.staff_id],
                skills=one.skills,
                teams=one.teams,
                standing=one.standing,
            )
            for one in crew
        ]
        able = [one.staff_id for one in now if not routing.unfit(wish, one)]
        assert (choice.staff_id is None) == (not able)
        if choice.staff_id is not None:
            assert choice.staff_id in able
            loads[choice.staff_id] += wish.weight
            assert loads[choice.staff_id] <= has[choice.staff_id].capacity
        assert {id_ for id_, _reason in choice.rejected} == set(has) - set(able)


def test_equals_share_a_shift_fairly() -> None:
    crew = [person(id_, capacity=20 * CASE) for id_ in range(1, 9)]
    given_out = routing.decide([Wish(ticket_id=id_) for id_ in range(1, 133)], crew, at=10)
    counts = Counter(one.staff_id for one in given_out).values()
    assert max(counts) - min(counts) <= 1


def test_who_can_take_twice_as_much_gets_twice_as_much() -> None:
    crew = [person(1, capacity=20 * CASE), person(2, capacity=10 * CASE)]
    given_out = routing.decide([Wish(ticket_id=id_) for id_ in range(1, 25)], crew, at=10)
    assert Counter(one.staff_id for one in given_out) == {1: 16, 2: 8}


def test_the_agent_of_a_key_customer_comes_before_everybody_and_needs_no_skill() -> None:
    wish = Wish(ticket_id=1, key_agent=2, previous=1, needs={"refunds": 1})
    assert chosen(wish, person(1, skills={"refunds": 5}), person(2, load=600)) == 2
    assert chosen(wish, person(1, skills={"refunds": 5}), person(2, load=800)) == 1


def test_who_knows_the_customer_is_preferred_until_they_have_much_more() -> None:
    wish = Wish(ticket_id=1, previous=2)
    assert chosen(wish, person(1), person(2, load=300)) == 2
    assert chosen(wish, person(1), person(2, load=600)) == 1


def test_a_stand_in_is_asked_before_who_knows_the_customer() -> None:
    wish = routing.asked_first(Wish(ticket_id=1, previous=2), 1)
    assert chosen(wish, person(1, load=700), person(2)) == 1


def test_a_ticket_does_not_go_back_to_who_gave_it_back() -> None:
    wish = Wish(ticket_id=1, avoid=1)
    assert chosen(wish, person(1)) is None
    assert routing.rejections(wish, [person(1), person(2, standing="off_shift")]) == {"gave_back": 1, "off_shift": 1}


def test_of_all_rules_that_hold_the_first_counts_and_skills_nobody_has_are_not_asked_for() -> None:
    rules = [
        Rule(id=1, code="all", name="", rank=900, skill="tents"),
        Rule(id=2, code="pay", name="", rank=10, condition=(Clause("category", "is", "payment"),), skill="refunds"),
    ]
    needs = [Need("language", "en", "english", 2), Need("language", "de", "german", 2)]
    facts = {"category": "payment", "language": "en"}
    rule = routing.rule_for(rules, facts)
    assert rule is not None
    assert rule.code == "pay"
    assert routing.needs_of(needs, rule, facts, {"english", "refunds"}) == {"english": 2, "refunds": 1}
    assert routing.needs_of(needs, rule, facts, {"refunds"}) == {"refunds": 1}


def test_a_ticket_that_waits_for_its_customer_is_less_of_a_case() -> None:
    weights_ = {("state", "waiting_customer"): 20, ("channel", "phone"): 150}
    assert routing.weight_of(weights_, channel="phone", priority="normal", state="waiting_customer") == 30
    assert routing.weight_of(weights_, channel="chat", priority="normal", state="open") == 100
