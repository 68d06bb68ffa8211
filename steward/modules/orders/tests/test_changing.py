"""Changes of orders: previewed, confirmed as a whole or not at all, with goods and money that always add up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.kernel import errors
from steward.kernel.actor import NotPermitted
from steward.kernel.models import Event
from steward.modules.inventory import queries as inventory
from steward.modules.orders.commands import audit, cancel, changing
from steward.modules.orders.commands.change_planning import UnfitWish
from steward.modules.orders.commands.verification import AwaitsVerification
from steward.modules.orders.models import Line, Order, OrderChange
from steward.modules.orders.queries import changes as queries
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.change_plan import LineWish, Wish
from steward.modules.payments import commands as payments
from steward.modules.payments import queries as money
from steward.modules.payments.models import RefundRequest
from steward.modules.payments.rules import PaymentEntryDraft
from tests import make

pytestmark = pytest.mark.django_db
PRICE = 19_900


def order(number: str = "A-1", *, quantity: int = 3, paid: bool = True, stock: int = 9, **changes: Any) -> Order:
    """Take in one of Mei's orders over tents and let it go as far as it goes; paid it is approved."""
    if not Order.objects.exists():
        make.item(stock=stock)
    placed_at = make.NOW - timedelta(hours=Order.objects.count())
    facts: dict[str, Any] = {"payments": [make.payment(quantity * PRICE, f"T-{number}")]} if paid else {}
    receipt = make.order(number, quantity=quantity, placed_at=placed_at, **(facts | changes))
    make.settle()
    return Order.objects.get(id=receipt.order_id)


def propose(one: Order, kind: Any, *, by: str = "chen", **facts: Any) -> int:
    """Preview a change."""
    wish = Wish(kind=kind, reason="The customer called", **facts)
    return changing.propose_change(make.staff(by), order_id=one.id, wish=wish, now=make.NOW)


def change(one: Order, kind: Any, **facts: Any) -> Order:
    """Preview a change and carry it out; return the order as it is then."""
    changing.confirm_change(make.checker_chen(), change_id=propose(one, kind, **facts), now=make.NOW)
    make.settle()
    return Order.objects.get(id=one.id)


def line_of(one: Order) -> Line:
    """Return the order's first line."""
    found = Line.objects.filter(order_id=one.id).order_by("position").first()
    assert found is not None
    return found


def held(one: Order) -> int:
    """Tell what is held of an order's money: paid, not given back, not promised back."""
    paid, refunded = money.paid_and_refunded({one.id: one.currency})[one.id]
    return paid - refunded - money.claimed({one.id: one.currency})[one.id]


def promised(one: Order) -> int:
    """Count the pieces an order is promised."""
    return sum(row.quantity for row in inventory.promises_of_order(one.id))


def test_a_preview_changes_nothing_and_says_what_would_be() -> None:
    one = order()
    change_id = propose(one, "cancel_lines", lines=[LineWish(line_id=line_of(one).id, quantity=1)])
    effects = queries.change(change_id).effects
    assert (effects.total_before_minor, effects.total_after_minor, effects.refund_minor) == (
        3 * PRICE,
        PRICE,
        2 * PRICE,
    )
    assert [(each.before, each.after, each.missing) for each in effects.stock] == [(3, 1, 0)]
    assert (effects.checked_again, effects.audited_again) == (True, True)
    again = Order.objects.get(id=one.id)
    assert (again.state, again.total_minor, promised(again)) == ("approved", 3 * PRICE, 3)
    assert not RefundRequest.objects.exists()


def test_fewer_pieces_give_goods_and_money_back_and_another_person_checks_it() -> None:
    one = order()
    after = change(one, "cancel_lines", lines=[LineWish(line_id=line_of(one).id, quantity=1)])
    assert (after.total_minor, line_of(after).quantity, promised(after)) == (PRICE, 1, 1)
    assert RefundRequest.objects.get().amount_minor == 2 * PRICE
    assert held(after) == PRICE
    assert after.state == "audit"
    with pytest.raises((audit.OwnMend, AwaitsVerification)):
        audit.approve_orders(make.checker_chen(), order_ids=[one.id], now=make.NOW)


def test_more_pieces_ask_for_the_difference_and_wait_for_it() -> None:
    one = order()
    after = change(one, "lines", lines=[LineWish(line_id=line_of(one).id, quantity=5)])
    assert (after.total_minor, after.payment_state, after.state) == (5 * PRICE, "partly_paid", "checked")
    assert promised(after) == 5


def test_a_line_is_added_at_the_price_of_the_catalogue() -> None:
    one = order()
    make.item("MAT-1", price_minor=5_000, stock=4)
    after = change(one, "lines", lines=[LineWish(sku="MAT-1", quantity=2)])
    assert list(after.lines.order_by("position").values_list("quantity", "unit_price_minor")) == [
        (3, PRICE),
        (2, 5_000),
    ]
    assert after.total_minor == 3 * PRICE + 10_000


def test_goods_that_are_not_there_are_shown_before_and_waited_for_after() -> None:
    one = order(stock=4)
    change_id = propose(one, "lines", lines=[LineWish(line_id=line_of(one).id, quantity=6)])
    assert queries.change(change_id).effects.stock[0].missing == 2
    changing.confirm_change(make.checker_chen(), change_id=change_id, now=make.NOW)
    make.settle()
    one.refresh_from_db()
    assert (one.fulfilment_state, one.state, promised(one)) == ("short", "received", 0)


def test_another_address_is_checked_anew_and_its_old_one_stays_sealed() -> None:
    one = order()
    change_id = propose(one, "address", recipient={"recipient.street": "南山路 100 号"})
    row = OrderChange.objects.get(id=change_id)
    assert "南山路" not in str(row.content) + str(row.base) + str(row.effects)
    changing.confirm_change(make.checker_chen(), change_id=change_id, now=make.NOW)
    make.settle()
    one.refresh_from_db()
    row.refresh_from_db()
    assert (one.state, row.state, row.sealed) == ("audit", "confirmed", None)
    assert Event.objects.filter(kind="orders.order_mended", subject_id=one.id).exists()


def test_another_service_leaves_the_order_where_it_is() -> None:
    after = change(order(), "service", service="sf/express")
    assert (after.service, after.state) == ("sf/express", "approved")


def test_a_whole_order_is_cancelled_with_its_money() -> None:
    after = change(order(), "cancel", cause="customer")
    assert (after.state, after.cancel_cause, promised(after)) == ("cancelled", "customer", 0)
    assert RefundRequest.objects.get().amount_minor == 3 * PRICE


def test_who_may_not_cancel_cannot_do_it_as_a_change() -> None:
    one = order()
    with pytest.raises(NotPermitted):
        propose(one, "cancel", by="lin", cause="customer")
    assert not OrderChange.objects.exists()


def test_a_split_shares_lines_money_and_promises_exactly() -> None:
    one = order()
    after = change(one, "split", shares=[Share(line_of(one).id, 1)])
    part = Order.objects.get(split_from=one)
    assert (after.total_minor, part.total_minor) == (2 * PRICE, PRICE)
    assert (held(after), held(part)) == (2 * PRICE, PRICE)
    assert (promised(after), promised(part)) == (2, 1)
    assert {(each.state, each.payment_state) for each in (after, part)} == {("approved", "paid")}
    assert (after.refunded_minor, part.external_number, part.customer_id) == (0, "A-1/2", one.customer_id)
    assert inventory.differences() == []
    assert not RefundRequest.objects.exists()


def test_money_of_a_part_goes_back_by_the_payment_the_provider_knows() -> None:
    one = order()
    change(one, "split", shares=[Share(line_of(one).id, 1)])
    part = Order.objects.get(split_from=one)
    cancel.cancel_order(make.TESTER, order_id=part.id, cause="customer", reason="x", now=make.NOW)
    make.settle()
    refund = money.refunds_of_order(part.id)[0]
    assert (refund.amount_minor, refund.provider, refund.payment_transaction) == (PRICE, "alipay", "T-A-1")
    assert held(Order.objects.get(id=one.id)) == 2 * PRICE


def test_a_split_is_taken_back_by_merging() -> None:
    one = order()
    change(one, "split", shares=[Share(line_of(one).id, 1)])
    part = Order.objects.get(split_from=one)
    after = change(one, "merge", other_number=part.number)
    part.refresh_from_db()
    assert (after.total_minor, line_of(after).quantity, after.lines.count()) == (3 * PRICE, 3, 1)
    assert (held(after), held(part), promised(after), promised(part)) == (3 * PRICE, 0, 3, 0)
    assert (part.state, part.cancel_cause, part.merged_into_id, after.state) == (
        "cancelled",
        "merged",
        one.id,
        "approved",
    )
    assert not RefundRequest.objects.exists()


def test_two_orders_of_a_buyer_become_one_and_two_again() -> None:
    one, other = order("A-1"), order("A-2", quantity=2)
    merged = change(one, "merge", other_number=other.number)
    assert (merged.total_minor, held(merged), promised(merged)) == (5 * PRICE, 5 * PRICE, 5)
    merge = OrderChange.objects.get(kind="merge")
    after = change(one, "unmerge", undoes=merge.id)
    other.refresh_from_db()
    assert (after.total_minor, other.total_minor) == (3 * PRICE, 2 * PRICE)
    assert (held(after), held(other), promised(after), promised(other)) == (3 * PRICE, 2 * PRICE, 3, 2)
    assert (after.state, other.state, other.merged_into_id) == ("approved", "audit", None)
    assert inventory.differences() == []


def test_unpaid_orders_become_one_that_waits_for_its_money() -> None:
    one, other = order("A-1", paid=False), order("A-2", quantity=2, paid=False)
    merged = change(one, "merge", other_number=other.number)
    assert (merged.total_minor, merged.payment_state, merged.state, promised(merged)) == (
        5 * PRICE,
        "unpaid",
        "checked",
        5,
    )


def test_a_paid_order_does_not_go_into_one_that_is_not() -> None:
    one, other = order("A-1"), order("A-2", paid=False)
    with pytest.raises(changing.NotChangeable):
        propose(one, "merge", other_number=other.number)


def test_money_that_comes_late_for_a_merged_order_counts_where_it_went() -> None:
    one, other = order("A-1", paid=False), order("A-2", quantity=2, paid=False)
    change(one, "merge", other_number=other.number)
    entry = PaymentEntryDraft(
        order_id=other.id,
        amount_minor=5 * PRICE,
        currency="CNY",
        provider="bank",
        transaction="B-1",
        happened_at=make.NOW,
    )
    payments.record_payments(make.TESTER, entries=[entry], now=make.NOW)
    make.settle()
    one.refresh_from_db()
    assert (one.payment_state, held(one), held(other)) == ("paid", 5 * PRICE, 0)
    assert not RefundRequest.objects.exists()


def test_what_was_previewed_on_other_facts_is_refused_with_the_difference() -> None:
    one = order(paid=False)
    change_id = propose(one, "cancel_lines", lines=[LineWish(line_id=line_of(one).id, quantity=1)])
    entry = PaymentEntryDraft(
        order_id=one.id,
        amount_minor=3 * PRICE,
        currency="CNY",
        provider="bank",
        transaction="B-1",
        happened_at=make.NOW,
    )
    payments.record_payments(make.TESTER, entries=[entry], now=make.NOW)
    with pytest.raises(changing.ChangeStale) as refused:
        changing.confirm_change(make.checker_chen(), change_id=change_id, now=make.NOW)
    assert refused.value.differences["paid_minor"] == [0, 3 * PRICE]
    assert line_of(one).quantity == 3
    assert OrderChange.objects.get(id=change_id).state == "draft"


def test_goods_that_went_to_somebody_else_since_the_preview_refuse_it() -> None:
    one = order(stock=4)
    change_id = propose(one, "lines", lines=[LineWish(line_id=line_of(one).id, quantity=4)])
    order("A-2", quantity=1)
    with pytest.raises(changing.ChangeStale):
        changing.confirm_change(make.checker_chen(), change_id=change_id, now=make.NOW)
    assert promised(one) == 3


def test_confirmed_twice_it_is_done_once() -> None:
    one = order()
    change_id = propose(one, "split", shares=[Share(line_of(one).id, 1)])
    for _again in range(2):
        changing.confirm_change(make.checker_chen(), change_id=change_id, now=make.NOW)
    assert Order.objects.filter(split_from=one).count() == 1


def test_a_declined_change_cannot_be_confirmed() -> None:
    one = order()
    change_id = propose(one, "split", shares=[Share(line_of(one).id, 1)])
    changing.decline_change(make.checker_chen(), change_id=change_id, now=make.NOW)
    with pytest.raises(changing.ChangeOver):
        changing.confirm_change(make.checker_chen(), change_id=change_id, now=make.NOW)
    assert not Order.objects.filter(split_from=one).exists()


def test_a_declined_change_keeps_no_address() -> None:
    change_id = propose(order(), "address", recipient={"recipient.street": "南山路 100 号"})
    changing.decline_change(make.checker_chen(), change_id=change_id, now=make.NOW)
    assert OrderChange.objects.get(id=change_id).sealed is None


def test_another_preview_takes_the_place_of_the_first() -> None:
    one = order()
    first = propose(one, "split", shares=[Share(line_of(one).id, 1)])
    second = propose(one, "service", service="sf/express")
    assert dict(OrderChange.objects.values_list("id", "state")) == {first: "lapsed", second: "draft"}


def test_previews_nobody_decides_lapse() -> None:
    one = order()
    propose(one, "service", service="sf/express")
    assert changing.lapse_changes(make.TESTER, now=make.NOW + timedelta(hours=23)) == 0
    assert changing.lapse_changes(make.TESTER, now=make.NOW + timedelta(hours=25)) == 1
    assert OrderChange.objects.get().lapse == "too_old"


@pytest.mark.parametrize("goods", ["shipped", "delivered"])
def test_what_has_left_the_house_is_not_changed(goods: str) -> None:
    one = order()
    Order.objects.filter(id=one.id).update(fulfilment_state=goods)
    for kind, facts in (("service", {"service": "x"}), ("split", {"shares": [Share(line_of(one).id, 1)]})):
        with pytest.raises(changing.NotChangeable):
            propose(one, kind, **facts)
    assert not OrderChange.objects.exists()


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("lines", {"lines": []}),
        ("lines", {"lines": [LineWish(sku="NO-SUCH", quantity=1)]}),
        ("lines", {"lines": [LineWish(line_id=10**9, quantity=1)]}),
        ("address", {"recipient": {"recipient.height": "2"}}),
        ("cancel", {"cause": "whim"}),
        ("split", {"shares": []}),
        ("merge", {"other_number": "SO-1"}),
        ("unmerge", {"undoes": 1}),
        ("service", {"service": ""}),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(kind: str, facts: dict[str, Any]) -> None:
    one = order()
    with pytest.raises(UnfitWish):
        propose(one, kind, **facts)
    assert not OrderChange.objects.exists()


def test_a_change_needs_a_reason() -> None:
    one = order()
    wish = Wish(kind="service", service="x", reason=" ")
    with pytest.raises(errors.Refusal, match=r".+"):
        changing.propose_change(make.checker_chen(), order_id=one.id, wish=wish, now=make.NOW)


def test_whoever_had_a_hand_in_a_change_does_not_check_it() -> None:
    one = order()
    change_id = propose(one, "cancel_lines", by="lin", lines=[LineWish(line_id=line_of(one).id, quantity=2)])
    changing.confirm_change(make.checker_chen(), change_id=change_id, now=make.NOW)
    one.refresh_from_db()
    assert set(one.mended_by) == {make.clerk_lin().id, make.checker_chen().id}


def test_goods_that_were_set_aside_are_given_back_and_set_aside_anew() -> None:
    one = order()
    assert one.fulfilment_state == "allocated"
    before = {row.id for row in inventory.reservations_of_orders([one.id]) if row.state == "open"}
    after = change(one, "split", shares=[Share(line_of(one).id, 1)])
    part = Order.objects.get(split_from=one)
    rows = [row for row in inventory.reservations_of_orders([one.id, part.id]) if row.state == "open"]
    assert {row.id for row in rows} & before == set()
    assert sorted(row.quantity for row in rows) == [1, 2]
    assert (after.fulfilment_state, part.fulfilment_state) == ("allocated", "allocated")
