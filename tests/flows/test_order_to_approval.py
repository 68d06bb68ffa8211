"""An order comes in through the API, is paid through a callback, and is approved by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from standardwebhooks import Webhook

from steward.modules.orders.queries import order_id
from tests import make
from tests.api.caller import Caller, order_body

pytestmark = pytest.mark.django_db


def pay(secret: str, number: str, amount_minor: int = 19_900) -> None:
    """Call back as the payment provider does when the customer has paid."""
    at = datetime.now(UTC)
    data = {
        "order": number,
        "transaction": f"T-{number}",
        "amount_minor": amount_minor,
        "currency": "CNY",
        "paid_at": at.isoformat(),
    }
    raw = json.dumps({"type": "payment.succeeded", "data": data})
    signature = Webhook(secret).sign(f"msg-{number}", at, raw)
    headers = {"webhook-id": f"msg-{number}", "webhook-timestamp": str(int(at.timestamp()))}
    answer = Client().post(
        "/webhooks/payments/alipay",
        raw,
        content_type="application/json",
        headers=headers | {"webhook-signature": signature},
    )
    assert answer.status_code == 200, answer.content.decode()


def enter(caller: Caller, number: str = "A-1", **changes: object) -> str:
    """Send an order as the shop does; return its number."""
    answer = caller.post("orders", order_body(number, **changes), key=f"key-{number}")
    assert answer.status_code == 201, answer.content.decode()
    return str(content(answer)["number"])


def state(caller: Caller, number: str, axis: str = "state") -> str:
    """Ask where an order stands."""
    return str(content(caller.get(f"orders/{number}"))["order"][axis])


def content(answer: HttpResponse) -> dict[str, Any]:
    """Read a JSON answer."""
    return dict(json.loads(answer.content))


@pytest.fixture
def shop() -> Caller:
    """A shop's program that may enter and see orders."""
    return Caller("orders.enter", "orders.view")


def test_an_order_paid_by_callback_is_approved_by_itself(shop: Caller) -> None:
    make.item(stock=5)
    secret = make.provider()
    number = enter(shop)
    make.settle()
    assert state(shop, number) == "checked"

    pay(secret, number)
    make.settle()

    assert state(shop, number) == "approved"


def test_the_order_page_tells_the_whole_story(shop: Caller) -> None:
    make.item(stock=5)
    secret = make.provider()
    number = enter(shop)
    pay(secret, number)
    make.settle()

    page = make.browser("chen").get(f"/orders/{number}").content.decode()

    assert "已记录一笔收款" in page
    assert "检查全部通过，订单自动审核通过" in page
    assert "13812345521" not in page


def test_an_order_short_of_stock_is_promised_by_itself_when_goods_arrive(shop: Caller) -> None:
    item = make.item(stock=1)
    number = enter(shop, quantity=3, payments=[make.payment(3 * 19_900)])
    make.settle()
    assert state(shop, number) == "received"

    make.arrival(item, 5)
    make.settle()

    assert state(shop, number, "fulfilment_state") == "allocated"
    assert state(shop, number) == "approved"


def test_the_first_order_that_waits_gets_the_goods_first(shop: Caller) -> None:
    item = make.item()
    first = enter(shop, "A-1", payments=[make.payment(transaction="T-1")])
    second = enter(shop, "A-2", payments=[make.payment(transaction="T-2")], buyer=make.mei())
    make.settle()

    make.arrival(item, 1)
    make.settle()

    states = [state(shop, number, "fulfilment_state") for number in (first, second)]
    assert states == ["allocated", "short"]


def test_goods_of_a_cancelled_order_go_to_the_one_that_waits(shop: Caller) -> None:
    make.item(stock=1)
    first = enter(shop, "A-1")
    second = enter(shop, "A-2", payments=[make.payment(transaction="T-2")])
    make.settle()

    make.browser("chen").post(f"/orders/{first}/cancel", {"cause": "customer", "reason": "客户不要了"})
    make.settle()

    assert state(shop, first) == "cancelled"
    assert state(shop, second, "fulfilment_state") == "promised"


def test_a_clerk_mends_an_address_and_the_order_moves_on(shop: Caller) -> None:
    make.item(stock=5)
    recipient = make.recipient(province="", city="", district="", street="文三路 90 号")
    number = enter(shop, recipient=recipient, payments=[make.payment()])
    make.settle()
    assert state(shop, number) == "received"

    changes = {"recipient.province": "浙江省", "recipient.city": "杭州市", "recipient.district": "西湖区"}
    make.browser("lin").post(f"/orders/{number}/mend", changes)
    make.settle()
    assert state(shop, number) == "audit"

    make.checked(order_id(number))
    assert state(shop, number) == "approved"


def test_an_outsider_sees_no_order(shop: Caller) -> None:
    make.item(stock=5)
    number = enter(shop)

    answer = make.browser("sam").get(f"/orders/{number}")

    assert answer.status_code == 403
    assert "199.00" not in answer.content.decode()
