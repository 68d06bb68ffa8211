"""What an exchange costs and how it is paid: exact whatever the sums, and never more than the goods are worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from steward.kernel.errors import NotPossible
from steward.modules.returns.rules import exchange as rules

minor = some.integers(0, 10**7)


@given(total=minor, paid=minor, worth=minor)
def test_credit_money_and_what_goes_back_always_come_out_even(total: int, paid: int, worth: int) -> None:
    found = rules.reckoned(total_minor=total, paid_minor=paid, worth_minor=worth)

    assert found.credit_minor + found.to_give_back_minor == worth
    assert found.credit_minor + found.to_pay_minor == max(0, total - paid)
    assert found.to_pay_minor == 0 or found.to_give_back_minor == 0
    assert min(found.credit_minor, found.to_pay_minor, found.to_give_back_minor) >= 0


@given(worth=minor, prices=some.lists(some.integers(0, 10**6), min_size=1, max_size=9))
def test_the_same_pieces_again_cost_what_the_first_are_worth(worth: int, prices: list[int]) -> None:
    shares = rules.shared(worth, prices)

    assert sum(shares) == worth
    assert min(shares) >= 0


@pytest.mark.parametrize(
    ("choice", "same", "family", "may"),
    [
        ("same", True, False, True),
        ("same", False, True, False),
        ("family", False, True, True),
        ("family", False, False, False),
        ("any", False, False, True),
    ],
)
def test_the_house_says_how_far_a_choice_goes(choice: str, same: bool, family: bool, may: bool) -> None:
    assert rules.may_choose(choice, same=same, same_family=family) is may


def test_what_is_over_is_neither_set_aside_nor_sent_again() -> None:
    for state in ("done", "released"):
        with pytest.raises(NotPossible):
            rules.next_state(state, "reserve")
    assert set(rules.TRANSITIONS.values()) <= set(rules.STATES)
    assert rules.Wish(1, 7, 7).basis("then") == "then"
    assert rules.Wish(1, 7, 8).basis("then") == "now"
