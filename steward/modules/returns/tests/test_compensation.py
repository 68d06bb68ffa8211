"""Compensation: within budget, range and limits, by two people where it is more or looks odd, given once."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from steward.kernel import moment
from steward.kernel.actor import NotPermitted, system
from steward.kernel.errors import NotFound, NotPossible
from steward.modules.approvals import commands as approvals
from steward.modules.approvals import queries as asked
from steward.modules.approvals.rules import Verdict
from steward.modules.customers.commands.rights import erase_customer
from steward.modules.payments import commands as payments
from steward.modules.payments.models import Coupon, Handover
from steward.modules.payments.queries import refunds_of_order
from steward.modules.payments.tests import purse
from steward.modules.returns.commands import budgets, compensating, goodwill_following, goodwill_setting
from steward.modules.returns.models import Budget, BudgetDraw, Compensation
from steward.modules.returns.queries import compensations as queries
from steward.modules.returns.tests import goodwill
from tests import make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def decided(receipt: compensating.Receipt, verdict: Verdict = "grant", *, by: str = "zhao") -> None:
    approvals.decide(make.staff(by), approval_id=receipt.approval_id or 0, verdict=verdict, reason="说明", now=make.NOW)
    with moment.frozen(make.NOW):
        make.settle()


def test_a_small_coupon_is_given_at_once_and_spends_its_budget() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    goodwill.budget(10_000)

    receipt = goodwill.proposed(order_number=order.number)

    assert (receipt.state, receipt.approval_id) == ("given", None)
    assert (Coupon.objects.get().customer_id, Coupon.objects.get().number) == (order.customer_id, receipt.number)
    row = Budget.objects.get()
    assert (row.reserved_minor, row.spent_minor, queries.budget_faults()) == (0, 2_000, [])


def test_above_the_limit_another_person_decides_and_the_budget_is_reserved_meanwhile() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    goodwill.budget(10_000)
    receipt = goodwill.proposed(order_number=order.number, minor=6_000, by=make.manager_zhao())
    assert (receipt.state, Budget.objects.get().reserved_minor) == ("proposed", 6_000)
    with pytest.raises(approvals.OwnMatter):
        decided(receipt, by="zhao")

    decided(receipt, by="admin")

    assert (goodwill.row(receipt).state, Budget.objects.get().spent_minor) == ("given", 6_000)
    assert goodwill_following.follow_approvals(system("returns"), settled=[], now=make.NOW) == 0


def test_what_is_refused_frees_its_budget_and_gives_nothing() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    goodwill.budget(10_000)
    receipt = goodwill.proposed(order_number=order.number, minor=6_000)

    decided(receipt, "refuse")

    row = Budget.objects.get()
    assert (goodwill.row(receipt).state, goodwill.row(receipt).why) == ("refused", "说明")
    assert (row.reserved_minor, row.spent_minor, Coupon.objects.count()) == (0, 0, 0)


def test_no_budget_is_overdrawn_and_what_does_not_fit_leaves_nothing() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    goodwill.budget(3_000)
    goodwill.budget(90_000, period="quarter", shop="own")
    goodwill.proposed(order_number=order.number)

    with pytest.raises(budgets.BudgetSpent):
        goodwill.proposed(order_number=order.number)
    with pytest.raises(IntegrityError), transaction.atomic():
        Budget.objects.update(spent_minor=100_000)
    with pytest.raises(budgets.BudgetUsed):
        goodwill.budget(1_999)

    assert (Compensation.objects.count(), BudgetDraw.objects.count(), queries.budget_faults()) == (1, 2, [])


def test_slices_in_one_matter_count_together() -> None:
    purse.kept_here()
    order = goodwill.ordered()

    states = [goodwill.proposed(order_number=order.number, minor=3_000).state for _time in range(2)]

    assert states == ["given", "proposed"]


def test_a_roles_own_limit_replaces_the_first_tier_and_above_it_a_second_person_decides() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    goodwill_setting.set_compensation_limit(
        make.manager_zhao(), role="customer_service", currency="CNY", alone_minor=1_000, now=make.NOW
    )

    assert goodwill.proposed(order_number=order.number, minor=1_000).state == "given"
    assert goodwill.proposed(order_number=order.number, minor=1_000).state == "proposed"


def test_signs_of_abuse_ask_for_a_second_person_with_their_facts_and_refuse_nobody() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    for _time in range(2):
        assert goodwill.proposed(order_number=order.number, minor=100).state == "given"

    receipt = goodwill.proposed(order_number=order.number, minor=100)

    assert (receipt.state, [one.code for one in receipt.signs]) == ("proposed", ["same_reason"])
    view = asked.approval(receipt.approval_id or 0)
    assert view is not None
    assert (view.facts["signs"], view.needed) == (["same_reason"], 1)
    decided(receipt)
    assert goodwill.row(receipt).state == "given"


def test_what_was_given_long_ago_is_no_sign() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    for _time in range(2):
        goodwill.proposed(order_number=order.number, minor=100)
    Compensation.objects.update(proposed_at=make.NOW - 100 * DAY)

    assert goodwill.proposed(order_number=order.number, minor=100).signs == ()


def test_customers_who_share_a_door_are_told_of_and_nobody_is_refused() -> None:
    purse.kept_here()
    for number in range(4):
        facts = make.somebody(number) | {"recipient": make.recipient(phone=f"1370571{number:04}")}
        goodwill.ordered(f"R-{number}", paid=False, **facts)

    receipt = goodwill.proposed(customer_id=goodwill.mei(), minor=100)

    assert [(one.code, one.facts) for one in receipt.signs] == [("ring", {"kind": "address", "others": 3})]
    assert receipt.state == "proposed"


def test_money_goes_back_by_the_way_it_came_and_counts_as_given_once_paid() -> None:
    order = goodwill.ordered()
    goodwill.budget(10_000)
    receipt = goodwill.proposed(order_number=order.number, kind="money")
    [refund] = refunds_of_order(order.id)
    assert (receipt.state, receipt.refund_numbers, refund.amount_minor) == ("granted", refund.number, 2_000)

    payments.settle_by_hand(make.administrator(), number=refund.number, transaction="X", note="转账", now=make.NOW)
    make.settle()

    assert goodwill.row(receipt).state == "given"
    assert Budget.objects.get().spent_minor == 2_000


def test_a_refund_that_is_called_off_frees_the_budget() -> None:
    order = goodwill.ordered()
    goodwill.budget(10_000)
    receipt = goodwill.proposed(order_number=order.number, kind="money")
    [refund] = refunds_of_order(order.id)

    payments.withdraw_refund(make.administrator(), number=refund.number, reason="错了", now=make.NOW)
    make.settle()

    assert (goodwill.row(receipt).state, goodwill.row(receipt).why) == ("failed", "错了")
    assert (Budget.objects.get().reserved_minor, Budget.objects.get().spent_minor) == (0, 0)


def test_money_of_an_order_nobody_paid_becomes_credit() -> None:
    purse.kept_here()
    order = goodwill.ordered(paid=False)

    receipt = goodwill.proposed(order_number=order.number, kind="money")

    assert (receipt.state, purse.balance(order.customer_id or 0, "credit")) == ("given", 2_000)


def test_points_count_by_what_they_are_worth() -> None:
    purse.kept_here()
    order = goodwill.ordered()

    receipt = goodwill.proposed(order_number=order.number, kind="points", points=300)

    assert (goodwill.row(receipt).amount_minor, purse.balance(order.customer_id or 0)) == (300, 300)


def test_where_the_shop_keeps_coupons_it_is_given_once_the_shop_or_another_person_says_so() -> None:
    order = goodwill.ordered()
    goodwill.budget(10_000)
    receipt = goodwill.proposed(order_number=order.number)
    assert (receipt.state, Budget.objects.get().reserved_minor) == ("granted", 2_000)
    hand = {"compensation_id": receipt.id or 0, "note": "券码已发", "now": make.NOW}
    with pytest.raises(goodwill_following.SecondPersonNeeded):
        goodwill_following.hand_over_compensation(make.agent_wang(), **hand)  # type: ignore[arg-type]

    goodwill_following.hand_over_compensation(make.manager_zhao(), **hand)  # type: ignore[arg-type]
    make.settle()

    assert (goodwill.row(receipt).state, Handover.objects.get().state) == ("given", "handed_over")
    assert Budget.objects.get().spent_minor == 2_000


def test_one_key_counts_once() -> None:
    purse.kept_here()
    order = goodwill.ordered()

    receipts = [goodwill.proposed(order_number=order.number, key="form-1") for _time in range(2)]

    assert receipts[0].number == receipts[1].number
    assert Coupon.objects.count() == 1


def test_it_is_withdrawn_only_before_somebody_decided() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    waiting = goodwill.proposed(order_number=order.number, minor=6_000)
    goodwill_following.withdraw_compensation(
        make.agent_wang(), compensation_id=waiting.id or 0, reason="已退款", now=make.NOW
    )
    given = goodwill.proposed(order_number=order.number, minor=100, reason="complaint")

    assert goodwill.row(waiting).state == "withdrawn"
    with pytest.raises(NotPossible):
        goodwill_following.withdraw_compensation(
            make.agent_wang(), compensation_id=given.id or 0, reason="x", now=make.NOW
        )


@pytest.mark.parametrize(
    "facts",
    [
        {"reason": "nonsense"},
        {"reason": "slow_answer", "kind": "money"},
        {"reason": "slow_answer", "minor": 3_001},
        {"kind": "money", "minor": 0},
        {"kind": "points", "points": 0},
        {"currency": "ABC"},
        {"order_number": "SO-2026-999999"},
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(facts: dict[str, Any]) -> None:
    order = goodwill.ordered()

    with pytest.raises(compensating.UnfitGoodwill):
        goodwill.proposed(**({"order_number": order.number} | facts))

    assert not Compensation.objects.exists()


def test_it_takes_permission_and_a_shop_one_may_touch() -> None:
    order = goodwill.ordered()

    with pytest.raises(NotPermitted):
        goodwill.proposed(order_number=order.number, by=make.outsider_sam())
    with pytest.raises(NotPermitted):
        budgets.set_budget(
            make.agent_wang(),
            draft=budgets.BudgetDraft(period="month", day=make.NOW.date(), currency="CNY", amount_minor=1),
            now=make.NOW,
        )
    with pytest.raises(NotFound):
        queries.compensation("CP-2026-000001", shops=["tmall"])


def test_in_a_batch_each_is_answered_and_the_number_of_statements_is_the_same() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    goodwill.budget(4_100)

    def statements(count: int) -> int:
        wishes = [goodwill.wish(order_number=order.number, minor=1, reason="complaint") for _one in range(count)]
        with CaptureQueriesContext(connection) as seen:
            compensating.propose_compensations(make.TESTER, wishes=wishes, now=make.NOW)
        return len(seen)

    statements(3)  # from the third on somebody has to agree
    assert statements(3) == statements(40)
    wishes = [
        goodwill.wish(order_number=order.number, minor=3_000),
        goodwill.wish(order_number=order.number, minor=3_000),
    ]
    receipts = compensating.propose_compensations(make.TESTER, wishes=wishes, now=make.NOW)
    assert [one.refusal and one.refusal.code for one in receipts] == [None, "budget_spent"]


def test_what_goes_before_in_the_same_batch_counts_and_one_key_in_it_counts_once() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    wishes = [goodwill.wish(order_number=order.number, minor=100, key=key) for key in ("a", "a", "b", "c")]

    receipts = compensating.propose_compensations(make.agent_wang(), wishes=wishes, now=make.NOW)

    assert [one.state for one in receipts] == ["given", "given", "given", "proposed"]
    assert (receipts[0].number, [one.code for one in receipts[3].signs]) == (receipts[1].number, ["same_reason"])
    assert Compensation.objects.count() == 3


def test_what_was_written_is_forgotten_with_an_erased_customer() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    receipt = goodwill.proposed(order_number=order.number)

    erase_customer(make.administrator(), customer_id=order.customer_id or 0, reason="要求", now=make.NOW)
    make.settle()

    assert (goodwill.row(receipt).words, goodwill.row(receipt).amount_minor) == ("", 2_000)


def test_nobody_is_made_good_for_the_order_of_somebody_else() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    stranger = goodwill.ordered("G-2", **make.somebody(7)).customer_id

    with pytest.raises(compensating.UnfitGoodwill):
        goodwill.proposed(order_number=order.number, customer_id=stranger)

    assert goodwill.proposed(order_number=order.number, customer_id=order.customer_id).state == "given"


def test_points_are_counted_in_the_currency_of_their_order() -> None:
    purse.kept_here()
    order = goodwill.ordered()

    with pytest.raises(compensating.UnfitGoodwill):
        goodwill.proposed(order_number=order.number, kind="points", points=500, currency="USD")


def test_what_is_about_no_shop_is_for_who_may_all_of_them() -> None:
    order = goodwill.ordered()
    limited = dataclasses.replace(make.manager_zhao(), scopes=frozenset({"own"}))

    with pytest.raises(compensating.UnfitGoodwill):
        goodwill.proposed(by=limited, customer_id=order.customer_id)
    draft = budgets.BudgetDraft(period="month", day=make.NOW.date(), currency="CNY", amount_minor=1)
    with pytest.raises(budgets.BadBudget):
        budgets.set_budget(limited, draft=draft, now=make.NOW)
