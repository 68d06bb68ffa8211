"""Rules of changing orders, gift cards, variants and customers' addresses through the API."""

from __future__ import annotations

from typing import Any

import pytest

from steward.modules.catalog import queries as catalog
from steward.modules.orders.models import Line, Order
from steward.modules.payments.commands.wallets import Posting, post_wallets
from steward.modules.payments.queries.cards import card_balance
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
PRICE = 19_900
SWAP = {"code": "variants", "kinds": ["lines"], "most": 1, "within_family": True}


def order(**changes: Any) -> Order:
    """Take in an order over one tent."""
    make.item(stock=9)
    receipt = make.order(**changes)
    make.settle()
    return Order.objects.get(id=receipt.order_id)


def card(amount_minor: int) -> None:
    """Sell a gift card."""
    sold = Posting(reference="sold", kind="card", amount=amount_minor, currency="CNY", code="GC-1", kept_here=True)
    post_wallets(make.TESTER, postings=[sold], now=make.NOW)


def test_rules_are_put_in_force_once_and_a_change_is_refused_with_the_rule() -> None:
    one = order(payments=[make.payment(PRICE)])
    make.item("STOVE", stock=3)
    manager = Caller("orders.view", "orders.process", "orders.change")
    body = {"rules": [SWAP], "expected_version": 1, "note": "as agreed"}

    made = manager.post("change-policies", body)
    stale = manager.post("change-policies", body)
    odd = manager.post("change-policies", body | {"rules": [SWAP | {"shops": ["nowhere"]}], "expected_version": 2})
    wish = {
        "kind": "lines",
        "reason": "Rather a stove",
        "lines": [{"line_id": Line.objects.get(order=one).id, "quantity": 0}, {"sku": "STOVE", "quantity": 1}],
    }
    refused = manager.post(f"orders/{one.number}/changes", wish)

    assert (made.status_code, made.json()["version"], stale.status_code, odd.status_code) == (200, 2, 409, 422)
    assert [rule["code"] for rule in manager.get("change-policies").json()[0]["rules"]] == ["variants"]
    assert odd.json()["findings"][0]["field"] == "rules.0.shops"
    told = refused.json()
    assert (refused.status_code, told["code"], told["rule"], told["breach"]) == (
        409, "change_not_offered", "variants", "other_product",
    )  # fmt: skip
    assert Caller("orders.view").post("change-policies", body).status_code == 403


def test_a_card_pays_what_is_open_or_nothing() -> None:
    one = order()
    card(PRICE - 1)
    till = Caller("orders.view", "payments.cards")

    short = till.post(f"orders/{one.number}/card-payments", {"code": "GC-1"})
    denied = Caller("orders.view").post(f"orders/{one.number}/card-payments", {"code": "GC-1"})

    assert (short.status_code, short.json()["code"], denied.status_code) == (409, "card_too_short", 403)
    assert card_balance("GC-1", "CNY", now=make.NOW) == PRICE - 1


def test_items_are_said_to_be_variants() -> None:
    make.item("TEE-S")
    body = {"families": {"TEE-S": "tee"}}

    assert Caller("catalog.edit").put("items/families", body).json() == {"changed": 1}
    assert Caller("orders.view").put("items/families", body).status_code == 403
    assert [one.sku for one in catalog.variants_of("tee")] == ["TEE-S"]


def test_an_address_of_a_customer_is_kept_and_shown_masked() -> None:
    one = order()
    body = {"province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "文三路 90 号 5 幢 201 室"}

    kept = Caller("customers.view", "customers.edit").put(f"customers/{one.customer_id}/address", body)
    denied = Caller("customers.view").put(f"customers/{one.customer_id}/address", body)

    assert kept.status_code == 200
    assert "西湖区" in kept.json()["customer"]["address"]
    assert "201" not in kept.text
    assert denied.status_code == 403
