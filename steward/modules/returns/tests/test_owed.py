"""What a refund owes besides money is carried out once: points, card money, coupons, earned points that lapse."""

from __future__ import annotations

from typing import Any

import pytest

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.orders.models import Order
from steward.modules.orders.rules.drafts import AdjustmentDraft
from steward.modules.payments import commands as payments
from steward.modules.payments.commands import handovers
from steward.modules.payments.events import HandoverSettled
from steward.modules.payments.models import Coupon, Handover, WalletAccount, WalletEntry
from steward.modules.payments.queries import refunds_of_order
from steward.modules.payments.queries.wallets import wallet_faults
from steward.modules.payments.tests import purse
from steward.modules.returns.commands import deciding, owing, settling
from steward.modules.returns.events import CaseRefundSettled
from steward.modules.returns.models import Case, Owed, RefundDue
from steward.modules.returns.queries.cases import case as case_view
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db
PRICE = 19_900
POINTS = {"kind": "points", "amount_minor": 4_000, "points": 400}
EARNED = {"kind": "points_earned", "points": 159}
CARD = {"kind": "gift_card", "amount_minor": 1_000, "code": "GC-1"}
COUPON = {"kind": "coupon", "amount_minor": 900, "code": "满100减9", "threshold_minor": 10_000, "back": True}


def bought(*adjustments: dict[str, Any], paid: bool = True) -> Order:
    """Let Mei buy a tent partly with other means than money, and have it."""
    off = sum(one.get("amount_minor", 0) for one in adjustments)
    stored = [AdjustmentDraft(**one) for one in adjustments]
    order = case.delivered(1)
    Order.objects.filter(id=order.id).update(
        adjustments=[
            {name: getattr(one, name) for name in ("kind", "code", "amount_minor", "threshold_minor", "points", "back")}
            for one in stored
        ],
        discount_minor=off,
        total_minor=PRICE - off,
    )
    order.refresh_from_db()
    return order


def settled(order: Order) -> Case:
    """Approve the return of all of it, and ask for its money before the goods are back."""
    row = case.case_of(case.opened(order))
    if row.state == "requested":
        deciding.approve_case(make.manager_zhao(), case_id=row.id, now=case.LATER)
    settling.settle_case(make.manager_zhao(), case_id=row.id, early=True, now=case.LATER)
    return row


def paid(order: Order) -> None:
    """Let finance pay the refunds of an order by hand."""
    for one in refunds_of_order(order.id):
        payments.settle_by_hand(
            make.administrator(), number=one.number, transaction=f"X-{one.number}", note="转账", now=case.LATER
        )
    with moment.frozen(case.LATER):
        make.settle()


def states() -> dict[str, str]:
    return dict(Owed.objects.values_list("kind", "state"))


def test_all_means_go_back_once_the_money_is_paid_and_not_before() -> None:
    purse.kept_here()
    order = bought(POINTS, EARNED, CARD, COUPON)
    purse.post(159, "earned", customer_id=order.customer_id)
    settled(order)
    assert states() == dict.fromkeys(("points", "points_earned", "card", "coupon"), "owed")
    assert purse.balance(order.customer_id or 0) == 159

    paid(order)

    assert states() == dict.fromkeys(("points", "points_earned", "card", "coupon"), "carried_out")
    assert purse.balance(order.customer_id or 0) == 400
    assert WalletAccount.objects.get(code="GC-1").balance == 1_000
    assert list(Coupon.objects.values_list("amount_minor", "threshold_minor", "customer")) == [
        (900, 10_000, order.customer_id)
    ]
    assert wallet_faults() == []


def test_running_it_again_moves_nothing() -> None:
    purse.kept_here()
    order = bought(POINTS, COUPON)
    row = settled(order)
    paid(order)
    refund = RefundDue.objects.get()
    told = CaseRefundSettled(
        case_id=row.id,
        number=row.number,
        order_id=order.id,
        ticket_id=None,
        refund_id=refund.id,
        state="paid",
        paid_minor=1,
        currency="CNY",
    )

    assert owing.follow_settled(system("returns"), settled=[told, told], now=case.LATER) == 0

    assert (WalletEntry.objects.count(), Coupon.objects.count()) == (1, 1)


def test_what_was_paid_with_points_alone_gives_them_back_though_no_money_is_due() -> None:
    purse.kept_here()
    order = bought({"kind": "points", "amount_minor": PRICE, "points": 1_990})

    row = settled(order)

    assert (purse.balance(order.customer_id or 0), states()) == (1_990, {"points": "carried_out"})
    assert not refunds_of_order(order.id)
    assert case_view(row.number).owed[0].moved == 1_990


def test_earned_points_that_were_spent_are_taken_as_far_as_they_are_there_and_it_says_so() -> None:
    purse.kept_here()
    order = bought(EARNED)
    purse.post(100, "earned", customer_id=order.customer_id)
    row = settled(order)

    paid(order)

    [one] = case_view(row.number).owed
    assert (one.amount, one.moved, one.is_short, purse.balance(order.customer_id or 0)) == (-159, -100, True, 0)


def test_where_the_shop_keeps_points_they_count_as_given_only_when_it_says_so() -> None:
    order = bought(POINTS)
    settled(order)
    paid(order)
    assert (states(), WalletEntry.objects.count()) == ({"points": "to_hand_over"}, 0)
    row = Handover.objects.get()
    assert (row.amount, row.external_number, row.cause) == (400, order.external_number, "refund")

    said = [handovers.Settlement(handover_id=row.id, outside_reference="TM-1")]
    handovers.settle_handovers(make.TESTER, settlements=said, now=case.LATER)
    make.settle()

    assert Owed.objects.get().moved == 400
    told = HandoverSettled(
        handover_id=row.id, shop="own", state="handed_over", reference=row.reference, outside_reference="", why=""
    )
    assert owing.follow_handovers(system("returns"), settled=[told], now=case.LATER) == 0


def test_a_refund_that_is_called_off_gives_no_points() -> None:
    purse.kept_here()
    order = bought(POINTS)
    settled(order)

    [refund] = refunds_of_order(order.id)
    payments.withdraw_refund(make.administrator(), number=refund.number, reason="错了", now=case.LATER)
    make.settle()

    assert (states(), purse.balance(order.customer_id or 0)) == ({"points": "dropped"}, 0)
