"""Replacements that go before goods are back, or without: trusted customers, lost parcels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.modules.deadlines.models import Clock
from steward.modules.orders.models import Order
from steward.modules.payments.models import RefundRequest
from steward.modules.returns.commands import deciding, exchange_ending, following
from steward.modules.returns.commands.exchanging import OutOfStock
from steward.modules.returns.commands.requesting import CaseReceipt
from steward.modules.returns.models import Case, Exchange, RefundDue
from steward.modules.returns.rules import states
from steward.modules.returns.tests import case, swaps
from tests import make

pytestmark = pytest.mark.django_db
MUCH_LATER = case.LATER + timedelta(days=60)


def _trusted() -> CaseReceipt:
    receipt = swaps.opened(case.delivered(3), 3, approve=False)
    Case.objects.filter(id=receipt.id or 0).update(advance=True)
    deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    make.settle()
    return receipt


def test_a_trusted_customer_gets_it_at_once_and_the_goods_pay_for_it_later() -> None:
    receipt = _trusted()
    exchange, made = swaps.both(receipt)
    assert (exchange.state, made.state, made.payment_state) == ("advanced", "approved", "unpaid")
    assert Clock.objects.get(kind="exchange_goods").due_at == case.case_of(receipt).return_by

    swaps.back(receipt)
    make.settle()

    exchange, made = swaps.both(receipt)
    assert (exchange.state, made.payment_state, made.credit_minor) == ("released", "paid", 0)
    assert Clock.objects.get(kind="exchange_goods").stopped_at is not None


def test_goods_that_never_come_are_charged_until_somebody_pays() -> None:
    receipt = _trusted()
    _exchange, made = swaps.both(receipt)
    Order.objects.filter(id=made.id).update(fulfilment_state="shipped")

    following.lapse_cases(make.TESTER, now=MUCH_LATER)
    make.settle()
    exchange, made = swaps.both(receipt)
    assert (exchange.state, made.credit_minor, made.payment_state) == ("charged", 0, "unpaid")
    assert Clock.objects.filter(kind="exchange_charge", stopped_at=None).exists()

    swaps.paid(made, 59_700)
    assert (swaps.both(receipt)[0].state, Clock.objects.filter(kind="exchange_charge", stopped_at=None).exists()) == (
        "released",
        False,
    )


def test_goods_that_come_after_the_charge_still_pay() -> None:
    receipt = _trusted()
    _exchange, made = swaps.both(receipt)
    Order.objects.filter(id=made.id).update(fulfilment_state="shipped")
    following.lapse_cases(make.TESTER, now=MUCH_LATER)
    make.settle()

    swaps.back(receipt)
    make.settle()

    exchange, made = swaps.both(receipt)
    assert (exchange.state, made.payment_state) == ("released", "paid")


def test_one_that_has_not_left_is_called_off_with_its_case() -> None:
    receipt = _trusted()
    deciding.withdraw_case(make.agent_wang(), case_id=receipt.id or 0, now=case.LATER)
    make.settle()

    exchange, made = swaps.both(receipt)
    assert (exchange.state, made.state, RefundRequest.objects.count()) == ("ended", "cancelled", 0)


def _lost(quantity: int = 1) -> CaseReceipt:
    order = case.delivered(2)
    receipt = case.opened(order, quantity, kind="reship", reason="lost", despite="The parcel is gone", by=make.TESTER)
    assert receipt.refusal is None, receipt.refusal
    return receipt


def test_what_is_sent_again_costs_nothing_and_carries_the_money_of_the_first() -> None:
    receipt = _lost()
    deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    make.settle()

    exchange, made = swaps.both(receipt)
    assert (exchange.state, made.state, made.payment_state, made.paid_minor) == ("released", "approved", "paid", 19_900)
    assert [one.reception for one in case.pieces(receipt)] == ["left_with_customer"]
    assert (RefundDue.objects.get().credit_order_id, RefundRequest.objects.count()) == (made.id, 0)


def test_money_goes_back_instead_where_nothing_is_there_to_send() -> None:
    receipt = _lost()
    swaps.sold_out("TENT-2")
    with pytest.raises(OutOfStock, match="TENT-2"):
        deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    assert case.case_of(receipt).state == "requested"

    exchange_ending.refund_instead(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)
    deciding.approve_case(make.manager_zhao(), case_id=receipt.id or 0, now=case.LATER)

    row = case.case_of(receipt)
    assert (row.kind, row.state, Exchange.objects.get().why) == ("refund_only", "approved", "refund")
    assert row.kind not in states.SENT_BACK
