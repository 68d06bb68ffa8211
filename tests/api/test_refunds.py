"""Programs ask for refunds and read them; whether a big one goes out, people decide."""

from __future__ import annotations

import pytest

from steward.modules.approvals import commands as approvals
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


def test_a_big_refund_names_the_approval_it_waits_for_and_shows_the_verdict(number: str) -> None:
    asker = Caller("payments.refund", owner="wang")
    made = asker.post(f"orders/{number}/refunds", ASK | {"amount_minor": 150_000}).json()
    assert made["approval"] == "awaiting"
    reader = Caller("payments.view", "approvals.view")
    waiting = reader.get(f"refunds/{made['numbers'][0]}").json()
    asked = reader.get(f"approvals/{waiting['approval_id']}").json()
    assert (asked["kind"], asked["amount_minor"], asked["subject_number"]) == ("refund", 150_000, made["numbers"][0])

    boss = make.administrator()
    approvals.decide(boss, approval_id=asked["id"], verdict="refuse", reason="no receipt", now=make.NOW)
    make.settle()

    told = reader.get(f"refunds/{made['numbers'][0]}").json()
    assert (told["refund"]["state"], told["approval"]) == ("refused", "refused")
    assert [(one["decided_by"], one["reason"]) for one in told["verdicts"]] == [(boss.id, "no receipt")]


def test_a_program_decides_about_no_refund(number: str) -> None:
    made = Caller("payments.refund").post(f"orders/{number}/refunds", ASK | {"amount_minor": 150_000}).json()
    approval_id = Caller("payments.view").get(f"refunds/{made['numbers'][0]}").json()["approval_id"]

    decider = Caller("approvals.view", "approvals.decide")
    told = decider.post(f"approvals/{approval_id}/decision", {"verdict": "grant"})

    assert (told.status_code, Refund.objects.get().state) == (403, "awaiting_approval")


def test_a_cancelled_order_asks_by_itself(number: str) -> None:
    Caller("orders.cancel").post(f"orders/{number}/cancel", {"cause": "customer", "reason": "no"})
    make.settle()

    assert Order.objects.get().payment_state == "refunding"
    assert Refund.objects.get().state == "awaiting_approval"
