"""Offers through the API: made, listed, read, answered for the buyer; substitutes named."""

from __future__ import annotations

import msgspec
import pytest

from steward.kernel import moment
from steward.modules.orders.models import Offer, Order
from tests import make
from tests.api.caller import CLIENT, Caller

pytestmark = pytest.mark.django_db


def short_order() -> str:
    make.item()
    return make.order(now=moment.now()).number


def test_an_offer_is_made_read_and_answered_for_the_buyer() -> None:
    number, caller = short_order(), Caller("orders.view", "orders.offer")

    made = caller.post(f"orders/{number}/offers", {"wait_until": "2099-05-01"})
    read = caller.get(f"offers/{made.json()['id']}")
    answered = caller.post(f"offers/{made.json()['id']}/answer", {"option": "cancel", "reason": "chat"})

    assert (made.status_code, read.json()["wait_until"]) == (200, "2099-05-01")
    assert [one["code"] for one in read.json()["options"]] == ["wait", "cancel"]
    assert (answered.json()["state"], answered.json()["answer"], answered.json()["options"]) == (
        "answered",
        "cancel",
        [],
    )
    assert Order.objects.get().state == "cancelled"


def test_offers_are_listed_by_state() -> None:
    number, caller = short_order(), Caller("orders.view", "orders.offer")
    caller.post(f"orders/{number}/offers", {})

    lists = {state: len(caller.get("offers", state=state).json()["rows"]) for state in ("open", "answered")}

    assert lists == {"open": 1, "answered": 0}


@pytest.mark.parametrize(
    ("body", "status"),
    [({"option": "partial-000000000000", "reason": "chat"}, 409), ({"option": "wait", "reason": " "}, 422)],
)
def test_an_answer_that_cannot_be_is_refused_and_leaves_the_offer_open(body: dict[str, str], status: int) -> None:
    number, caller = short_order(), Caller("orders.view", "orders.offer")
    offer_id = caller.post(f"orders/{number}/offers", {}).json()["id"]

    answer = caller.post(f"offers/{offer_id}/answer", body)

    assert (answer.status_code, Offer.objects.get().state) == (status, "open")


def test_an_order_with_its_goods_has_nothing_to_offer() -> None:
    make.item(stock=1)
    number = make.order().number

    answer = Caller("orders.offer", "orders.view").post(f"orders/{number}/offers", {})

    assert (answer.status_code, answer.json()["code"], Offer.objects.count()) == (409, "not_short", 0)


def test_offers_of_other_shops_do_not_exist_for_a_program() -> None:
    number = short_order()
    offer_id = Caller("orders.offer", "orders.view").post(f"orders/{number}/offers", {}).json()["id"]

    other = Caller("orders.view", scopes=["tmall"])

    assert other.get(f"offers/{offer_id}").status_code == 404
    assert other.get("offers").json()["rows"] == []


def test_substitutes_are_named() -> None:
    make.item()
    make.item("TENT-3")
    secret = make.token("catalog.edit")

    answer = CLIENT.put(
        "/api/v1/items/TENT-2/substitutes",
        msgspec.json.encode({"skus": ["TENT-3"]}),
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}"},
    )

    assert (answer.status_code, answer.json()) == (200, {"sku": "TENT-2", "skus": ["TENT-3"]})
