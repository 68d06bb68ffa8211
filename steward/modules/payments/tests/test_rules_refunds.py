"""The life of a refund, and which payments it is taken from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from steward.kernel.errors import NotPossible
from steward.modules.payments.rules import refunds as rules
from steward.modules.payments.rules.refunds import Payable

ENDED = ("succeeded", "refused", "withdrawn")
amounts = some.integers(0, 10**9)
payments = some.lists(amounts, max_size=6).map(
    lambda lefts: [Payable(place, "alipay" if place % 2 else "wechat", left) for place, left in enumerate(lefts, 1)]
)


def test_every_state_is_reached_and_every_open_one_can_be_left() -> None:
    reached = {"awaiting_approval", *rules.TRANSITIONS.values()}

    assert reached == set(rules.STATES)
    for state in rules.OPEN:
        assert any(start == state for start, _verb in rules.TRANSITIONS)


def test_nothing_leaves_an_end() -> None:
    assert not [key for key in rules.TRANSITIONS if key[0] in ENDED]


def test_nothing_is_sent_but_what_waits() -> None:
    assert [state for state, verb in rules.TRANSITIONS if verb == "send"] == ["waiting"]


def test_a_refund_of_unknown_fate_is_asked_after_before_it_may_be_sent_again() -> None:
    assert [state for state, verb in rules.TRANSITIONS if verb == "resend"] == ["unknown"]
    assert rules.verb_of("absent", "sending") == "lose"
    assert rules.verb_of("absent", "unknown") == "resend"


def test_a_transition_nobody_knows_is_refused() -> None:
    with pytest.raises(NotPossible):
        rules.next_state("succeeded", "send")


@pytest.mark.parametrize(("tries", "possible"), [(0, True), (1, False)])
def test_only_what_was_never_sent_can_be_withdrawn(tries: int, possible: bool) -> None:
    assert rules.can_withdraw("waiting", tries) is possible


@given(payments, amounts)
def test_shares_always_sum_and_never_exceed_a_payment(lefts: list[Payable], amount: int) -> None:
    shares = rules.allocate(lefts, amount)

    assert sum(share.amount_minor for share in shares) == min(amount, sum(one.left_minor for one in lefts))
    left = {one.entry_id: one.left_minor for one in lefts}
    assert all(0 < share.amount_minor <= left[share.entry_id] for share in shares)
    assert len({share.entry_id for share in shares}) == len(shares)


@given(payments, some.lists(some.tuples(some.sampled_from(["alipay", "wechat", "manual"]), amounts), max_size=4))
def test_refunds_made_elsewhere_take_no_more_than_there_is(
    lefts: list[Payable], outside: list[tuple[str, int]]
) -> None:
    after = rules.after_outside(lefts, outside)

    total, given_back = sum(one.left_minor for one in lefts), sum(amount for _provider, amount in outside)
    assert sum(one.left_minor for one in after) == max(0, total - given_back)
    assert all(one.left_minor >= 0 for one in after)


def test_a_payment_that_fits_exactly_goes_first_else_the_newest() -> None:
    paid = [Payable(1, "alipay", 300), Payable(2, "alipay", 500), Payable(3, "alipay", 200)]

    assert [(share.entry_id, share.amount_minor) for share in rules.allocate(paid, 300)] == [(1, 300)]
    assert [(share.entry_id, share.amount_minor) for share in rules.allocate(paid, 400)] == [(3, 200), (2, 200)]


def test_a_refund_made_elsewhere_is_taken_off_its_own_providers_payment() -> None:
    after = rules.after_outside([Payable(1, "wechat", 300), Payable(2, "alipay", 300)], [("wechat", 200)])

    assert [one.left_minor for one in after] == [100, 300]


@pytest.mark.parametrize("cause", rules.CAUSES)
def test_only_what_is_owed_is_asked_for_anew_when_nobody_decides(cause: str) -> None:
    assert rules.is_asked_anew(cause) is (cause not in rules.ASKED_FOR)


def test_pauses_double_up_to_a_cap() -> None:
    assert [rules.pause_s(tries, first_s=15, cap_s=100) for tries in (0, 1, 2, 3, 4, 99)] == [15, 15, 30, 60, 100, 100]
