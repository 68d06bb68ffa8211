"""Scores: what few parcels may say, and what weights do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from steward.modules.logistics.rules.scoring import Record, beta_prior, scores, shrunk_share

WEIGHTS = {"on_time": 1.0}


def test_one_lucky_parcel_does_not_beat_a_thousand_good_ones() -> None:
    lucky = Record(key="lucky", parcels=1, promised=1, on_time=1)
    good = Record(key="good", parcels=1000, promised=1000, on_time=975)
    bad = Record(key="bad", parcels=1000, promised=1000, on_time=800)
    assert [one.key for one in scores([lucky, good, bad], WEIGHTS)] == ["good", "lucky", "bad"]


def test_many_parcels_speak_for_themselves_and_none_say_the_common_share() -> None:
    prior = beta_prior([(975, 1000), (800, 1000), (900, 1000)])
    assert abs(shrunk_share(975, 1000, prior) - 0.975) < 0.005
    assert abs(shrunk_share(0, 0, prior) - 0.8917) < 0.002


def test_carriers_that_differ_by_chance_alone_are_drawn_together() -> None:
    prior = beta_prior([(18, 20), (19, 20), (18, 20), (19, 20)])
    assert sum(prior) == 2_000


def test_a_measure_nobody_has_takes_its_weight_away() -> None:
    one = Record(key="a", parcels=100, promised=100, on_time=100)
    alone = scores([one], {"on_time": 1.0})[0].total
    with_rating = scores([one], {"on_time": 1.0, "rating": 5.0})[0].total
    assert alone == with_rating
    assert scores([one], {})[0].total is None


def test_the_cheapest_has_full_points_for_its_price_and_twice_as_dear_half() -> None:
    records = [Record(key=str(price), parcels=9, price_per_kg_minor=price) for price in (400.0, 500.0, 800.0)]
    points = {
        one.key: next(mark.points for mark in one.marks if mark.measure == "price") for one in scores(records, {})
    }
    assert points == {"400.0": 100.0, "500.0": 80.0, "800.0": 50.0}


@given(
    st.lists(st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=9)
)
def test_a_share_is_drawn_between_its_own_and_the_common_one(cases: list[tuple[int, int]]) -> None:
    a, b = beta_prior(cases)
    assert a > 0
    assert b > 0
    common = a / (a + b)
    for hits, count in cases:
        drawn = shrunk_share(hits, count, (a, b))
        own = hits / count if count else common
        assert min(own, common) - 1e-9 <= drawn <= max(own, common) + 1e-9
