"""Who gets a ticket, without a database: able, with room, and a fair share."""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

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


class Shift:
    """Eight hours in which tickets come in and are worked on for a while each. Units: minutes, hundredths of a case."""

    def __init__(self, *, people_: int, tickets: int, seed: int) -> None:
        self.rng = Random(seed)
        self.crew = {id_: person(id_) for id_ in range(1, people_ + 1)}
        self.carried = dict.fromkeys(self.crew, 0.0)
        self.waited = 0
        self.ends: list[tuple[float, int, int]] = []
        self.at = 0.0
        for number, at in enumerate(sorted(self.rng.uniform(0, 480) for _ in range(tickets))):
            self.comes(number, at)
        self.goes_on(480.0)

    def comes(self, number: int, at: float) -> None:
        """Give a ticket out, to be worked on for about twenty-five minutes."""
        self.goes_on(at)
        weight = self.rng.choice((60, 100, 100, 150))
        room = any(one.load + weight <= one.capacity for one in self.crew.values())
        (choice,) = routing.decide([Wish(ticket_id=number, weight=weight)], self.crew.values(), at=round(at * 1e6))
        if choice.staff_id is None:
            self.waited += room
            return
        one = self.crew[choice.staff_id]
        self.crew[one.staff_id] = replace(one, load=one.load + weight, busy_since=round(at * 1e6))
        heappush(self.ends, (at + self.rng.expovariate(1 / 25), one.staff_id, weight))

    def goes_on(self, until: float) -> None:
        """Let time pass: what is done goes, and what everybody carries is summed up."""
        while self.ends and self.ends[0][0] <= until:
            end, id_, weight = heappop(self.ends)
            self.carry(end)
            self.crew[id_] = replace(self.crew[id_], load=self.crew[id_].load - weight)
        self.carry(until)

    def carry(self, until: float) -> None:
        """Sum up what everybody carried until then."""
        for id_, one in self.crew.items():
            self.carried[id_] += one.load * (until - self.at)
        self.at = until

    def fairness(self) -> float:
        """Return how much more the one who carried most had on average than the one who carried least."""
        return max(self.carried.values()) / min(self.carried.values())


def test_in_a_simulated_shift_nobody_carries_a_quarter_more_than_another() -> None:
    shifts = [Shift(people_=8, tickets=400, seed=seed) for seed in range(5)]
    assert [shift.waited for shift in shifts] == [0] * 5
    assert max(shift.fairness() for shift in shifts) < 1.25
