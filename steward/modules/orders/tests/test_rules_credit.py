"""A buyer's credit, and who gets an exception: rules alone."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from steward.modules.orders.rules import detectors
from steward.modules.orders.rules.credit import Account, Credit, History, Terms, credit_reasons, grade
from steward.modules.orders.rules.detectors import Candidate, owners, pareto

COUNTS = st.integers(min_value=0, max_value=500)


def test_a_buyer_without_orders_is_new() -> None:
    assert grade(History(), Terms()) == "new"


def test_three_kept_orders_make_a_buyer_trusted() -> None:
    assert grade(History(kept=3), Terms()) == "trusted"


def test_many_refusals_beside_more_kept_orders_are_ordinary() -> None:
    assert grade(History(kept=9, refused=4), Terms()) == "ordinary"


def test_half_of_all_unpaid_is_poor() -> None:
    assert grade(History(kept=3, unpaid=3), Terms()) == "poor"


@given(COUNTS, COUNTS, COUNTS, st.integers(min_value=1, max_value=9))
def test_suspected_fraud_outweighs_whatever_else_there_was(kept: int, unpaid: int, refused: int, abused: int) -> None:
    assert grade(History(kept, unpaid, refused, abused), Terms()) == "abused"


@given(COUNTS, COUNTS, COUNTS)
def test_one_more_unpaid_order_never_makes_a_buyer_trusted(kept: int, unpaid: int, refused: int) -> None:
    before, after = grade(History(kept, unpaid, refused), Terms()), grade(History(kept, unpaid + 1, refused), Terms())

    assert after != "trusted" or before == "trusted"


def test_what_is_owed_counts_together_with_what_is_open() -> None:
    credit, account = Credit("ordinary", History(kept=1)), Account(10_000, 30, owed_minor=6_000)

    assert credit_reasons(credit, open_minor=5_000, account=account) == ["above_credit"]
    assert credit_reasons(credit, open_minor=4_000, account=account) == []


def test_nothing_may_be_owed_where_there_are_no_terms() -> None:
    assert credit_reasons(Credit("trusted", History(kept=9)), open_minor=1) == ["above_credit"]


def test_a_paid_order_of_a_buyer_who_owes_nothing_needs_no_terms() -> None:
    assert credit_reasons(Credit("new", History()), open_minor=0) == []


def test_an_overdue_invoice_asks_for_a_person_only_where_more_would_be_owed() -> None:
    credit, account = Credit("ordinary", History(kept=1)), Account(10_000, 30, owed_minor=100, overdue_minor=100)

    assert credit_reasons(credit, open_minor=1, account=account) == ["invoice_overdue"]
    assert credit_reasons(credit, open_minor=0, account=account) == []


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=8),
    st.integers(min_value=0, max_value=40),
)
def test_exceptions_are_shared_out_evenly_among_those_on_duty(people: list[tuple[int, bool]], count: int) -> None:
    candidates = [Candidate(id_, 0, on_duty) for id_, (_has, on_duty) in enumerate(people, 1)]

    chosen = owners(candidates, count)

    there = {one.staff_id for one in candidates if one.on_duty}
    assert len(chosen) == count
    assert all(owner in there for owner in chosen) if there else set(chosen) <= {None}
    loads = [chosen.count(id_) for id_ in there]
    assert not loads or max(loads) - min(loads) <= 1


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 99), max_size=8))
def test_a_pareto_chart_loses_nothing_and_ends_at_the_whole(counts: dict[str, int]) -> None:
    bars = pareto(counts)

    assert sum(bar.count for bar in bars) == sum(counts.values())
    assert [bar.count for bar in bars] == sorted(counts.values(), reverse=True)
    assert not bars or abs(bars[-1].together - 1) < 1e-9


def test_every_state_but_the_last_ones_can_be_left() -> None:
    left = {state for state, _verb in detectors.TRANSITIONS}

    assert left == set(detectors.STATES)
    assert set(detectors.TRANSITIONS.values()) == set(detectors.STATES)


def test_weeks_begin_on_monday_and_this_one_is_the_last() -> None:
    now = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)

    assert [start.day for start in detectors.weeks(now, 2)] == [23, 2]


def test_a_total_from_nothing_has_changed() -> None:
    assert detectors.price_changed_enough(0, 100, 1)
    assert not detectors.price_changed_enough(100_00, 100_50, 1)
    assert detectors.price_changed_enough(100_00, 101_00, 1)
