"""A paid order that is cancelled gets its money back by itself, and so does money that comes too late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import translation

from steward.kernel import moment
from steward.modules.orders.commands import cancel, money_back
from steward.modules.orders.commands.progress import follow_payments
from steward.modules.orders.models import Order
from steward.modules.orders.queries import timeline
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import commands as payments
from steward.modules.payments import queries, tasks
from steward.modules.payments.commands.callbacks import CallbackBody, CallbackData, CallbackReceipt
from steward.modules.payments.models import Callback, Refund
from steward.modules.payments.rules import OrderFacts
from steward.modules.payments.tests import till
from tests import make
from tests.peers.payment_provider import PaymentProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def peer() -> Iterator[PaymentProvider]:
    with till.connected() as peer:
        peer.charge("T-1", 19_900)
        yield peer


def paid_order(number: str = "A-1") -> int:
    """Take in an order that was paid through the provider, and let it follow."""
    if not Order.objects.exists():
        make.item(stock=9)
    order_id = make.order(number, payments=[make.payment()]).order_id
    make.settle()
    return order_id


def call_off(order_id: int, cause: str = "customer") -> None:
    cancel.cancel_order(make.checker_chen(), order_id=order_id, cause=cause, reason="不想要了", now=make.NOW)
    make.settle()


def hear(transaction: str = "T-1", *, amount: int = 19_900, order: OrderFacts | None = None) -> CallbackReceipt:
    data = CallbackData(transaction, amount, "CNY", make.NOW, shop="own", external_number="A-1")
    return payments.receive_callback(
        make.TESTER,
        provider=queries.get_provider("alipay"),
        message_id=f"msg-{transaction}",
        body=CallbackBody("payment.succeeded", data),
        order=order,
        now=make.NOW,
    )


def standing() -> tuple[str, str]:
    return Order.objects.values_list("state", "payment_state").get()


def test_a_paid_order_that_is_cancelled_gets_its_money_back_by_itself(peer: PaymentProvider) -> None:
    order_id = paid_order()
    call_off(order_id)
    assert standing() == ("cancelled", "refunding")

    tasks.work_batch()
    make.settle()

    assert standing() == ("cancelled", "refunded")
    assert [amount for _key, amount in peer.moved] == [19_900]


def test_a_refund_of_unknown_fate_leaves_the_order_refunding_until_it_is_known(peer: PaymentProvider) -> None:
    peer.habits.append("cut")
    call_off(paid_order())
    tasks.work_batch()
    make.settle()
    assert standing() == ("cancelled", "refunding")

    with moment.frozen(moment.now() + timedelta(hours=1)):
        tasks.work_batch()
        make.settle()

    assert standing() == ("cancelled", "refunded")
    assert len(peer.moved) == 1


def test_a_refund_the_provider_refuses_is_not_asked_for_again_by_itself(peer: PaymentProvider) -> None:
    peer.habits.append("refuse")
    call_off(paid_order())
    tasks.work_batch()
    make.settle()

    assert (standing(), Refund.objects.count()) == (("cancelled", "paid"), 1)


def test_what_the_channel_gave_back_itself_is_not_given_back_again(peer: PaymentProvider) -> None:
    call_off(paid_order(), "refunded_at_source")

    assert Refund.objects.count() == 0


def test_an_order_nobody_paid_has_nothing_to_give_back() -> None:
    make.item(stock=1)
    call_off(make.order().order_id)

    assert (standing(), Refund.objects.count()) == (("cancelled", "unpaid"), 0)


def test_money_that_comes_after_the_order_was_cancelled_goes_back_once(peer: PaymentProvider) -> None:
    make.item(stock=1)
    order_id = make.order().order_id
    call_off(order_id, "unpaid")

    hear(order=facts_of([order_id])[0])
    make.settle()
    tasks.work_batch()
    make.settle()

    assert (standing(), len(peer.moved)) == (("cancelled", "refunded"), 1)
    money_back.give_back_late(make.TESTER, entry_ids=[queries.entries_of(order_id)[0].id], now=make.NOW)
    assert Refund.objects.count() == 1


def test_a_big_refund_of_a_cancelled_order_waits_for_somebody_else(peer: PaymentProvider) -> None:
    make.item(stock=9)
    order_id = make.order(quantity=6, payments=[make.payment(119_400)]).order_id
    make.settle()
    call_off(order_id)

    assert Refund.objects.get().state == "awaiting_approval"
    tasks.work_batch()
    assert peer.moved == []


def test_a_part_that_goes_back_keeps_the_order_paid_until_it_is_paid_out(peer: PaymentProvider) -> None:
    order_id = paid_order()
    facts = facts_of([order_id])[0]
    want = payments.RefundWant(order=facts, cause="goodwill", currency="CNY", amount_minor=5_000)
    payments.request_refund(make.TESTER, want=want, now=make.NOW)
    make.settle()
    assert standing()[1] == "paid"

    tasks.work_batch()
    make.settle()

    assert standing()[1] == "partly_refunded"


def test_a_callback_that_came_before_its_order_is_applied_when_the_order_comes(peer: PaymentProvider) -> None:
    assert hear().outcome == "unmatched"
    make.item(stock=1)

    make.order()
    make.settle()

    assert standing() == ("approved", "paid")
    assert (Callback.objects.get().outcome, queries.count_unmatched()) == ("applied", 0)


def test_a_callback_of_the_very_moment_of_its_order_is_found_later(peer: PaymentProvider) -> None:
    make.item(stock=1)
    make.order()
    make.settle()
    assert hear().outcome == "unmatched"

    found = [money_back.match_waiting_callbacks(make.TESTER, now=make.NOW) for _ in range(2)]
    make.settle()

    assert (found, standing()) == ([1, 0], ("approved", "paid"))


def test_a_past_order_is_never_given_back(peer: PaymentProvider) -> None:
    order_id = paid_order()
    Order.objects.filter(id=order_id).update(historic=True, state="cancelled", cancel_cause="customer")

    money_back.give_back_late(make.TESTER, entry_ids=[queries.entries_of(order_id)[0].id], now=make.NOW)
    follow_payments(make.TESTER, order_ids=[order_id], now=make.NOW)

    assert Refund.objects.count() == 0


def test_every_job_that_follows_a_refund_can_run_twice(peer: PaymentProvider) -> None:
    call_off(paid_order())
    tasks.work_batch()
    make.settle()

    make.settle()  # runs every job there ever was anew

    assert (standing(), Refund.objects.count(), len(peer.moved)) == (("cancelled", "refunded"), 1, 1)


def test_the_timeline_tells_of_money_back_in_words(peer: PaymentProvider) -> None:
    peer.habits.append("refuse")
    order_id = paid_order()
    call_off(order_id)
    tasks.work_batch()

    with translation.override("en"):
        told = {entry.kind: entry.text for entry in timeline(order_id).entries}

    assert told["payments.refund_requested"] == "A refund was asked for. Order cancelled · 不想要了"
    assert told["payments.refund_failed"].endswith("failed: The merchant's account does not cover it.")
