"""Buyers who pay later: within their terms orders go on unpaid, beyond them a person looks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel import errors
from steward.kernel.actor import NotPermitted
from steward.modules.customers.commands import accounts
from steward.modules.customers.queries.accounts import account_history, accounts_in_force
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.commands import sweep_due
from steward.modules.inventory import queries as inventory
from steward.modules.orders.commands import audit, auditing, cancel, progress
from steward.modules.orders.commands.invoices import AboveCredit, guard_credit
from steward.modules.orders.commands.moving import lock_order
from steward.modules.orders.models import Order
from steward.modules.payments import commands as payments
from steward.modules.payments.rules import PaymentEntryDraft
from tests import make

pytestmark = pytest.mark.django_db
PRICE = 19_900


def _terms(limit_minor: int = 50_000, *, days: int = 30, currency: str = "CNY") -> int:
    """Let Mei, who has ordered before, pay later; return her id."""
    make.item("EARLIER", stock=1)
    buyer = Order.objects.get(id=make.order("EARLIER", sku="EARLIER").order_id).customer_id
    assert buyer is not None
    Order.objects.update(simulated=True)  # what she ordered before counts nowhere
    accounts.set_account(
        make.TESTER,
        customer_id=buyer,
        currency=currency,
        limit_minor=limit_minor,
        days=days,
        reason="Framework contract",
        now=make.NOW,
    )
    return buyer


def _ordered(number: str, **changes: Any) -> Order:
    make.item(f"TENT-{number}", stock=1)
    placed_at = make.NOW - timedelta(hours=Order.objects.count())
    receipt = make.order(number, sku=f"TENT-{number}", placed_at=placed_at, **changes)
    make.settle()
    return Order.objects.get(id=receipt.order_id)


def _pay(order: Order, amount_minor: int = PRICE) -> None:
    entry = PaymentEntryDraft(
        order_id=order.id,
        amount_minor=amount_minor,
        currency="CNY",
        provider="bank",
        transaction=f"B-{order.id}",
        happened_at=make.NOW,
    )
    payments.record_payments(make.TESTER, entries=[entry], now=make.NOW)
    make.settle()


def test_an_order_within_the_limit_is_approved_unpaid_and_keeps_its_goods() -> None:
    _terms()
    order = _ordered("A-1")
    assert (order.state, order.payment_state) == ("approved", "unpaid")
    assert sum(row.quantity for row in inventory.promises_of_order(order.id)) == 1
    hold = inventory.hold_of_order(order.id)
    assert hold is not None
    assert hold[0] == "firm"


def test_its_open_amount_counts_until_it_is_paid() -> None:
    _terms(2 * PRICE)
    first, second, third = _ordered("A-1"), _ordered("A-2"), _ordered("A-3")
    assert (first.state, second.state, third.state) == ("approved", "approved", "audit")
    _pay(first)
    _pay(second)
    assert _ordered("A-4").state == "approved"


def test_beyond_the_limit_a_person_sees_why() -> None:
    _terms(PRICE - 1)
    order = _ordered("A-1")
    waiting = auditing.waiting_of([order.id], make.NOW)[order.id]
    assert (order.state, waiting.reasons) == ("audit", ["above_credit"])


def test_a_person_approves_beyond_the_limit_only_with_a_reason() -> None:
    _terms(PRICE - 1)
    order = _ordered("A-1")
    with pytest.raises(AboveCredit):
        audit.approve_orders(make.checker_chen(), order_ids=[order.id], now=make.NOW)
    order.refresh_from_db()
    assert (order.state, order.invoice_due_at) == ("audit", None)
    audit.approve_orders(make.checker_chen(), order_ids=[order.id], now=make.NOW, over_credit="Head office agreed")
    order.refresh_from_db()
    assert order.state == "approved"


def test_orders_approved_together_count_together() -> None:
    _terms(PRICE)
    one, other = _ordered("A-1"), _ordered("A-2")
    assert (one.state, other.state) == ("approved", "audit")
    both = [_ordered("B-1"), _ordered("B-2")]
    _pay(one)
    with pytest.raises(AboveCredit):
        audit.approve_orders(make.checker_chen(), order_ids=[order.id for order in both], now=make.NOW)
    assert set(Order.objects.filter(id__in=[order.id for order in both]).values_list("state", flat=True)) == {"audit"}


def test_the_invoice_is_due_when_the_terms_say_and_ends_with_the_payment() -> None:
    _terms(days=14)
    order = _ordered("A-1")
    clock = deadlines.next_clocks("order", [order.id])[order.id]
    assert clock.kind == "order_invoice"
    assert order.invoice_due_at == clock.due_at
    assert order.invoice_due_at is not None
    assert order.invoice_due_at - order.state_since == timedelta(days=14)
    _pay(order)
    assert deadlines.next_clocks("order", [order.id]) == {}


def test_with_an_invoice_overdue_nothing_more_is_sold_on_account_by_itself() -> None:
    _terms()
    first = _ordered("A-1")
    Order.objects.filter(id=first.id).update(invoice_due_at=make.NOW - timedelta(days=1))
    second = _ordered("A-2")
    assert second.state == "audit"
    assert auditing.waiting_of([second.id], make.NOW)[second.id].reasons == ["invoice_overdue"]


def test_what_is_sold_on_account_is_not_cancelled_for_want_of_payment() -> None:
    _terms()
    order = _ordered("A-1")
    assert cancel.cancel_unpaid(make.TESTER, order_ids=[order.id], now=make.NOW + timedelta(days=2)) == 0
    sweep_due(make.TESTER, now=make.NOW + timedelta(days=2))
    make.settle()
    order.refresh_from_db()
    assert order.state == "approved"


def test_terms_in_another_currency_do_not_count() -> None:
    _terms(currency="HKD")
    assert _ordered("A-1").state == "checked"


def test_without_terms_an_unpaid_order_waits_for_its_money() -> None:
    buyer = _terms()
    accounts.end_account(make.TESTER, customer_id=buyer, currency="CNY", reason="Paid late", now=make.NOW)
    assert _ordered("A-1").state == "checked"


def test_orders_that_waited_for_money_go_on_when_their_buyer_gets_terms() -> None:
    buyer = _terms()
    accounts.end_account(make.TESTER, customer_id=buyer, currency="CNY", reason="By mistake", now=make.NOW)
    order = _ordered("A-1")
    accounts.set_account(
        make.TESTER, customer_id=buyer, currency="CNY", limit_minor=PRICE, days=7, reason="Again", now=make.NOW
    )
    make.settle()
    order.refresh_from_db()
    assert order.state == "approved"


def test_orders_in_audit_wait_for_money_again_when_their_buyer_loses_their_terms() -> None:
    buyer = _terms(1)
    order = _ordered("A-1")
    assert order.state == "audit"
    accounts.end_account(make.TESTER, customer_id=buyer, currency="CNY", reason="Paid late", now=make.NOW)
    make.settle()
    order.refresh_from_db()
    assert order.state == "checked"


def test_every_change_of_terms_leaves_a_row_with_its_reason() -> None:
    buyer = _terms()
    accounts.set_account(
        make.TESTER, customer_id=buyer, currency="CNY", limit_minor=9, days=3, reason="Smaller", now=make.NOW
    )
    rows = account_history(buyer)
    assert [(row.limit_minor, row.reason, row.end_reason) for row in rows] == [
        (9, "Smaller", ""),
        (50_000, "Framework contract", "Smaller"),
    ]
    assert accounts_in_force([buyer])[buyer, "CNY"].limit_minor == 9


@pytest.mark.parametrize(
    "wrong", [{"limit_minor": 0}, {"days": 0}, {"days": 366}, {"currency": "ABC"}, {"reason": " "}]
)
def test_terms_that_are_none_are_refused_and_leave_nothing(wrong: dict[str, Any]) -> None:
    buyer = _terms()
    facts: dict[str, Any] = {"currency": "CNY", "limit_minor": 1, "days": 1, "reason": "x"} | wrong
    with pytest.raises(accounts.UnfitTerms):
        accounts.set_account(make.TESTER, customer_id=buyer, now=make.NOW, **facts)
    assert len(account_history(buyer)) == 1


def test_only_finance_gives_terms() -> None:
    buyer = _terms()
    with pytest.raises(NotPermitted):
        accounts.end_account(make.checker_chen(), customer_id=buyer, currency="CNY", reason="x", now=make.NOW)


def test_an_order_whose_buyers_terms_end_just_before_it_is_approved_is_looked_at_again() -> None:
    # given: an order that waits for its audit, read by whoever approves it while its buyer still had terms
    buyer = _terms(PRICE - 1)
    one = lock_order(_ordered("A-1").id)
    accounts.end_account(make.TESTER, customer_id=buyer, currency="CNY", reason="Paid late", now=make.NOW)
    # when, then: the terms are read again under the buyer's lock
    with pytest.raises(errors.Stale):
        guard_credit([one], reason="Head office agreed", now=make.NOW)
    assert "money_differs" in progress.audit_reasons([one], make.NOW)[one.id]


def test_many_invoices_are_dated_in_one_statement() -> None:
    _terms(1)
    orders = [_ordered(f"A-{number}") for number in range(3)]
    with CaptureQueriesContext(connection) as captured:
        audit.approve_orders(
            make.checker_chen(), order_ids=[one.id for one in orders], now=make.NOW, over_credit="Head office agreed"
        )
    assert sum("SET invoice_due_at" in query["sql"] for query in captured.captured_queries) == 1
    assert len(set(Order.objects.filter(id__in=[one.id for one in orders]).values_list("invoice_due_at"))) == 1


def test_a_cancelled_order_frees_its_part_of_the_limit() -> None:
    _terms(PRICE)
    order = _ordered("A-1")
    cancel.cancel_order(make.TESTER, order_id=order.id, cause="customer", reason="Called", now=make.NOW)
    make.settle()
    assert deadlines.next_clocks("order", [order.id]) == {}
    assert _ordered("A-2").state == "approved"
    assert lock_order(order.id).has_invoice
