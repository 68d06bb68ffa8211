"""A cancellation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from steward.modules.orders.rules.cancelling import Candidate, Decision, Pending, decided

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def _pending(id_: int, quantity: int, day: int, customer: int = 1) -> Pending:
    return Pending(id_, customer, 7, quantity, DAY + timedelta(days=day))


def _line(id_: int, left: int, day: int, customer: int = 1) -> Candidate:
    return Candidate(id_, customer, 7, left, DAY + timedelta(days=day))


def test_takes_the_latest_earlier_line_that_has_enough() -> None:
    lines = [_line(1, 9, 0), _line(2, 5, 1), _line(3, 1, 2), _line(4, 9, 4)]
    assert decided([_pending(1, 3, 3)], lines) == [Decision(1, 2)]


def test_is_parked_with_the_reason() -> None:
    lines = [_line(1, 2, 1), _line(2, 9, 1, customer=2)]
    found = decided([_pending(1, 3, 2), _pending(2, 1, 0), _pending(3, 1, 5, customer=9)], lines)
    assert [(one.cancellation_id, one.reason) for one in found] == [
        (2, "no_earlier_order"),
        (1, "quantity_exceeds"),
        (3, "no_earlier_order"),
    ]


def test_leaves_to_the_next_only_what_it_did_not_take() -> None:
    lines = [_line(1, 4, 0), _line(2, 3, 1)]
    assert decided([_pending(2, 3, 6), _pending(1, 3, 5), _pending(3, 3, 7)], lines) == [
        Decision(1, 2),
        Decision(2, 1),
        Decision(3, None, "quantity_exceeds"),
    ]


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 9)), max_size=12),
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 9)), max_size=6),
)
def test_never_takes_more_than_was_ordered(wanted: list[tuple[int, int]], ordered: list[tuple[int, int]]) -> None:
    pending = [_pending(id_, quantity, day) for id_, (quantity, day) in enumerate(wanted)]
    found = decided(pending, [_line(id_, left, day) for id_, (left, day) in enumerate(ordered)])
    taken = dict.fromkeys(range(len(ordered)), 0)
    for decision in found:
        if decision.line_id is not None:
            taken[decision.line_id] += wanted[decision.cancellation_id][0]
    assert len(found) == len(wanted)
    assert all(taken[id_] <= left for id_, (left, _) in enumerate(ordered))
