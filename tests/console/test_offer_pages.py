"""Offers in the console: seen with their clocks, made, sent again, answered for the buyer; substitutes are named."""

from __future__ import annotations

import pytest

from steward.kernel import moment
from steward.modules.catalog import queries as catalog
from steward.modules.messaging.models import Message
from steward.modules.orders.models import Offer, Order
from tests import make

pytestmark = pytest.mark.django_db


def short_order() -> str:
    make.item()
    number = make.order(now=moment.now()).number
    make.settle()
    return number


def asked(number: str) -> int:
    make.browser("wang").post(f"/orders/{number}/offer", {})
    return Offer.objects.get().id


def test_an_agent_asks_the_buyer_from_the_orders_page() -> None:
    number = short_order()
    client = make.browser("wang")
    assert "询问买家如何处理" in client.get(f"/orders/{number}").content.decode()

    client.post(f"/orders/{number}/offer", {"wait_until": "2099-05-01"})

    assert str(Offer.objects.get().wait_until) == "2099-05-01"
    shown = client.get(f"/orders/{number}").content.decode()
    assert "等待答复" in shown
    assert "2099-05-01" in shown


def test_open_offers_are_listed_with_their_order() -> None:
    number = short_order()
    asked(number)

    shown = make.browser("wang").get("/orders/offers").content.decode()

    assert number in shown
    assert "双人帐篷 × 1" in shown


def test_an_agent_answers_for_the_buyer() -> None:
    number = short_order()
    offer_id = asked(number)

    make.browser("wang").post(f"/orders/offers/{offer_id}/answer", {"option": "cancel", "reason": "客户来电"})

    assert Order.objects.get().state == "cancelled"
    assert "客户来电" in make.browser("wang").get(f"/orders/{number}").content.decode()


def test_without_a_reason_nothing_is_answered() -> None:
    offer_id = asked(short_order())

    make.browser("wang").post(f"/orders/offers/{offer_id}/answer", {"option": "cancel", "reason": " "})

    assert (Offer.objects.get().state, Order.objects.get().state) == ("open", "received")


def test_an_offer_is_sent_again() -> None:
    offer_id = asked(short_order())

    make.browser("wang").post(f"/orders/offers/{offer_id}/resend")

    assert Message.objects.filter(template="stock_offer").count() == 2


def test_who_may_not_offer_is_refused_and_sees_no_button() -> None:
    number = short_order()

    refused = make.browser("sam").post(f"/orders/{number}/offer", {})

    assert refused.status_code == 403
    assert not Offer.objects.exists()


def test_substitutes_are_named_on_the_items_page() -> None:
    item, other = make.item(), make.item("TENT-3")
    client = make.browser("admin")

    client.post(f"/stock/items/{item}/substitutes", {"skus": "TENT-3\r\n"})

    assert [one.id for one in catalog.substitutes_of([item])[item]] == [other]
    assert "TENT-3" in client.get(f"/stock/items/{item}").content.decode()


def test_an_item_does_not_stand_in_for_itself() -> None:
    item = make.item()

    make.browser("admin").post(f"/stock/items/{item}/substitutes", {"skus": "TENT-2"})

    assert catalog.substitutes_of([item]) == {}
