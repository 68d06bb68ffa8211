"""A paid order gets stuck: whoever is responsible is told, somebody solves it, and its cause is counted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from steward.kernel import moment
from steward.modules.orders import queries
from steward.modules.orders.commands.exceptions_detecting import sweep
from steward.modules.orders.queries import exceptions as desk
from steward.modules.payments import commands as payments
from steward.modules.payments.rules import PaymentEntryDraft
from tests import make

pytestmark = pytest.mark.django_db


def test_a_stuck_order_is_told_solved_and_counted() -> None:
    make.item(stock=5)
    now = moment.now()
    number = make.order(now=now - timedelta(hours=5), recipient=make.recipient(street="")).number
    other = make.order("A-2", quantity=2, now=now - timedelta(hours=5), recipient=make.recipient(street="")).order_id
    chen, wang = make.browser("chen"), make.browser("wang")
    order_id = queries.order_id(number)
    # given: the buyer paid five hours ago, and the address lacks a street
    pay(order_id, now - timedelta(hours=5))
    make.settle()

    # when: the desk looks
    sweep(make.TESTER, now=now)

    # then: the unpaid one is no exception, the paid one is, and both who are responsible read it at their bell
    seen = {row.detector: row for row in desk.exceptions_of_order(order_id)}
    assert set(seen) == {"paid_not_approved", "address_trouble"}
    assert desk.exceptions_of_order(other) == []
    assert number in chen.get("/messages/notices").content.decode()
    assert number in wang.get("/messages/notices").content.decode()

    # when: Wang reaches the customer, who does not want it any more; Chen cancels, and the desk looks again
    wang.post(
        f"/exceptions/{seen['address_trouble'].id}/solve",
        {"cause": "customer_changed_mind", "outcome": "order_cancelled", "text": "客户不想要了"},
    )
    chen.post(f"/orders/{number}/cancel", {"cause": "customer", "reason": "客户不想要了"})
    sweep(make.TESTER, now=now + timedelta(minutes=2))

    # then: one was solved by hand, the other closed itself, and the cause stands in the chart
    after = {row.detector: row for row in desk.exceptions_of_order(order_id)}
    assert queries.order_detail(number).order.state == "cancelled"
    assert (after["address_trouble"].outcome, after["address_trouble"].automatic) == ("order_cancelled", False)
    assert (after["paid_not_approved"].outcome, after["paid_not_approved"].automatic) == ("gone", True)
    chart = chen.get("/exceptions/causes").content.decode()
    assert "改变主意" in chart
    assert "cause=customer_changed_mind" in chart
    timeline = chen.get(f"/orders/{number}?kind=orders").content.decode()
    assert "异常" in timeline


def pay(order_id: int, at: datetime) -> None:
    """Let the money come in, as the finance department records it."""
    entry = PaymentEntryDraft(
        order_id=order_id,
        amount_minor=19_900,
        currency="CNY",
        provider="alipay",
        transaction=f"T-{order_id}",
        happened_at=at,
        direction="payment",
    )
    payments.record_payments(make.TESTER, entries=[entry], now=at)
