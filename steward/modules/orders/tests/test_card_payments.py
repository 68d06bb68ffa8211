"""Gift cards pay for orders and get their money back, in both books or in none."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from steward.kernel.actor import NotPermitted
from steward.modules.orders.commands import cancel, changing
from steward.modules.orders.commands.card_payments import NothingOpen, pay_by_card
from steward.modules.orders.commands.change_planning import UnfitWish
from steward.modules.orders.models import Order
from steward.modules.orders.rules.change_plan import LineWish, Wish
from steward.modules.orders.rules.drafts import PaymentDraft
from steward.modules.orders.tests.test_changing import PRICE, line_of, order
from steward.modules.payments import tasks
from steward.modules.payments.commands.cards import CardTooShort
from steward.modules.payments.commands.wallets import Posting, post_wallets
from steward.modules.payments.models import Entry, Refund
from steward.modules.payments.queries.cards import card_balance
from tests import make

pytestmark = pytest.mark.django_db
CARD = "GC-88"


def card(amount_minor: int) -> None:
    """Let somebody have a gift card."""
    one = Posting(reference="sold:1", kind="card", amount=amount_minor, currency="CNY", code=CARD, kept_here=True)
    post_wallets(make.TESTER, postings=[one], now=make.NOW)


def left() -> int:
    """Return what the card holds."""
    return card_balance(CARD, "CNY", now=make.NOW)


def paid(one: Order) -> Sequence[tuple[str, str, int]]:
    """List the payments of an order."""
    return list(Entry.objects.filter(order_id=one.id).order_by("id").values_list("provider", "method", "amount_minor"))


def test_a_card_pays_what_is_open_once() -> None:
    one = order(paid=False, quantity=1)
    card(20_000)

    pay_by_card(make.administrator(), order_id=one.id, code=CARD, now=make.NOW)
    with pytest.raises(NothingOpen):
        pay_by_card(make.administrator(), order_id=one.id, code=CARD, now=make.NOW)
    make.settle()

    one.refresh_from_db()
    assert (one.payment_state, one.state, left()) == ("paid", "approved", 100)
    assert paid(one) == [("gift_card", CARD, PRICE)]


def test_a_card_that_holds_less_pays_nothing() -> None:
    one = order(paid=False, quantity=1)
    card(PRICE - 1)

    with pytest.raises(CardTooShort):
        pay_by_card(make.administrator(), order_id=one.id, code=CARD, now=make.NOW)
    with pytest.raises(CardTooShort):
        pay_by_card(make.administrator(), order_id=one.id, code="GC-UNKNOWN", now=make.NOW)

    assert (left(), paid(one)) == (PRICE - 1, [])


def test_money_of_a_cancelled_order_is_on_the_card_again_without_anybody_s_doing_once() -> None:
    one = order(paid=False, quantity=1)
    card(PRICE)
    pay_by_card(make.administrator(), order_id=one.id, code=CARD, now=make.NOW)

    cancel.cancel_order(make.administrator(), order_id=one.id, cause="customer", reason="second thoughts", now=make.NOW)
    tasks.work_batch()
    tasks.work_batch()
    make.settle()

    one.refresh_from_db()
    assert (one.payment_state, left()) == ("refunded", PRICE)
    assert Refund.objects.get(order_id=one.id).state == "succeeded"


def test_money_of_a_card_that_is_a_shop_s_own_is_paid_back_by_hand() -> None:
    paid_there = PaymentDraft("T-1", PRICE, make.NOW, "gift_card", "SHOP-CARD")
    one = order(quantity=1, payments=[paid_there])

    cancel.cancel_order(make.administrator(), order_id=one.id, cause="customer", reason="second thoughts", now=make.NOW)
    tasks.work_batch()

    assert Refund.objects.get(order_id=one.id).state == "by_hand"


def test_a_card_pays_what_a_change_of_lines_asks_for_or_nothing_is_changed() -> None:
    one = order(quantity=1)
    card(PRICE)
    by = make.administrator()
    wish = Wish(kind="lines", reason="One more", lines=[LineWish(line_id=line_of(one).id, quantity=2)], card=CARD)

    with pytest.raises(NotPermitted):
        changing.propose_change(make.checker_chen(), order_id=one.id, wish=wish, now=make.NOW)
    change_id = changing.propose_change(by, order_id=one.id, wish=wish, now=make.NOW)
    changing.confirm_change(by, change_id=change_id, now=make.NOW)

    one.refresh_from_db()
    assert (one.total_minor, one.payment_state, left()) == (2 * PRICE, "paid", 0)
    more = Wish(kind="lines", reason="Even more", lines=[LineWish(line_id=line_of(one).id, quantity=3)], card=CARD)
    with pytest.raises(CardTooShort):
        changing.propose_change(by, order_id=one.id, wish=more, now=make.NOW)


def test_a_card_pays_the_whole_instead_and_what_came_before_goes_back() -> None:
    one = order(quantity=1)
    card(PRICE)
    by = make.administrator()
    wish = Wish(kind="means", reason="Rather the card", card=CARD)

    change_id = changing.propose_change(by, order_id=one.id, wish=wish, now=make.NOW)
    changing.confirm_change(by, change_id=change_id, now=make.NOW)
    make.settle()

    back = Refund.objects.get(order_id=one.id)
    assert (back.provider, back.amount_minor, left()) == ("alipay", PRICE, 0)
    one.refresh_from_db()
    assert (one.state, one.total_minor) == ("approved", PRICE)
    with pytest.raises(changing.NotChangeable):  # money is on its way back
        changing.propose_change(by, order_id=one.id, wish=wish, now=make.NOW)


def test_a_card_pays_an_order_nobody_has_paid_yet() -> None:
    one = order(paid=False, quantity=1)
    card(PRICE)
    by, wish = make.administrator(), Wish(kind="means", reason="Pays by card", card=CARD)

    change_id = changing.propose_change(by, order_id=one.id, wish=wish, now=make.NOW)
    changing.confirm_change(by, change_id=change_id, now=make.NOW)
    make.settle()

    one.refresh_from_db()
    assert (one.payment_state, one.state, left(), Refund.objects.count()) == ("paid", "approved", 0, 0)


def test_a_card_that_holds_less_than_the_whole_changes_nothing() -> None:
    one = order(quantity=1)
    card(PRICE - 1)

    with pytest.raises(CardTooShort):
        wish = Wish(kind="means", reason="Rather the card", card=CARD)
        changing.propose_change(make.administrator(), order_id=one.id, wish=wish, now=make.NOW)

    assert (left(), Refund.objects.count()) == (PRICE - 1, 0)


def test_other_means_pay_the_whole_first_then_what_came_before_goes_back() -> None:
    one = order(quantity=1)
    by, wish = make.administrator(), Wish(kind="means", reason="Rather by bank")
    with pytest.raises(UnfitWish):
        changing.propose_change(by, order_id=one.id, wish=wish, now=make.NOW)

    make.bank_money(one.id, PRICE)
    make.settle()
    change_id = changing.propose_change(by, order_id=one.id, wish=wish, now=make.NOW)
    changing.confirm_change(by, change_id=change_id, now=make.NOW)

    assert [(back.provider, back.amount_minor) for back in Refund.objects.filter(order_id=one.id)] == [
        ("alipay", PRICE)
    ]


def test_a_card_is_charged_only_by_who_may_charge_cards() -> None:
    one = order(quantity=1)
    card(PRICE)
    wish = Wish(kind="means", reason="Rather the card", card=CARD)
    change_id = changing.propose_change(make.administrator(), order_id=one.id, wish=wish, now=make.NOW)

    clerk = dataclasses.replace(make.administrator(), permissions=frozenset({"orders.change"}))
    with pytest.raises(NotPermitted):
        changing.confirm_change(clerk, change_id=change_id, now=make.NOW)

    assert left() == PRICE
