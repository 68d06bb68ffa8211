"""The life of a complaint, and whom to ask afterwards: pure rules."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel.errors import NotPossible
from steward.modules.desk.rules import complaints, follow_ups
from tests.make import NOW


def test_every_complaint_under_way_can_come_to_an_end() -> None:
    for state in complaints.UNDER_WAY:
        assert complaints.can(state, "close")
        assert "withdrawn" in complaints.outcomes_of(state)


def test_a_good_end_takes_the_customers_agreement() -> None:
    assert "satisfied" in complaints.outcomes_of("agreed")
    assert not set(complaints.ENDS_WELL) & set(complaints.outcomes_of("proposed"))
    assert complaints.outcomes_of("closed") == ()


def test_what_is_missing_to_close_is_named() -> None:
    assert complaints.missing_to_close({"cause": None, "team": "", "outcome": "settled"}) == ["cause", "team"]
    assert complaints.missing_to_close({"cause": 1, "team": "service", "outcome": "settled"}) == []


def test_nobody_decides_a_complaint_about_themselves() -> None:
    assert complaints.is_own_matter(7, 7)
    assert not complaints.is_own_matter(None, None)
    assert not complaints.is_own_matter(7, None)


def test_a_compensation_is_not_handed_over_before_it_is_granted() -> None:
    with pytest.raises(NotPossible):
        complaints.next_wish("asked", "hand_over")


def test_a_sample_takes_about_its_share_and_always_the_same() -> None:
    drawn = [follow_ups.is_sampled(id_, 30) for id_ in range(2_000)]

    assert 0.26 < sum(drawn) / len(drawn) < 0.34
    assert drawn == [follow_ups.is_sampled(id_, 30) for id_ in range(2_000)]
    assert not any(follow_ups.is_sampled(id_, 0) for id_ in range(50))
    assert all(follow_ups.is_sampled(id_, 100) for id_ in range(50))


def test_who_was_asked_lately_is_left_alone() -> None:
    facts = {"sampled": True, "customer_id": 4, "can_be_asked": True}

    assert follow_ups.why_not(**facts, asked_lately=True) == "asked_lately"  # type: ignore[arg-type]
    assert follow_ups.why_not(**facts, asked_lately=False) == ""  # type: ignore[arg-type]


def test_a_customer_is_called_three_times_and_no_more() -> None:
    retry = timedelta(hours=4)

    assert follow_ups.after_a_try(tries=2, most=3, retry=retry, now=NOW) == ("to_call", NOW + retry)
    assert follow_ups.after_a_try(tries=3, most=3, retry=retry, now=NOW) == ("unreached", None)
