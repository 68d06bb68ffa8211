"""What leaves by hand at once and what waits, as pure arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.modules.inventory.rules.by_hand import Line, leaves, waiting

LIMITS = {"CNY": 1_000, "USD": 100}


def cny(value_minor: int, *, is_known: bool = True) -> Line:
    return Line(value_minor, "CNY", is_known)


@pytest.mark.parametrize(
    ("lines", "spent", "waits"),
    [
        ([cny(1_000)], {}, [False]),
        ([cny(1_001)], {}, [True]),
        ([cny(600), cny(600)], {}, [False, True]),
        ([cny(600)], {"CNY": 500}, [True]),
        ([cny(2_000), cny(900)], {}, [True, False]),
        ([cny(1, is_known=False)], {}, [True]),
        ([Line(60, "USD", is_known=True)], {"CNY": 500}, [True]),
        ([Line(50, "USD", is_known=True)], {"CNY": 500}, [False]),
        ([Line(1, "EUR", is_known=True)], {}, [True]),
        ([cny(1)], {"EUR": 1}, [True]),
    ],
)
def test_what_goes_beyond_the_limit_waits(lines: list[Line], spent: dict[str, int], waits: list[bool]) -> None:
    assert waiting(lines, spent=spent, limits=LIMITS) == waits


def test_with_a_limit_of_nothing_everything_waits() -> None:
    assert waiting([cny(0)], spent={}, limits={"CNY": 0}) == [True]


@given(st.lists(st.tuples(st.integers(0, 1_500), st.sampled_from(["CNY", "USD", "EUR"]), st.booleans()), max_size=12))
def test_slices_never_take_more_than_the_limit_without_another_person(drawn: list[tuple[int, str, bool]]) -> None:
    lines = [Line(*one) for one in drawn]

    gone = [line for line, waits in zip(lines, waiting(lines, spent={}, limits=LIMITS), strict=True) if not waits]

    assert sum(line.value_minor * 1_000 // LIMITS[line.currency] for line in gone) <= 1_000
    assert all(line.is_known for line in gone)


@given(st.lists(st.integers(0, 1_500), max_size=8))
def test_many_lines_at_once_wait_as_one_after_the_other_would(values: list[int]) -> None:
    spent, one_by_one = 0, []
    for value in values:
        waits = waiting([cny(value)], spent={"CNY": spent}, limits=LIMITS)[0]
        spent += 0 if waits else value
        one_by_one.append(waits)

    assert waiting([cny(value) for value in values], spent={}, limits=LIMITS) == one_by_one


def test_only_what_is_booked_downwards_by_hand_leaves() -> None:
    assert [leaves(*one) for one in (("adjusted", -1), ("shipped", -1), ("adjusted", 1), ("counted", -1))] == [
        True,
        True,
        False,
        False,
    ]
