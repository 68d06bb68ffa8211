"""Who takes over: on duty, fewest open subjects, never the same person, never somebody on leave."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.modules.deadlines.rules.takeovers import Chosen, Taker, choose, next_owner

ids = st.integers(1, 12)
takers = st.lists(
    st.builds(Taker, ids, st.integers(0, 3), st.booleans(), st.booleans(), st.booleans()),
    unique_by=lambda one: one.staff_id,
    max_size=8,
)
# A busy machine draws slowly now and then.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
away = st.sets(ids)


def on_duty(*pairs: tuple[int, int]) -> list[Taker]:
    return [Taker(id_, has, on_duty=True) for id_, has in pairs]


def test_who_has_fewest_is_next_and_of_equals_the_lowest_number() -> None:
    assert next_owner(on_duty((3, 1), (2, 1), (1, 2)), owner_id=None, away=()) == 2


def test_somebody_at_their_console_counts_where_nobody_s_duty_is_planned() -> None:
    there = [Taker(1, 0, present=True), Taker(2, 5, on_duty=True)]
    assert next_owner(there, owner_id=None, away=()) == 2
    assert next_owner(there, owner_id=2, away=()) == 1


def test_who_is_only_called_in_is_not_the_next_in_line() -> None:
    boss = Taker(9, 0, on_duty=True, in_role=False)
    assert next_owner([boss], owner_id=None, away=()) is None
    assert choose([boss], owner_id=1, away=(), manager_id=9) == Chosen(9, "manager")


def test_who_is_on_call_comes_before_the_manager() -> None:
    able = [Taker(8), Taker(9, in_role=False)]
    assert choose(able, owner_id=1, away=(), on_call_id=8, manager_id=9) == Chosen(8, "on_call")
    assert choose(able, owner_id=1, away={8}, on_call_id=8, manager_id=9) == Chosen(9, "manager")


def test_nobody_is_called_in_who_may_not_work_on_it() -> None:
    assert choose([Taker(1)], owner_id=1, away=(), on_call_id=8, manager_id=9) == Chosen(None, "nobody")


@patient
@given(takers, st.none() | ids, away, st.none() | ids, st.none() | ids)
def test_never_the_same_person_never_on_leave_never_without_the_right(
    able: list[Taker], owner: int | None, gone: set[int], on_call: int | None, manager: int | None
) -> None:
    chosen = choose(able, owner_id=owner, away=gone, on_call_id=on_call, manager_id=manager)
    if chosen.staff_id is None:
        assert chosen.how == "nobody"
    else:
        assert chosen.staff_id != owner
        assert chosen.staff_id not in gone
        assert chosen.staff_id in {one.staff_id for one in able}


@patient
@given(takers, st.none() | ids, away, st.randoms())
def test_the_order_in_which_people_are_listed_does_not_matter(
    able: list[Taker], owner: int | None, gone: set[int], chance: Random
) -> None:
    shuffled = list(able)
    chance.shuffle(shuffled)
    assert next_owner(shuffled, owner_id=owner, away=gone) == next_owner(able, owner_id=owner, away=gone)


@patient
@given(takers, st.none() | ids, away)
def test_nobody_on_duty_has_fewer_than_who_is_chosen(able: list[Taker], owner: int | None, gone: set[int]) -> None:
    found = next_owner(able, owner_id=owner, away=gone)
    there = [one for one in able if one.on_duty and one.in_role and one.staff_id != owner and one.staff_id not in gone]
    if there:
        assert found == min(there, key=lambda one: (one.has, one.staff_id)).staff_id
