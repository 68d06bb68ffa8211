"""A back-test says what a count by hand says, and learns nothing of later."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from steward.kernel.actor import system
from steward.modules.orders.commands import screening_backtests, screening_deciding, screening_lists
from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.models import Backtest, Order, Screening
from steward.modules.orders.rules.drafts import BuyerDraft, OriginDraft
from steward.modules.orders.rules.screening_scores import Result
from tests import make

pytestmark = pytest.mark.django_db
PERIOD = {"from_date": date(2026, 3, 1), "to_date": date(2026, 3, 31)}
# (device, seconds since sign-up or None, is it bad?)
STORY = [
    ("dev-aaa1", None, False),
    ("dev-aaa1", 30, True),
    ("dev-aaa1", 1800, True),
    ("dev-bbb2", 20, True),
    ("dev-ccc3", 10, False),
    ("dev-aaa1", None, True),
    ("dev-aaa1", None, True),
    ("dev-ddd4", 90_000, False),
]


@pytest.fixture
def past() -> list[Order]:
    make.item(stock=500)
    for n, (device, signup_s, _bad) in enumerate(STORY):
        at = make.NOW + timedelta(minutes=10 * n)
        registered = None if signup_s is None else at - timedelta(seconds=signup_s)
        draft = make.draft(
            f"B-{n}", placed_at=at, buyer=BuyerDraft(external_id=f"b{n}"),
            recipient=make.recipient(phone="", street=""),
            origin=OriginDraft(device_id=device, registered_at=registered),
        )  # fmt: skip
        receive_orders(make.TESTER, intakes=[Intake(draft=draft, source="api", historic=True)], now=at)
    make.settle()
    return list(Order.objects.order_by("id"))


def outcome_of(orders: list[Order], **wanted: object) -> Result:
    bad = [order.number for order, (_device, _s, is_bad) in zip(orders, STORY, strict=True) if is_bad]
    facts = {"version": 1, "bad": ["labels"], "label_numbers": bad, **PERIOD, **wanted}
    id_ = screening_backtests.request_backtest(make.manager_zhao(), **facts)  # type: ignore[arg-type]
    result = screening_backtests.run_backtest(system("orders"), backtest_id=id_, now=make.NOW)
    assert result is not None
    return result


def by_hand() -> list[tuple[int, bool]]:
    """Score every order the long way round: by looking at all before it."""
    scores = []
    for n, (device, signup_s, is_bad) in enumerate(STORY):
        on_device = 1 + sum(other == device for other, _s, _bad in STORY[:n])
        within_hour = 1 + sum(other == device for other, _s, _bad in STORY[max(0, n - 5) : n])
        score = 40 * (signup_s is not None and signup_s <= 60) + 15 * (signup_s is not None and signup_s <= 3600)
        score += 10 * (on_device >= 2) + 20 * (on_device >= 3) + 25 * (on_device >= 5) + 20 * (within_hour >= 5)
        scores.append((min(score, 100), is_bad))
    return scores


def test_a_back_test_equals_a_count_by_hand(past: list[Order]) -> None:
    result = outcome_of(past)
    held = Counter(is_bad for score, is_bad in by_hand() if score >= 50)
    assert (result.orders, result.bad) == (8, 5)
    assert (result.at.held, result.at.caught) == (sum(held.values()), held[True])
    for line in result.others:
        expected = [is_bad for score, is_bad in by_hand() if score >= line.hold_at]
        assert (line.held, line.caught) == (len(expected), sum(expected))


def test_a_back_test_changes_no_order_and_keeps_its_result(past: list[Order]) -> None:
    outcome_of(past)
    row = Backtest.objects.get()
    assert (row.state, row.done, row.total) == ("done", 8, 8)
    assert not Screening.objects.exists()
    assert {order.state for order in Order.objects.all()} == {order.state for order in past}


def test_a_back_test_run_twice_is_run_once(past: list[Order]) -> None:
    outcome_of(past)
    assert screening_backtests.run_backtest(make.TESTER, backtest_id=Backtest.objects.get().id, now=make.NOW) is None


def test_what_was_blocked_later_does_not_catch_what_came_before(past: list[Order]) -> None:
    before = outcome_of(past).at.held
    screening_lists.list_from_order(
        make.manager_zhao(), order_id=past[-1].id, purpose="block", kinds=["device"], reason="团伙", until=None,
        now=make.NOW + timedelta(days=2),
    )  # fmt: skip
    assert outcome_of(past).at.held == before


def test_a_person_s_rejection_counts_as_bad(past: list[Order]) -> None:
    hasty = OriginDraft(device_id="dev-zzz9", registered_at=make.NOW)
    receipt = make.order("C-1", buyer=BuyerDraft(external_id="c1"), origin=hasty)
    make.settle()
    screening_deciding.reject_hold(make.checker_chen(), order_id=receipt.order_id, reason="空号", now=make.NOW)
    result = outcome_of(past, bad=["rejected"], label_numbers=[])
    assert (result.bad, result.at.caught) == (1, 1)


def test_a_back_test_without_anything_bad_is_refused(past: list[Order]) -> None:
    with pytest.raises(screening_backtests.NothingBad):
        outcome_of(past, label_numbers=["no such order"])
    with pytest.raises(screening_backtests.NothingBad):
        outcome_of(past, bad=[])
    assert not Backtest.objects.exists()
