"""What will not sell in time, and where it would: against a day by day sale, whatever lies there."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.modules.inventory.rules import clearing, write_offs
from steward.modules.inventory.rules.clearing import Pile, Place

TODAY = date(2026, 3, 2)
DAYS = st.integers(0, 40)
PILES = st.lists(st.builds(Pile, st.integers(0, 60), st.one_of(st.none(), DAYS)), max_size=6).map(
    lambda piles: sorted(piles, key=lambda one: (one.sell_days is None, one.sell_days or 0))
)
RATES = st.integers(0, 24).map(lambda quarters: quarters / 4)


def left_over(piles: list[Pile], per_day: float) -> list[Fraction]:
    """Sell day by day what expires first, and tell what of each pile was left when its time was over."""
    left = [Fraction(pile.pieces) for pile in piles]
    for day in range(41):
        wanted = Fraction(per_day)
        for number, pile in enumerate(piles):
            if pile.sell_days is None or day < pile.sell_days:
                sold = min(left[number], wanted)
                left[number] -= sold
                wanted -= sold
    return [Fraction(0) if pile.sell_days is None else units for pile, units in zip(piles, left, strict=True)]


@given(PILES, RATES)
def test_what_stays_unsold_is_what_a_sale_day_by_day_leaves(piles: list[Pile], per_day: float) -> None:
    parts = clearing.unsold(piles, per_day)

    assert sum(parts) == math.ceil(sum(left_over(piles, per_day)))
    assert all(0 <= part <= pile.pieces for part, pile in zip(parts, piles, strict=True))


def test_the_first_lots_use_up_the_buyers_of_those_behind_them() -> None:
    piles = [Pile(30, 5), Pile(20, 10), Pile(100, None)]

    # two a day: 10 of the first 30 sell in time; of the next 20 those of days 6 to 10
    assert clearing.unsold(piles, 2) == [20, 10, 0]
    assert clearing.unsold(piles, 0) == [30, 20, 0]
    assert clearing.unsold(piles, 10) == [0, 0, 0]


@given(PILES, RATES.filter(bool), st.integers(0, 30), st.one_of(st.none(), DAYS), st.integers(1, 40))
def test_what_a_place_takes_sells_there_and_costs_it_nothing(
    piles: list[Pile], per_day: float, coming: int, sell_days: int | None, cover: int
) -> None:
    place = Place(2, per_day, coming, tuple(piles))

    taken = clearing.room(place, sell_days=sell_days, cover_days=cover)

    if taken:
        ahead = [pile for pile in piles if pile.sell_days is not None and pile.sell_days <= (sell_days or 0)]
        behind = [pile for pile in piles if pile not in ahead]
        with_them = [*ahead, Pile(taken, sell_days), *behind] if sell_days is not None else [*piles, Pile(taken, None)]
        before = [Pile(coming, None), *piles]
        assert sum(clearing.unsold(with_them, per_day)) <= sum(clearing.unsold(before, per_day))
        assert taken <= per_day * min(cover, cover if sell_days is None else sell_days)


def test_a_place_that_sells_nothing_takes_nothing() -> None:
    assert clearing.room(Place(1, 0, 0, ()), sell_days=30, cover_days=60) == 0


def test_goods_go_where_most_of_them_sell_in_time_and_days_on_the_road_count() -> None:
    slow, fast = Place(1, 1, 0, ()), Place(2, 4, 6, ())

    assert clearing.destination(50, [slow, fast], sell_days=10, transit_days=3, cover_days=60) == clearing.Choice(2, 22)
    assert clearing.destination(5, [slow, fast], sell_days=10, transit_days=3, cover_days=60) == clearing.Choice(2, 5)
    assert clearing.destination(50, [slow, fast], sell_days=3, transit_days=3, cover_days=60) is None
    assert clearing.destination(50, [], sell_days=None, transit_days=3, cover_days=60) is None


def test_equals_are_decided_by_speed_and_then_by_age() -> None:
    one, other = Place(1, 5, 0, ()), Place(2, 5, 0, ())

    assert clearing.destination(3, [other, one], sell_days=None, transit_days=0, cover_days=60) == clearing.Choice(1, 3)


@pytest.mark.parametrize(
    ("free", "per_day", "idle_days", "speed"),
    [
        (200, 1.0, 3, "slow"),
        (199, 1.0, 3, ""),
        (5, 0.0, 119, ""),
        (5, 0.0, 120, "non_moving"),
        (5, 9.0, 400, "non_moving"),
    ],
)
def test_goods_are_slow_by_cover_and_dead_by_idle_days(free: int, per_day: float, idle_days: int, speed: str) -> None:
    found = clearing.slowness(free=free, per_day=per_day, idle_days=idle_days, slow_cover_days=200, dead_idle_days=120)

    assert found == speed


def fault(**facts: Any) -> tuple[str, str] | None:
    known: dict[str, Any] = {"quantity": 3, "free": 5, "cause": "lost", "note": "少了", "expires_date": None}
    return write_offs.fault(**(known | facts), today=TODAY)


def test_what_may_be_given_up_is_free_and_has_its_cause() -> None:
    yesterday = TODAY - timedelta(days=1)

    assert fault() is None
    assert fault(quantity=5) is None
    assert fault(cause="expired", note="", expires_date=yesterday) is None
    assert fault(quantity=6) == ("quantity", "not_free")
    assert fault(quantity=0) == fault(quantity=-1) == ("quantity", "counts")
    assert fault(cause="stolen") == ("cause", "unknown_cause")
    assert fault(cause="expired", expires_date=TODAY) == ("cause", "not_expired")
    assert fault(cause="expired") == ("cause", "not_expired")
    assert fault(note=" ") == ("note", "note_missing")


def test_goods_are_worth_their_cost_or_else_their_price() -> None:
    assert write_offs.unit_value(700, 19_900) == (700, "cost")
    assert write_offs.unit_value(0, 19_900) == (0, "cost")
    assert write_offs.unit_value(None, 19_900) == (19_900, "price")


def test_a_write_off_ends_once() -> None:
    ended = set(write_offs.TRANSITIONS.values())

    assert ended | {"waiting"} == set(write_offs.STATES)
    assert {state for state, _verb in write_offs.TRANSITIONS} == {"waiting"}
