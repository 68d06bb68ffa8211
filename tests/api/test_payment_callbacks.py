"""Payment providers call back: signed, sent again, forged, late, out of order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from steward.kernel import moment
from steward.kernel.models import Event
from steward.modules.orders.models import Order
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import commands as payments
from steward.modules.payments import tasks
from steward.modules.payments.commands.callbacks import KEPT_PER_MINUTE
from steward.modules.payments.models import Callback, Entry, Refund
from steward.modules.payments.tests import till
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
        ({"at": timedelta(minutes=-6)}, {}),
        ({"at": timedelta(minutes=6)}, {}),
        ({}, {"webhook-signature": "v1,AAAA"}),
        ({}, {"webhook-signature": "nonsense"}),
        ({}, {"webhook-signature": ""}),
        ({}, {"webhook-timestamp": "soon"}),
    ],
)
def test_what_is_forged_or_old_is_refused_and_noted(changes: dict[str, Any], headers: dict[str, Any]) -> None:
    order()
    given = {"secret": make.provider(), "content": body()} | changes
    if "at" in given:  # counted from when the test runs, not from when it was collected
        given["at"] = datetime.now(UTC) + given["at"]

    answer = call(**given, **headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "signature_refused")
    assert [outcome for outcome, _reason in outcomes()] == ["refused"]
    assert Entry.objects.count() == 0


def test_a_flood_of_forged_callbacks_fills_no_table() -> None:
    make.provider()

    for n in range(KEPT_PER_MINUTE + 10):
        call(FORGED, body(), message_id=f"msg_{n}")

    assert Callback.objects.count() == KEPT_PER_MINUTE


def test_a_flood_of_forged_callbacks_hides_no_refusal_of_one_that_was_proven() -> None:
    number = order(shop="tmall")
    secret = make.provider()
    for n in range(KEPT_PER_MINUTE + 1):
        call(FORGED, body(), message_id=f"msg_{n}")

    call(secret, body(order=number), message_id="msg_of_another_shop")
    call(secret, '{"type": "something.else"}', message_id="msg_unread")

    assert [reason for _outcome, reason in outcomes()].count("order_of_another_shop") == 1
    kept: dict[str, Any] = dict(Callback.objects.filter(body__isnull=False).values_list("message_id", "body"))
    assert kept["msg_of_another_shop"]["data"]["transaction"] == "T-1"
    assert kept["msg_unread"] == {"unread": '{"type": "something.else"}'}


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


def test_a_provider_learns_and_changes_nothing_of_shops_it_does_not_serve() -> None:
    number = order(shop="tmall")
    secret = make.provider()

    by_our_number = call(secret, body(order=number))
    by_theirs = call(secret, body(shop="tmall"), message_id="msg_2")

    assert (by_our_number.status_code, by_our_number.json()["reason"]) == (409, "order_of_another_shop")
    assert by_theirs.json()["outcome"] == "unmatched"
    make.settle()
    assert Entry.objects.count() == 0


def test_a_waiting_callback_of_another_shops_order_is_refused_when_the_order_comes() -> None:
    secret = make.provider()
    call(secret, body(shop="tmall"))

    order(shop="tmall")
    make.settle()

    assert outcomes() == [("refused", "order_of_another_shop")]
    assert Entry.objects.count() == 0


def test_a_shops_number_without_its_shop_names_no_order() -> None:
    order()

    assert call(make.provider(), body(order="A-1", shop="", external_number="")).json()["outcome"] == "unmatched"


def test_a_callback_that_waited_is_applied_by_itself_when_its_order_comes() -> None:
    secret = make.provider()
    call(secret, body())

    order()
    make.settle()

    assert outcomes() == [("applied", "")]
    assert Order.objects.get().payment_state == "paid"
    assert call(secret, body()).json() == {"outcome": "duplicate", "reason": "message_repeated"}
    assert Event.objects.filter(kind="payments.callback_matched").count() == 1


def test_waiting_callbacks_about_one_transaction_count_once() -> None:
    secret = make.provider()
    for message in ("msg_1", "msg_2", "msg_3"):
        call(secret, body(), message_id=message)

    order()
    make.settle()

    assert outcomes() == [("applied", "")] + [("duplicate", "transaction_repeated")] * 2
    assert Entry.objects.count() == 1


@pytest.fixture
def refund(request: pytest.FixtureRequest) -> Iterator[Refund]:
    """Send a refund of 50 yuan, whose answer was lost on the way."""
    order(payments=[make.payment()])
    with till.connected() as peer:
        peer.charge("T-1", 19_900)
        peer.habits.append(getattr(request, "param", "cut"))
        want = payments.RefundWant(
            order=facts_of([Order.objects.get().id])[0], cause="goodwill", currency="CNY", amount_minor=5_000
        )
        payments.request_refund(make.TESTER, want=want, now=make.NOW)
        tasks.work_batch()
        yield Refund.objects.get()


def told(one: Refund, **changes: Any) -> dict[str, Any]:
    facts = {"type": "refund.succeeded", "transaction": f"PR-{one.number}", "amount_minor": 5_000}
    return body(**(facts | {"refund": one.number} | changes))


def books() -> tuple[str, int]:
    return Refund.objects.get().state, Entry.objects.filter(direction="refund").count()


def test_a_refund_follows_its_providers_callback_once_however_often_it_is_told(refund: Refund) -> None:
    first = call(till.WRITTEN_SECRET, told(refund))
    same = call(till.WRITTEN_SECRET, told(refund))
    other = call(till.WRITTEN_SECRET, told(refund), message_id="msg_2")

    assert [answer.json()["outcome"] for answer in (first, same, other)] == ["applied", "duplicate", "duplicate"]
    assert books() == ("succeeded", 1)


def test_a_callback_that_knows_only_the_transaction_is_booked_once_too(refund: Refund) -> None:
    call(till.WRITTEN_SECRET, told(refund, refund=""))

    with moment.frozen(moment.now() + timedelta(hours=1)):
        tasks.work_batch()

    assert books() == ("succeeded", 1)


def test_a_failure_that_was_overtaken_by_the_success_does_no_harm(refund: Refund) -> None:
    late = told(refund, type="refund.failed", code="not_enough_money")

    first = call(till.WRITTEN_SECRET, late)
    tasks.work_batch()
    again = call(till.WRITTEN_SECRET, late, message_id="msg_2")

    assert (first.json()["reason"], again.json()["reason"]) == ("asked_after", "refund_succeeded")
    assert books() == ("succeeded", 1)


@pytest.mark.parametrize("changes", [{"amount_minor": 4_999}, {"currency": "USD"}])
def test_a_refund_of_another_amount_stops_for_a_person(refund: Refund, changes: dict[str, Any]) -> None:
    answer = call(till.WRITTEN_SECRET, told(refund, **changes))

    assert answer.json() == {"outcome": "applied", "reason": "amount_differs"}
    assert books() == ("disputed", 0)
    again = call(till.WRITTEN_SECRET, told(refund), message_id="msg_2")
    assert (again.status_code, books()) == (409, ("disputed", 0))


def test_a_forged_refund_callback_changes_nothing(refund: Refund) -> None:
    answer = call(FORGED, told(refund))

    assert (answer.status_code, books()) == (401, ("unknown", 0))


def test_a_refund_nobody_asked_for_is_refused_visibly(refund: Refund) -> None:
    answer = call(till.WRITTEN_SECRET, told(refund, refund="RF-2026-999999"))

    assert (answer.status_code, answer.json()["reason"]) == (409, "refund_unknown")
    assert outcomes()[-1] == ("refused", "refund_unknown")


def test_a_refund_of_another_order_is_refused_visibly(refund: Refund) -> None:
    make.order("A-2")

    answer = call(till.WRITTEN_SECRET, told(refund, external_number="A-2"))

    assert answer.json()["reason"] == "refund_of_another_order"
    assert books() == ("unknown", 0)


@pytest.mark.parametrize("refund", ["pending"], indirect=True)
def test_a_pending_refund_ends_with_its_callback(refund: Refund) -> None:
    assert refund.state == "pending"

    call(till.WRITTEN_SECRET, told(refund))

    assert books() == ("succeeded", 1)
    with moment.frozen(moment.now() + timedelta(days=1)):
        assert tasks.work_batch() == 0
