"""The table of repairs, warranties and rights, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.kernel.errors import NotPossible
from steward.modules.returns.rules import repair as rules
from steward.modules.returns.rules.repair import WarrantyFacts

SOLD = datetime(2026, 1, 15, 4, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _facts(**changes: object) -> WarrantyFacts:
    facts = {"months": 12, "delivered_at": SOLD, "time_zone": "Asia/Shanghai"} | changes
    return WarrantyFacts(**facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "status", "why"),
    [
        ({}, "in", "within"),
        ({"months": 0}, "out", "no_warranty"),
        ({"months": 3}, "out", "over"),
        ({"delivered_at": None}, "unknown", "not_delivered"),
        ({"serial_seen": "foreign"}, "unknown", "serial_of_another_order"),
        ({"serial_seen": "same"}, "in", "within"),
    ],
)
def test_a_warranty_says_what_it_is_and_why(changes: dict[str, object], status: str, why: str) -> None:
    found = rules.warranty_of(_facts(**changes), begins_anew=True, now=NOW)
    assert (found.status, found.why) == (status, why)


@pytest.mark.parametrize(("begins_anew", "left", "months"), [(False, 90, 3), (True, 90, 12), (True, 450, 15)])
def test_a_replacement_has_the_rest_or_a_term_of_its_own_never_a_shorter_one(
    begins_anew: bool, left: int, months: int
) -> None:
    facts = _facts(is_replacement=True, replaced_until=SOLD + timedelta(days=left))
    found = rules.warranty_of(facts, begins_anew=begins_anew, now=SOLD)
    assert found.until is not None
    assert round((found.until - SOLD).days / 30.4) == months


def test_a_right_needs_repairs_enough_and_a_warranty() -> None:
    assert rules.has_right_to_remedy(2, needed=2, coverage="in")
    assert not rules.has_right_to_remedy(1, needed=2, coverage="in")
    assert not rules.has_right_to_remedy(9, needed=2, coverage="out")
    assert not rules.has_right_to_remedy(9, needed=0, coverage="in")


@given(st.integers(0, 1440), st.integers(0, 10**6))
def test_labour_is_within_half_a_cent_of_its_price(minutes: int, per_hour: int) -> None:
    assert abs(rules.labour_minor(minutes, per_hour) * 60 - minutes * per_hour) <= 30


def test_every_state_is_reached_and_what_is_over_stays_over() -> None:
    assert {after for (_before, _verb), after in rules.TRANSITIONS.items()} | {"awaiting"} == set(rules.STATES)
    assert not {before for before, _verb in rules.TRANSITIONS} & set(rules.OVER)


def test_nothing_outside_the_warranty_is_repaired_without_an_answer() -> None:
    with pytest.raises(NotPossible):
        rules.next_state("quoted", "begin")
