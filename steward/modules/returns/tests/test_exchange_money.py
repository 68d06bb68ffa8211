"""Dearer goods are paid first, cheaper ones give money back, and more than was paid never goes anywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.modules.deadlines.models import Clock
from steward.modules.inventory import queries as inventory
from steward.modules.orders.models import Order
from steward.modules.payments import queries as payments
from steward.modules.payments.models import RefundRequest
from steward.modules.returns.commands import exchange_ending, exchange_settling
from steward.modules.returns.commands.requesting import CaseReceipt
from steward.modules.returns.models import RefundDue
from steward.modules.returns.tests import case, swaps
from tests import make

pytestmark = pytest.mark.django_db
LATE = case.LATER + timedelta(hours=49)


def _dearer(quantity: int = 1) -> CaseReceipt:
    order = case.delivered()
    swaps.shelf(price_minor=29_900)
    return swaps.opened(order, quantity, sku=swaps.DEARER)


def test_what_is_dearer_is_asked_of_the_customer_and_released_when_paid() -> None:
    receipt = _dearer()
    exchange, made = swaps.both(receipt)
    assert (made.total_minor, made.credit_minor, exchange.pay_by) == (29_900, 19_900, case.LATER + timedelta(hours=48))
    assert Clock.objects.get(kind="exchange_payment").due_at == exchange.pay_by

    swaps.back(receipt)
    make.settle()
    assert (swaps.both(receipt)[0].state, swaps.both(receipt)[1].state) == ("reserved", "checked")
    swaps.paid(made, 10_000)

    exchange, made = swaps.both(receipt)
    assert (exchange.state, made.state, made.payment_state, made.paid_minor) == ("released", "approved", "paid", 29_900)
    assert Clock.objects.get(kind="exchange_payment").stopped_at is not None


def test_a_difference_paid_before_the_goods_are_back_is_a_part_payment_nobody_wonders_at() -> None:
    receipt = _dearer()
    _exchange, made = swaps.both(receipt)

    swaps.paid(made, 10_000)
    made.refresh_from_db()
    assert (made.payment_state, made.awaits_goods, made.findings.count()) == ("partly_paid", True, 0)
    assert Clock.objects.get(kind="exchange_payment").stopped_at is not None
    swaps.back(receipt)
    make.settle()

    made.refresh_from_db()
    assert (made.state, made.payment_state) == ("approved", "paid")


def test_a_difference_nobody_pays_in_time_lets_the_goods_go_and_the_case_is_chosen_anew() -> None:
    receipt = _dearer()
    _exchange, made = swaps.both(receipt)
    swaps.paid(made, 4_000)
    before = swaps.free(swaps.DEARER)

    assert exchange_ending.lapse_unpaid(make.TESTER, case_ids=[receipt.id or 0], now=case.LATER) == 0
    assert exchange_ending.lapse_unpaid(make.TESTER, case_ids=[receipt.id or 0], now=LATE) == 1
    assert exchange_ending.lapse_unpaid(make.TESTER, case_ids=[receipt.id or 0], now=LATE) == 0

    exchange, made = swaps.both(receipt)
    assert (exchange.state, exchange.why, made.state) == ("open", "unpaid", "cancelled")
    assert swaps.free(swaps.DEARER) == before + 1
    assert RefundRequest.objects.get().amount_minor == 4_000
    assert Clock.objects.filter(kind="exchange_choice", stopped_at=None).exists()


def test_what_is_cheaper_gives_the_difference_back_once() -> None:
    order = case.delivered()
    swaps.shelf(swaps.CHEAPER, price_minor=12_000)
    receipt = swaps.opened(order, sku=swaps.CHEAPER)
    swaps.back(receipt)
    make.settle()
    exchange_settling.settle_exchanges(make.TESTER, case_ids=[receipt.id or 0], now=swaps.ARRIVED)

    exchange, made = swaps.both(receipt)
    assert (exchange.credited_minor, made.payment_state) == (12_000, "paid")
    dues = list(RefundDue.objects.order_by("id").values_list("amount_minor", "credit_order_id"))
    assert dues == [(12_000, made.id), (7_900, None)]
    assert RefundRequest.objects.get().amount_minor == 7_900
    for due in RefundDue.objects.all():
        assert sum(part.amount_minor for part in due.parts.all()) == due.amount_minor
    assert payments.left_to_refund(order.id, "CNY") == 19_900


def test_goods_that_lost_worth_leave_something_to_pay() -> None:
    receipt = swaps.opened(case.delivered(), reason="no_reason")
    swaps.back(receipt, grade="B", verdict="accept", share_permille=900)
    make.settle()

    exchange, made = swaps.both(receipt)
    assert (exchange.state, made.credit_minor, made.total_minor) == ("reserved", 17_910, 19_900)
    swaps.paid(made, 1_990)
    assert swaps.both(receipt)[0].state == "released"


def test_money_of_a_replacement_that_is_cancelled_goes_back_the_way_it_came() -> None:
    order = case.delivered()
    receipt = swaps.opened(order)
    swaps.back(receipt)
    make.settle()
    _exchange, made = swaps.both(receipt)

    swaps.cancelled(made)

    exchange, made = swaps.both(receipt)
    assert (exchange.state, exchange.why, case.case_of(receipt).state) == ("ended", "order_cancelled", "completed")
    request = RefundRequest.objects.get()
    assert (request.order_id, request.amount_minor) == (made.id, 19_900)
    left = payments.left_to_refund(order.id, "CNY") + payments.left_to_refund(made.id, "CNY")
    assert left == 19_900


def test_a_replacement_is_exchanged_and_paid_back_like_any_order() -> None:
    first = case.delivered(1)
    receipt = swaps.opened(first)
    swaps.back(receipt)
    make.settle()
    _exchange, second = swaps.both(receipt)
    Order.objects.filter(id=second.id).update(fulfilment_state="delivered", state="completed")
    again = swaps.opened(second)
    swaps.back(again, warehouse=inventory.warehouses()[0][0])
    make.settle()

    _exchange, third = swaps.both(again)
    third.refresh_from_db()
    kept = [payments.left_to_refund(one.id, "CNY") for one in (first, second, third)]
    assert (kept, third.payment_state, third.replaces_id) == ([0, 0, 19_900], "paid", second.id)
