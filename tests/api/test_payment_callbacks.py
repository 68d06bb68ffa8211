"""Payment providers call back: signed, sent again, forged, late, out of order."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from steward.kernel.models import Event
from steward.modules.payments.commands.callbacks import KEPT_PER_MINUTE
from steward.modules.payments.models import Callback, Entry
from tests import make
from tests.api.caller import CLIENT, Answer

pytestmark = pytest.mark.django_db


def body(**changes: Any) -> dict[str, Any]:
    kind = changes.pop("type", "payment.succeeded")
    data = {
        "shop": "own",
        "external_number": "A-1",
        "transaction": "T-1",
        "amount_minor": 19_900,
        "currency": "CNY",
        "paid_at": "2026-03-02T10:00:00+08:00",
        "method": "balance",
    }
    return {"type": kind, "data": data | changes}


def call(
    secret: str,
    content: Any,
    *,
    message_id: str = "msg_1",
    at: datetime | None = None,
    to: str = "alipay",
    **headers: str,
) -> Answer:
    at = at or datetime.now(UTC)
    raw = content if isinstance(content, str) else json.dumps(content)
    given = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, raw),
    } | headers
    return CLIENT.post(f"/webhooks/payments/{to}", raw, content_type="application/json", headers=given)


def outcomes() -> list[tuple[str, str]]:
    return list(Callback.objects.order_by("id").values_list("outcome", "reason"))


def order(**changes: Any) -> str:
    make.item(stock=5)
    return make.order(**changes).number


def test_a_payment_is_recorded_for_the_order() -> None:
    number = order()
    secret = make.provider()

    answer = call(secret, body(order=number))

    assert (answer.status_code, answer.json()["outcome"]) == (200, "applied")
    assert outcomes() == [("applied", "")]
    assert Entry.objects.get().amount_minor == 19_900


def test_the_order_is_found_by_the_shops_number_too() -> None:
    order()

    assert call(make.provider(), body()).json()["outcome"] == "applied"


def test_the_same_message_again_changes_nothing() -> None:
    order()
    secret = make.provider()
    call(secret, body())

    again = call(secret, body())

    assert (again.status_code, again.json()) == (200, {"outcome": "duplicate", "reason": "message_repeated"})
    assert Entry.objects.count() == 1


def test_the_same_transaction_under_another_message_changes_nothing() -> None:
    order()
    secret = make.provider()
    call(secret, body())

    again = call(secret, body(), message_id="msg_2")

    assert again.json() == {"outcome": "duplicate", "reason": "transaction_repeated"}
    assert Event.objects.filter(kind="payments.payment_recorded").count() == 1


def test_the_same_transaction_with_another_amount_is_refused_visibly() -> None:
    order()
    secret = make.provider()
    call(secret, body())

    other = call(secret, body(amount_minor=1), message_id="msg_2")

    assert (other.status_code, other.json()["outcome"]) == (409, "refused")
    assert outcomes()[-1] == ("refused", "same_transaction_other_content")


FORGED = "whsec_" + "QUFB" * 8


@pytest.mark.parametrize(
    ("changes", "headers"),
    [
        ({"secret": FORGED}, {}),
        ({"at": datetime.now(UTC) - timedelta(minutes=6)}, {}),
        ({"at": datetime.now(UTC) + timedelta(minutes=6)}, {}),
        ({}, {"webhook-signature": "v1,AAAA"}),
        ({}, {"webhook-signature": "nonsense"}),
        ({}, {"webhook-signature": ""}),
        ({}, {"webhook-timestamp": "soon"}),
    ],
)
def test_what_is_forged_or_old_is_refused_and_noted(changes: dict[str, Any], headers: dict[str, Any]) -> None:
    order()
    secret = make.provider()

    answer = call(**({"secret": secret, "content": body()} | changes), **headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "signature_refused")
    assert [outcome for outcome, _reason in outcomes()] == ["refused"]
    assert Entry.objects.count() == 0


def test_a_flood_of_forged_callbacks_fills_no_table() -> None:
    make.provider()

    for n in range(KEPT_PER_MINUTE + 10):
        call(FORGED, body(), message_id=f"msg_{n}")

    assert Callback.objects.count() == KEPT_PER_MINUTE


def test_a_callback_for_an_unknown_order_waits_visibly_and_counts_when_sent_again() -> None:
    secret = make.provider()
    unmatched = call(secret, body())
    call(secret, body())
    order()

    applied = call(secret, body())

    assert (unmatched.status_code, unmatched.json()["outcome"]) == (202, "unmatched")
    assert applied.json()["outcome"] == "applied"
    assert outcomes() == [("applied", "")]
    assert Callback.objects.get().matched_at is not None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount_minor": 100}, "amount_below_open"),
        ({"amount_minor": 99_900}, "amount_above_open"),
        ({"currency": "USD"}, "currency_differs"),
        ({"type": "refund.succeeded", "amount_minor": 100}, "refund_above_paid"),
    ],
)
def test_money_the_order_does_not_expect_is_recorded_and_announced(changes: dict[str, Any], reason: str) -> None:
    order()

    answer = call(make.provider(), body(**changes))

    assert answer.json() == {"outcome": "applied", "reason": reason}
    (event,) = Event.objects.filter(kind="payments.payment_mismatched")
    assert event.data["reason"] == reason


def test_a_refund_that_comes_before_its_payment_does_no_harm() -> None:
    order()
    secret = make.provider()
    call(secret, body(type="refund.succeeded", transaction="R-1", amount_minor=500))

    paid = call(secret, body(), message_id="msg_2")

    assert paid.json()["outcome"] == "applied"
    assert Entry.objects.count() == 2


@pytest.mark.parametrize(
    "content", ["{}", "not json", '{"x":' + "[" * 5_000, '{"type": "payment.lost", "data": {}}', "[]"]
)
def test_a_signed_body_that_cannot_be_read_is_refused_and_noted(content: str) -> None:
    answer = call(make.provider(), content)

    assert answer.status_code == 422
    assert [outcome for outcome, _reason in outcomes()] == ["refused"]


def test_an_unknown_provider_is_not_found() -> None:
    assert call(make.provider(), body(), to="nobody").status_code == 404


def test_reading_a_callback_address_is_not_allowed() -> None:
    assert CLIENT.get("/webhooks/payments/alipay").status_code == 405
