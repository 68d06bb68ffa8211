"""A refund asked for in the very moment of a split: what the other part was given back counts towards the limit."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.test import Client

from steward.kernel import moment
from steward.modules.orders.commands import changing
from steward.modules.orders.models import Line, Order
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.change_plan import Wish
from tests import make
from tests.races.crowd import behind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PRICE = 19_900
SLICE_MINOR = 30_000  # the limit lies between one of these and two


def taken(quantity: int) -> Order:
    """Take in an order of Mei's that is paid."""
    make.item(stock=50)
    payments = [make.payment(quantity * PRICE)]
    order_id = make.order(quantity=quantity, payments=payments, now=moment.now()).order_id
    make.settle()
    return Order.objects.get(id=order_id)


def part_of(one: Order) -> Order:
    """Let two pieces of an order go into a part of their own; return it."""
    wish = Wish(kind="split", reason="Called", shares=[Share(Line.objects.get(order=one).id, 2)])
    change_id = changing.propose_change(make.TESTER, order_id=one.id, wish=wish, now=moment.now())
    changing.confirm_change(make.TESTER, change_id=change_id, now=moment.now())
    return Order.objects.filter(split_from=one).latest("id")


def ask(one: Order, token: str) -> dict[str, Any]:
    """Ask for a slice of an order's money back, as a program does."""
    response = Client().post(
        f"/api/v1/orders/{one.number}/refunds",
        {"cause": "goodwill", "amount_minor": SLICE_MINOR},
        content_type="application/json",
        headers={"authorization": f"Bearer {token}"},
    )
    assert response.status_code == 200, response.content
    return dict(response.json())


def split_and_ask(one: Order, token: str) -> None:
    """Part an order and ask for money of the part at once."""
    assert ask(part_of(one), token)["approval"] == "not_needed"


def test_what_an_order_was_split_into_at_this_moment_counts_towards_the_limit_of_its_refund() -> None:
    one, token = taken(4), make.token("payments.refund", "orders.view")

    answer = behind(partial(split_and_ask, one, token), partial(ask, one, token))

    assert answer["approval"] == "awaiting"


def test_what_its_part_was_split_into_at_this_moment_counts_too() -> None:
    one, token = taken(6), make.token("payments.refund", "orders.view")
    part = part_of(one)
    rest = Order.objects.get(id=one.id)

    answer = behind(partial(split_and_ask, rest, token), partial(ask, part, token))

    assert answer["approval"] == "awaiting"
