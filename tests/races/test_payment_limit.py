"""A payment and the end of its time limit at the same moment: the payment wins, and no money is lost either way."""

from __future__ import annotations

from functools import partial

import pytest

from steward.modules.orders.commands.cancel import cancel_unpaid
from steward.modules.orders.models import Order
from steward.modules.payments.commands import record_payments
from steward.modules.payments.models import RefundRequest
from steward.modules.payments.rules import PaymentEntryDraft
from tests import make
from tests.races.crowd import at_once, behind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def pay(order_id: int) -> str:
    """Let the whole amount come in."""
    entry = PaymentEntryDraft(
        order_id=order_id,
        amount_minor=19_900,
        currency="CNY",
        provider="alipay",
        transaction=f"T-{order_id}",
        happened_at=make.NOW,
    )
    return record_payments(make.TESTER, entries=[entry], now=make.NOW)[0].outcome


def lapse(order_id: int) -> int:
    """Let the payment limit end."""
    return cancel_unpaid(make.TESTER, order_ids=[order_id], now=make.NOW)


def test_a_payment_that_is_being_booked_is_waited_for_and_wins() -> None:
    make.item(stock=1)
    order_id = make.order().order_id

    cancelled = behind(partial(pay, order_id), partial(lapse, order_id))
    make.settle()

    assert (cancelled, Order.objects.get().state) == (0, "approved")


def test_a_payment_just_after_the_end_goes_back_once() -> None:
    make.item(stock=1)
    order_id = make.order().order_id

    recorded = behind(partial(lapse, order_id), partial(pay, order_id))
    make.settle()

    assert (recorded, Order.objects.get().state) == ("recorded", "cancelled")
    assert list(RefundRequest.objects.values_list("amount_minor", flat=True)) == [19_900]


def test_whoever_comes_first_the_order_is_paid_or_the_money_goes_back() -> None:
    make.item(stock=9)
    for number in range(6):
        order_id = make.order(f"A-{number}").order_id
        at_once(partial(lapse, order_id), partial(pay, order_id))
    make.settle()

    for order in Order.objects.all():
        asked = RefundRequest.objects.filter(order_id=order.id).count()
        assert asked == (1 if order.state == "cancelled" else 0)
        assert order.state in ("audit", "approved", "cancelled")
