"""An order that nobody pays: the buyer is reminded once, then it is cancelled and its goods go to others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from steward.kernel import parameters
from steward.modules.deadlines.commands import set_time_limit, sweep_due
from steward.modules.deadlines.queries import time_limits
from steward.modules.inventory import queries as inventory
from steward.modules.messaging.models import Message
from steward.modules.orders import handlers
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.commands.reminders import remind_unpaid
from steward.modules.orders.events import OrderCancelled
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.orders.queries.addressing import SELF_TELLING
from steward.modules.payments.commands import record_payments
from steward.modules.payments.models import RefundRequest
from steward.modules.payments.rules import PaymentEntryDraft
from tests import make

pytestmark = pytest.mark.django_db
REMINDED, CANCELLED = timedelta(minutes=30, seconds=5), timedelta(hours=24, seconds=5)


def after(time: timedelta) -> None:
    """Let time pass: the sweep marks what is due, and what follows from it happens."""
    sweep_due(make.TESTER, now=make.NOW + time)
    make.settle()


def unpaid(**facts: Any) -> Receipt:
    """Take in an order that nobody has paid yet."""
    receipt = make.order(**facts)
    make.settle()
    return receipt


def paid(order_id: int, amount_minor: int, at: datetime = make.NOW) -> None:
    """Let money come in."""
    entry = PaymentEntryDraft(
        order_id=order_id,
        amount_minor=amount_minor,
        currency="CNY",
        provider="alipay",
        transaction=f"T-{order_id}-{amount_minor}",
        happened_at=at,
    )
    record_payments(make.TESTER, entries=[entry], now=at)
    make.settle()


def said() -> list[str]:
    """List what was said to buyers, in the order it was."""
    return list(Message.objects.filter(customer__isnull=False).order_by("id").values_list("template", flat=True))


def test_the_buyer_is_reminded_once_and_told_of_the_end_and_the_goods_go_back() -> None:
    item = make.item(stock=1)
    order = unpaid()

    after(timedelta(minutes=29))
    assert said() == ["order_received"]
    after(REMINDED)
    after(REMINDED + timedelta(hours=1))
    reminder = Message.objects.get(template="payment_reminder")
    assert reminder.params["open"] == {"minor": 19_900, "currency": "CNY"}
    assert datetime.fromisoformat(reminder.params["pay_before"]) == make.NOW + timedelta(hours=24)
    after(CANCELLED)

    found = Order.objects.get()
    assert (found.state, found.cancel_cause) == ("cancelled", "unpaid")
    assert said() == ["order_received", "payment_reminder", "order_cancelled"]
    assert Message.objects.get(template="order_cancelled").params["cause"]["zh-hans"] == "超时未付款"
    assert inventory.promises_of_order(order.order_id) == []
    assert inventory.free_units([(item, "main")]) == {(item, "main"): 1}


def test_who_pays_after_the_reminder_is_thanked_and_keeps_the_order() -> None:
    make.item(stock=1)
    order = unpaid()
    after(REMINDED)

    paid(order.order_id, 19_900)
    after(CANCELLED)

    assert Order.objects.get().state == "approved"
    assert said() == ["order_received", "payment_reminder", "order_paid"]


def test_a_part_payment_is_reminded_of_the_rest_looked_at_and_in_the_end_given_back() -> None:
    make.item(stock=1)
    order = unpaid()
    paid(order.order_id, 5_000)

    after(REMINDED)
    assert Message.objects.get(template="payment_reminder").params["open"]["minor"] == 14_900
    finding = OrderFinding.objects.get(code="partly_paid")
    assert finding.params == {"paid": "50.00 CNY", "total": "199.00 CNY"}
    after(CANCELLED)

    assert Order.objects.get().cancel_cause == "unpaid"
    assert list(RefundRequest.objects.values_list("amount_minor", "cause")) == [(5_000, "cancelled")]


def test_the_rest_paid_in_time_closes_the_finding_and_the_order_goes_on() -> None:
    make.item(stock=1)
    order = unpaid()
    paid(order.order_id, 5_000)
    after(REMINDED)

    paid(order.order_id, 14_900)

    assert OrderFinding.objects.get(code="partly_paid").resolution == "obsolete"
    assert Order.objects.get().state == "approved"


def test_past_orders_are_neither_told_of_nor_cancelled() -> None:
    make.item(stock=1)
    past = Intake(draft=make.draft(), source="file", historic=True)
    receive_orders(make.TESTER, intakes=[past], now=make.NOW)
    make.settle()

    after(REMINDED)
    after(CANCELLED)

    assert (said(), Order.objects.get().state) == ([], "checked")


def test_nothing_leaves_for_the_buyer_of_a_drill() -> None:
    make.item(stock=1)
    drill = Intake(draft=make.draft(), source="api", simulated=True)
    receive_orders(make.TESTER, intakes=[drill], now=make.NOW)
    make.settle()

    after(REMINDED)
    after(CANCELLED)

    assert set(Message.objects.values_list("state", "reason")) == {("suppressed", "simulated")}


def test_a_shop_whose_platform_tells_its_buyers_is_left_to_it() -> None:
    make.item(stock=1)
    zhao = make.administrator()
    parameters.set_parameter(zhao, name=SELF_TELLING.name, new="tmall, own", reason="平台自己通知")
    unpaid()

    after(REMINDED)
    after(CANCELLED)

    assert said() == []
    assert Order.objects.get().state == "cancelled"


def test_the_limit_a_manager_sets_counts_for_reminder_and_end() -> None:
    make.item(stock=1)
    limit = next(one for one in time_limits() if one.clock_kind == "order_payment")
    set_time_limit(make.administrator(), policy_id=limit.id, target_s=7_200)
    make.settle()
    unpaid()

    after(timedelta(minutes=2, seconds=40))
    assert said() == ["order_received", "payment_reminder"]
    after(timedelta(hours=2, seconds=5))

    assert Order.objects.get().cancel_cause == "unpaid"


def test_hearing_it_all_twice_says_nothing_twice() -> None:
    make.item(stock=1)
    order = unpaid()
    after(REMINDED)
    after(CANCELLED)
    heard = said()

    again = [OrderCancelled(order_id=order.order_id, cause="unpaid")]
    handlers.on_order_cancelled_tell_buyers(again)
    remind_unpaid(make.TESTER, due={order.order_id: make.NOW}, now=make.NOW)

    assert said() == heard == ["order_received", "payment_reminder", "order_cancelled"]
