"""Programs ask for refunds, read them and agree to them; nobody agrees to their own."""

from __future__ import annotations

import pytest

from steward.modules.orders.models import Order
from steward.modules.payments.models import Refund
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
ASK = {"amount_minor": 5_000, "cause": "goodwill", "reason": "late"}


@pytest.fixture
def number() -> str:
    make.item(stock=20)
    return make.order(quantity=10, payments=[make.payment(199_000)]).number


def test_a_refund_is_asked_for_once_under_a_key(number: str) -> None:
    caller = Caller("payments.refund")

    first = caller.post(f"orders/{number}/refunds", ASK, key="k1")
    again = caller.post(f"orders/{number}/refunds", ASK, key="k1")

    assert (first.status_code, first.json()) == (200, again.json())
    assert first.json()["approval"] == "not_needed"
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (ASK | {"amount_minor": 199_001}, 409, "not_enough_left"),
        (ASK | {"amount_minor": 0}, 422, "bad_input"),
        (ASK | {"cause": "cancelled"}, 422, "bad_input"),
        (ASK | {"currency": "USD"}, 409, "not_enough_left"),
    ],
)
def test_a_refund_that_cannot_be_is_refused_and_leaves_nothing(
    number: str, body: dict[str, object], status: int, code: str
) -> None:
    answer = Caller("payments.refund").post(f"orders/{number}/refunds", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Refund.objects.count() == 0


def test_asking_needs_the_permission_and_the_shop(number: str) -> None:
    assert Caller("payments.record").post(f"orders/{number}/refunds", ASK).status_code == 403
    other = Caller("payments.refund", scopes=["tmall"])
    assert other.post(f"orders/{number}/refunds", ASK).status_code == 404


def test_refunds_are_listed_read_and_kept_from_other_shops(number: str) -> None:
    made = Caller("payments.refund").post(f"orders/{number}/refunds", ASK).json()["numbers"][0]
    reader = Caller("payments.view")

    listed = reader.get("refunds", state="by_hand").json()["rows"]
    one = reader.get(f"refunds/{made}").json()

    assert [row["number"] for row in listed] == [made]
    assert (one["refund"]["order_number"], [step["verb"] for step in one["steps"]]) == (number, ["request"])
    other = Caller("payments.view", scopes=["tmall"])
    assert other.get("refunds").json()["rows"] == []
    assert other.get(f"refunds/{made}").status_code == 404


def test_refunds_are_listed_page_by_page(number: str) -> None:
    asker, reader = Caller("payments.refund"), Caller("payments.view")
    for _ in range(3):
        asker.post(f"orders/{number}/refunds", ASK)

    first = reader.get("refunds", limit=2).json()
    rest = reader.get("refunds", limit=2, after=first["next_after"]).json()

    assert (len(first["rows"]), len(rest["rows"]), rest["next_after"]) == (2, 1, None)


def test_a_second_program_agrees_and_nobody_to_their_own(number: str) -> None:
    asker = Caller("payments.refund", "payments.approve")
    made = asker.post(f"orders/{number}/refunds", ASK | {"amount_minor": 150_000}).json()
    assert made["approval"] == "awaiting"
    path = f"refunds/{made['numbers'][0]}/decision"

    own = asker.post(path, {"decision": "approve"})
    other = Caller("payments.approve").post(path, {"decision": "approve"})

    assert (own.status_code, own.json()["code"]) == (403, "own_request")
    assert (other.status_code, other.json()["refund"]["state"]) == (200, "by_hand")


def test_a_refused_refund_says_why(number: str) -> None:
    made = Caller("payments.refund").post(f"orders/{number}/refunds", ASK | {"amount_minor": 150_000}).json()
    path = f"refunds/{made['numbers'][0]}/decision"
    decider = Caller("payments.approve")

    assert decider.post(path, {"decision": "refuse"}).json()["code"] == "reason_missing"
    assert decider.post(path, {"decision": "refuse", "note": "no"}).json()["note"] == "no"


def test_a_cancelled_order_asks_by_itself(number: str) -> None:
    Caller("orders.cancel").post(f"orders/{number}/cancel", {"cause": "customer", "reason": "no"})
    make.settle()

    assert Order.objects.get().payment_state == "refunding"
    assert Refund.objects.get().state == "awaiting_approval"
