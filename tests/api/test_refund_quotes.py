"""Programs send coupons with an order, read them, and ask what a refund would be."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from steward.modules.payments.models import RefundRequest
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
COUPON = {"kind": "coupon", "code": "NOV", "amount_minor": 3_000, "threshold_minor": 30_000, "back": True}
READER = ("orders.enter", "orders.view", "returns.view")


@pytest.fixture
def caller() -> Caller:
    make.item(stock=9)
    return Caller(*READER)


def sent(caller: Caller, *adjustments: dict[str, Any], paid: int = 36_800) -> str:
    """Send an order of two tents with a discount of 30 yuan."""
    draft = make.draft(quantity=2, discount_minor=3_000, payments=[make.payment(paid)])
    body = msgspec.to_builtins(draft) | {"adjustments": list(adjustments)}
    answer = caller.post("orders", body)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["number"])


def test_a_refund_is_quoted_with_every_part_in_words(caller: Caller) -> None:
    number = sent(caller, COUPON)

    answer = caller.post(f"orders/{number}/refund-quote", {"lines": [{"position": 1, "quantity": 1}]}).json()

    assert [(part["kind"], part["amount_minor"]) for part in answer["parts"]] == [
        ("goods", 19_900),
        ("coupon", -1_500),
        ("coupon_lost", -1_500),
    ]
    assert (answer["total_minor"], answer["coupons_back"]) == (16_900, ["NOV"])
    assert "NOV" in answer["parts"][-1]["text"]
    assert RefundRequest.objects.count() == 0


def test_an_order_keeps_what_its_discount_consists_of(caller: Caller) -> None:
    number = sent(caller, COUPON)

    found = caller.get(f"orders/{number}").json()["adjustments"]

    assert found == [COUPON | {"points": 0, "lines": []}]


def test_adjustments_that_do_not_fit_the_order_are_doubted(caller: Caller) -> None:
    number = sent(caller, COUPON | {"amount_minor": 4_000, "lines": [2]})

    found = {one["code"] for one in caller.get(f"orders/{number}").json()["findings"]}

    assert {"adjustments_exceed", "adjustment_line_unknown"} <= found


@pytest.mark.parametrize(
    ("wrong", "field"), [({"kind": "cashback"}, "adjustments.0.kind"), ({"points": -1}, "adjustments.0.points")]
)
def test_a_malformed_adjustment_is_refused_by_its_field(caller: Caller, wrong: dict[str, Any], field: str) -> None:
    body = msgspec.to_builtins(make.draft()) | {"adjustments": [COUPON | wrong]}

    answer = caller.post("orders", body)

    assert answer.status_code == 422
    assert field in {one["field"] for one in answer.json()["findings"]}


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ({"position": 1, "quantity": 3}, 409, "more_than_kept"),
        ({"position": 2, "quantity": 1}, 404, "not_found"),
        ({"position": 1, "quantity": 0}, 422, "bad_input"),
    ],
)
def test_a_quote_for_what_was_not_bought_is_refused(
    caller: Caller, line: dict[str, int], status: int, code: str
) -> None:
    answer = caller.post(f"orders/{sent(caller)}/refund-quote", {"lines": [line]})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_quoting_needs_the_permission_and_the_shop(caller: Caller) -> None:
    number, body = sent(caller), {"lines": [{"position": 1, "quantity": 1}]}

    assert Caller("orders.view").post(f"orders/{number}/refund-quote", body).status_code == 403
    assert Caller("returns.view", scopes=["tmall"]).post(f"orders/{number}/refund-quote", body).status_code == 404
