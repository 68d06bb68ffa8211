"""Orders come in, are read and are worked on through the API."""

from __future__ import annotations

import msgspec
import pytest

from steward.kernel.models import Event
from steward.modules.orders.models import Order
from steward.modules.payments.models import Entry
from tests import make
from tests.api.caller import NDJSON, Caller, lines, order_body

pytestmark = pytest.mark.django_db


def test_an_order_comes_in_and_is_read_back() -> None:
    make.item(stock=5)
    caller = Caller("orders.enter", "orders.view")

    entered = caller.post("orders", order_body())
    read = caller.get(f"orders/{entered.json()['number']}").json()

    assert (entered.status_code, entered.json()["outcome"]) == (201, "created")
    assert read["order"]["external_number"] == "A-1"
    assert read["lines"][0]["sku"] == "TENT-2"


def test_the_same_order_again_is_a_duplicate_not_a_second_order() -> None:
    make.item(stock=5)
    caller = Caller("orders.enter")
    caller.post("orders", order_body())

    again = caller.post("orders", order_body())

    assert (again.status_code, again.json()["outcome"]) == (200, "duplicate")
    assert Order.objects.count() == 1


def test_the_same_number_with_other_content_is_a_visible_conflict() -> None:
    make.item(stock=5)
    caller = Caller("orders.enter")
    caller.post("orders", order_body())

    other = caller.post("orders", order_body(quantity=2))

    assert (other.status_code, other.json()["code"]) == (409, "content_differs")
    assert other["Content-Type"] == "application/problem+json"


def test_an_order_of_an_unknown_shop_is_rejected_with_the_field() -> None:
    rejected = Caller("orders.enter").post("orders", order_body(shop="nowhere"))

    assert (rejected.status_code, rejected.json()["code"]) == (422, "shop_unknown")
    assert rejected.json()["findings"][0]["field"] == "shop"


def test_everything_that_is_wrong_with_the_shape_is_named_at_once() -> None:
    body = {
        "shop": "own",
        "placed_at": "yesterday",
        "currency": "yuan",
        "lines": [{"sku": "TENT-2", "quantity": 0}, {"sku": 7, "colour": "red"}],
    }

    answer = Caller("orders.enter").post("orders", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert {one["field"] for one in answer.json()["findings"]} == {
        "external_number",
        "placed_at",
        "currency",
        "lines.0.quantity",
        "lines.1.sku",
        "lines.1.colour",
    }


@pytest.mark.parametrize("body", [b"", b"{nope", b"[None]", b"[" * 100_000, b'{"shop":"\xff"}'])
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    answer = Caller("orders.enter").post("orders", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_stream_answers_every_line_in_order() -> None:
    make.item(stock=5)
    body = lines(make.draft("A-1"), b"{nope", b"", make.draft("A-2", shop="nowhere"), make.draft("A-1"), b'{"shop":1}')

    answer = Caller("orders.enter").post("orders/bulk", body, content_type=NDJSON)

    replies = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert answer["Content-Type"] == NDJSON
    assert [(one["line"], one["outcome"], one["code"]) for one in replies] == [
        (1, "created", ""),
        (2, "rejected", "malformed"),
        (4, "rejected", "shop_unknown"),
        (5, "duplicate", ""),
        (6, "rejected", "bad_input"),
    ]


def test_a_repeated_key_gives_the_same_answer_and_no_second_order() -> None:
    make.item(stock=5)
    caller = Caller("orders.enter")
    first = caller.post("orders", order_body(), key="k-1")

    again = caller.post("orders", order_body(), key="k-1")

    assert again.json()["number"] == first.json()["number"]
    assert again["Idempotent-Replay"] == "true"


def test_a_key_reused_for_another_order_is_refused() -> None:
    make.item(stock=5)
    caller = Caller("orders.enter")
    caller.post("orders", order_body(), key="k-1")

    other = caller.post("orders", order_body("A-2"), key="k-1")

    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert Order.objects.count() == 1


def test_a_token_limited_to_a_shop_neither_enters_nor_sees_orders_of_others() -> None:
    make.item(stock=5)
    number = make.order().number
    caller = Caller("orders.enter", "orders.view", scopes=["tmall"])

    assert caller.post("orders", order_body("A-2")).status_code == 403
    assert caller.get(f"orders/{number}").status_code == 404
    assert caller.get("orders").json()["rows"] == []


def test_a_list_goes_page_by_page_newest_first() -> None:
    make.item(stock=9)
    numbers = [make.order(f"A-{n}").number for n in range(5)]
    caller = Caller("orders.view")

    first = caller.get("orders", limit=3).json()
    second = caller.get("orders", limit=3, after=first["next_after"]).json()

    assert [row["number"] for row in first["rows"] + second["rows"]] == numbers[::-1]
    assert second["next_after"] is None


def test_a_list_is_narrowed_by_filters() -> None:
    make.item(stock=9)
    paid = make.order("A-1", payments=[make.payment()]).number
    make.order("A-2")

    rows = Caller("orders.view").get("orders", payment_state="paid", shop="own").json()["rows"]

    assert [row["number"] for row in rows] == [paid]


def test_personal_data_are_masked_until_revealed_and_the_reading_is_recorded() -> None:
    make.item(stock=5)
    number = make.order().number
    caller = Caller("orders.view", "orders.reveal")

    masked = caller.get(f"orders/{number}").content.decode()
    revealed = caller.post(f"orders/{number}/reveal", {"reason": "call back"})

    assert "13812345521" not in masked
    assert "13812345521" in revealed.content.decode()
    assert Event.objects.filter(kind="orders.order_revealed").count() == 1


def test_cancelling_answers_with_the_order_as_it_is_then() -> None:
    make.item(stock=5)
    number = make.order().number

    answer = Caller("orders.cancel").post(f"orders/{number}/cancel", {"cause": "customer"})

    assert answer.status_code == 200, answer.content
    assert (answer.json()["order"]["state"], answer.json()["cancel_cause"]) == ("cancelled", "customer")


def test_cancelling_twice_under_one_key_cancels_once() -> None:
    make.item(stock=5)
    number = make.order().number
    caller = Caller("orders.cancel")
    body = {"cause": "customer"}
    first = caller.post(f"orders/{number}/cancel", body, key="k")

    again = caller.post(f"orders/{number}/cancel", body, key="k")

    assert (again.status_code, again.content) == (200, first.content)
    assert Event.objects.filter(kind="orders.order_cancelled").count() == 1


def test_a_refused_change_keeps_no_reply_so_that_the_key_can_be_used_again() -> None:
    make.item(stock=5)
    number = make.order().number
    caller = Caller("orders.cancel")
    refused = caller.post(f"orders/{number}/cancel", {"cause": "no_such_cause"}, key="k")

    mended = caller.post(f"orders/{number}/cancel", {"cause": "customer"}, key="k")

    assert (refused.status_code // 100, mended.status_code) == (4, 200)


def test_approving_an_order_that_is_not_due_is_refused_in_words() -> None:
    make.item(stock=5)
    number = make.order().number

    answer = Caller("orders.audit").post(f"orders/{number}/approve")

    assert answer.status_code == 409
    assert answer.json()["title"]


def test_recorded_payments_count_once_and_bad_ones_come_back() -> None:
    make.item(stock=5)
    number = make.order().number
    caller = Caller("payments.record")
    good = {"transaction": "T-9", "amount_minor": 19_900, "currency": "CNY", "happened_at": "2026-03-02T10:00:00+08:00"}

    answer = caller.post(f"orders/{number}/payments", {"entries": [good, good, good | {"currency": "ABC"}]})

    assert [one["outcome"] for one in answer.json()["results"]] == ["recorded", "duplicate", "refused"]
    assert Entry.objects.get().amount_minor == 19_900
