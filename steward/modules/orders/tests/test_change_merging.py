"""Orders that went into one another: taken apart exactly or not at all, late money follows to the last, clocks too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.kernel import moment
from steward.modules.deadlines import queries as deadlines
from steward.modules.orders.commands import audit, process
from steward.modules.orders.commands.change_planning import UnfitWish
from steward.modules.orders.models import Line, Order, OrderChange
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.change_plan import LineWish
from steward.modules.orders.tests.test_accounts import _ordered, _pay, _terms
from steward.modules.orders.tests.test_changing import PRICE, change, held, line_of, order, propose
from steward.modules.orders.tests.test_own_steps import NAME, TEXTS
from steward.modules.payments.models import RefundRequest
from tests import make

pytestmark = pytest.mark.django_db


def pay(one: Order, amount_minor: int) -> None:
    """Let money come in for an order, wherever it is by now."""
    make.bank_money(one.id, amount_minor)
    make.settle()


def running(one: Order) -> list[str]:
    """List the clocks of an order that are open."""
    return sorted(clock.kind for clock in deadlines.clocks_of("order", one.id) if clock.stopped_at is None)


@pytest.mark.parametrize(
    "wished",
    [
        {"quantity": 2, "unit_price_minor": PRICE - 1_000},
        {"quantity": 2, "unit_price_minor": PRICE + 1_000},
        {"quantity": 1},
    ],
)
def test_what_came_in_is_not_taken_out_again_once_it_was_changed(wished: dict[str, Any]) -> None:
    # given: two orders of which one went into the other, and another price or fewer pieces for what it brought
    one, other = order("A-1", paid=False), order("A-2", quantity=2, paid=False)
    change(one, "merge", other_number=other.number)
    came = Line.objects.get(order_id=one.id, origin_id=line_of(other).id)
    change(one, "lines", lines=[LineWish(line_id=came.id, **wished)])
    make.checked(one.id, by="admin")
    before = Order.objects.get(id=one.id)
    # when, then: it cannot be taken apart, and nothing has moved
    with pytest.raises(UnfitWish):
        propose(one, "unmerge", undoes=OrderChange.objects.get(kind="merge").id)
    after = Order.objects.get(id=one.id)
    assert (after.total_minor, after.lines_minor) == (before.total_minor, before.lines_minor)
    assert Order.objects.get(id=other.id).state == "cancelled"


def test_what_came_back_into_its_line_is_not_taken_out_once_its_discount_was_changed() -> None:
    # given: a part that went back into the line it was split from, whose discount shrank with its pieces since
    one = order("A-1", paid=False)
    Line.objects.filter(order_id=one.id).update(discount_minor=300)
    Order.objects.filter(id=one.id).update(lines_minor=3 * PRICE - 300, total_minor=3 * PRICE - 300)
    change(one, "split", shares=[Share(line_of(one).id, 1)])
    change(one, "merge", other_number=Order.objects.get(split_from=one).number)
    for quantity in (2, 3):
        change(one, "lines", lines=[LineWish(line_id=line_of(one).id, quantity=quantity)])
    make.checked(one.id, by="admin")
    assert line_of(one).discount_minor == 200
    # when, then
    with pytest.raises(UnfitWish):
        propose(one, "unmerge", undoes=OrderChange.objects.get(kind="merge").id)


def test_money_that_comes_late_follows_to_the_last_of_several_orders() -> None:
    first, second, third = (order(f"A-{n}", quantity=n, paid=False) for n in (1, 2, 3))
    change(second, "merge", other_number=first.number)
    change(third, "merge", other_number=second.number)

    pay(first, 6 * PRICE)

    third.refresh_from_db()
    assert [held(one) for one in (first, second, third)] == [0, 0, 6 * PRICE]
    assert third.payment_state == "paid"
    assert not RefundRequest.objects.exists()


def test_money_that_comes_late_goes_back_where_the_last_order_is_over_too() -> None:
    first, second, third = (order(f"A-{n}", quantity=n, paid=False) for n in (1, 2, 3))
    change(second, "merge", other_number=first.number)
    change(third, "merge", other_number=second.number)
    change(third, "cancel", cause="customer")

    pay(first, 6 * PRICE)

    assert RefundRequest.objects.get().amount_minor == 6 * PRICE


def test_the_invoice_of_an_order_that_went_into_another_ends_and_begins_anew_when_it_is_taken_out() -> None:
    # given: two orders on account
    _terms(10 * PRICE, days=14)
    one, other = _ordered("A-1"), _ordered("A-2")
    assert (running(one), running(other)) == (["order_invoice"], ["order_invoice"])
    # when: one goes into the other
    change(one, "merge", other_number=other.number)
    # then: only the one that is left is invoiced
    other.refresh_from_db()
    assert (running(one), running(other), other.invoice_due_at) == (["order_invoice"], [], None)
    # when: it is taken out again, and somebody else audits it
    change(one, "unmerge", undoes=OrderChange.objects.get(kind="merge").id)
    later = moment.now() + timedelta(days=3)
    audit.approve_orders(make.administrator(), order_ids=[other.id], now=later, late_cause="other")
    # then: it has an invoice and a clock of its own
    other.refresh_from_db()
    assert running(other) == ["order_invoice"]
    assert other.invoice_due_at == later + timedelta(days=14)


def test_what_an_order_comes_to_owe_after_its_invoice_was_paid_is_invoiced_anew() -> None:
    # given: an order on account that was paid
    _terms(10 * PRICE, days=14)
    one = _ordered("A-1")
    _pay(one)
    assert running(one) == []
    make.item("MAT-1", price_minor=5_000, stock=4)
    # when: days later goods are added, and somebody else holds it to be right
    later = moment.now() + timedelta(days=5)
    with moment.frozen(later):
        change(one, "lines", lines=[LineWish(sku="MAT-1", quantity=1)])
        make.checked(one.id, by="admin")
    # then
    one.refresh_from_db()
    assert (one.state, one.payment_state, running(one)) == ("approved", "partly_paid", ["order_invoice"])
    assert one.invoice_due_at == later + timedelta(days=14)


def test_an_order_that_went_into_another_waits_at_no_step_any_more() -> None:
    code = process.add_step(
        make.TESTER,
        after="received",
        name=NAME,
        responsible_role="customer_service",
        instruction=TEXTS,
        target_s=1_800,
        reason="Dear goods",
        now=make.NOW,
    )
    make.settle()
    one, other = order("A-1", paid=False), order("A-2", quantity=2, paid=False)
    assert f"step-{code}" in running(other)

    change(one, "merge", other_number=other.number)

    assert running(other) == []
    assert f"step-{code}" in running(one)
