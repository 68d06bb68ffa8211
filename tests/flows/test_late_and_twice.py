"""What comes late, twice, at the same moment or in a shape nobody can keep does no harm."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection, transaction

from steward.kernel import moment
from steward.kernel.models import IdempotencyKey
from steward.modules.customers.commands import rights
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.promising import expire_holds
from steward.modules.inventory.events import HoldExpired
from steward.modules.orders import handlers
from steward.modules.orders.commands import audit, cancel, mismatch, moving, reveal
from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.receive import receive_orders, receive_resilient
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.orders.rules.drafts import BuyerDraft
from steward.modules.payments.commands import record_payments
from steward.modules.payments.events import PaymentMismatched
from steward.modules.payments.rules import PaymentEntryDraft
from tests import make

pytestmark = pytest.mark.django_db


def pay(order_id: int, amount_minor: int = 19_900) -> None:
    """Put money into the ledger; the order has not heard of it yet."""
    entry = PaymentEntryDraft(
        order_id=order_id,
        amount_minor=amount_minor,
        currency="CNY",
        provider="alipay",
        transaction="T-1",
        happened_at=make.NOW,
    )
    record_payments(make.TESTER, entries=[entry], now=make.NOW)


def test_a_hold_said_to_be_expired_twice_takes_nothing_that_was_promised_anew() -> None:
    item = make.item(stock=1)
    order = make.order()
    make.settle()
    expire_holds(make.TESTER, now=moment.now() + timedelta(days=400))
    make.settle()
    assert Order.objects.get().fulfilment_state == "promised"

    handlers.on_hold_expired_note_release([HoldExpired(order_id=order.order_id)])

    assert Order.objects.get().fulfilment_state == "promised"
    assert [held.quantity for held in inventory.promises_of_order(order.order_id)] == [1]
    assert inventory.stock_page()[0].promised == 1
    assert item


def test_an_order_whose_money_is_in_the_ledger_is_not_cancelled_as_unpaid() -> None:
    make.item(stock=1)
    order = make.order()
    pay(order.order_id)

    cancelled = cancel.cancel_unpaid(make.TESTER, order_ids=[order.order_id], now=make.NOW)

    assert (cancelled, Order.objects.get().state == "cancelled") == (0, False)


def test_money_that_was_not_expected_opens_one_finding_however_often_it_is_announced() -> None:
    make.item(stock=1)
    order = make.order()
    announced = PaymentMismatched(
        order_id=order.order_id,
        entry_id=7,
        reason="amount_below_open",
        amount_minor=100,
        currency="CNY",
        expected_minor=19_900,
        expected_currency="CNY",
    )

    opened = [mismatch.note_mismatches(make.TESTER, mismatches=[announced], now=make.NOW) for _ in range(2)]

    assert opened == [1, 0]
    assert OrderFinding.objects.get(code="payment_mismatch").params["amount"] == "1.00 CNY"


@pytest.mark.parametrize(
    "placed_at", [datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), datetime(9999, 12, 31, 23, tzinfo=UTC)]
)
def test_an_order_of_a_time_out_of_range_is_rejected(placed_at: datetime) -> None:
    make.item(stock=1)

    receipt = make.order(placed_at=placed_at)

    assert (receipt.outcome, receipt.code) == ("rejected", "time_out_of_range")


def test_a_zero_character_rejects_its_order_alone() -> None:
    make.item(stock=5)
    bad = [
        make.draft("B-1", sku="a\0b"),
        make.draft("B-2", payments=[make.payment(transaction="a\0b")]),
        make.draft("B\0", note="x"),
    ]
    intakes = [Intake(draft, "api") for draft in (make.draft("A-1", note="a \\u0000 in letters"), *bad)]

    receipts = receive_resilient(make.TESTER, intakes=intakes, now=make.NOW)

    assert [one.outcome for one in receipts] == ["created", "rejected", "rejected", "rejected"]
    assert {one.code for one in receipts[1:]} == {"zero_character"}


def test_the_same_order_with_another_title_differs_in_nothing_about_money() -> None:
    make.item(stock=5)
    make.order(payments=[make.payment()])

    make.order(payments=[make.payment()], note="ring twice")

    assert "paid_minor" not in Order.objects.get().conflicts.get().differences


def test_what_was_typed_of_an_address_is_kept_sealed_though_it_names_nobody() -> None:
    make.item(stock=1)
    recipient = make.recipient(name="", phone="123")

    order = make.order(buyer=BuyerDraft(), recipient=recipient)

    clear = reveal.reveal_order(make.TESTER, order_id=order.order_id, reason="to mend it")
    assert (clear["recipient"]["phone"], clear["recipient"]["street"]) == ("123", recipient.street)


def test_erasure_takes_the_address_out_of_findings_too() -> None:
    make.item(stock=1)
    make.order(recipient=make.recipient(street="浙江省杭州市西湖区浙江省杭州市西湖区文三路90号"))
    assert OrderFinding.objects.get(code="parts_repeated").sealed

    rights.erase_customer(make.TESTER, customer_id=Order.objects.get().customer_id or 0, reason="asked", now=make.NOW)
    make.settle()

    assert OrderFinding.objects.get(code="parts_repeated").sealed is None


def test_a_kept_reply_holds_no_street() -> None:
    make.item(stock=1)
    street = "浙江省杭州市西湖区浙江省杭州市西湖区文三路90号"
    draft = make.draft(recipient=make.recipient(street=street))

    given = receive_orders(make.TESTER, intakes=[Intake(draft, "api", "key-1")], now=make.NOW)[0]

    assert "文三路" in str(given.findings)
    assert "文三路" not in IdempotencyKey.objects.get().reply


def test_a_person_who_enters_through_the_api_does_not_audit_their_own_order() -> None:
    make.item(stock=1)
    chen = replace(make.checker_chen(), permissions=frozenset({"*"}))
    order = make.order(actor=chen, payments=[make.payment()])
    make.settle()
    assert Order.objects.get().state == "audit"

    with pytest.raises(audit.OwnEntry):
        audit.approve_orders(chen, order_ids=[order.order_id], now=make.NOW)


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_an_order_sees_the_finding_that_was_opened_meanwhile() -> None:
    make.item(stock=1)
    order_id = receive_orders(make.TESTER, intakes=[Intake(make.draft(), "api")], now=make.NOW)[0].order_id
    seen: list[bool] = []

    def wait_for_the_lock() -> None:
        with transaction.atomic():
            seen.append(moving.lock_order(order_id).has_errors)
        connection.close()

    with transaction.atomic():
        moving.lock_order(order_id)
        other = threading.Thread(target=wait_for_the_lock)
        other.start()
        other.join(0.5)  # it waits for the lock by now
        Order.objects.filter(id=order_id).update(state_since=make.NOW)
        OrderFinding.objects.create(order_id=order_id, field="order", code="sent_back", severity="error")
    other.join(10)

    assert seen == [True]
