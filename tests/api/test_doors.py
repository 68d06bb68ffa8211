"""Who gets in, how errors look, in which language, how often."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from steward.modules.inventory.models import Movement
from tests import make
from tests.api.caller import Caller, order_body

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def test_nobody_gets_in_without_a_token() -> None:
    answer = Client().get("/api/v1/orders")

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (401, PROBLEM, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer stw_wrong", "Bearer ", "Basic eA==", "stw_x"])
def test_a_wrong_token_opens_nothing(header: str) -> None:
    assert Client().get("/api/v1/orders", headers={"authorization": header}).status_code == 401


def test_a_missing_permission_is_named_and_nothing_happens() -> None:
    answer = Caller("orders.view").post("orders", order_body())

    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert "orders.enter" in answer.json()["title"]


def test_a_person_signed_in_with_a_browser_reads_without_a_token() -> None:
    assert make.browser("lin").get("/api/v1/orders").status_code == 200


def test_a_browser_changes_nothing_without_the_csrf_token() -> None:
    make.item(stock=1)
    number = make.order().number
    make.manager_zhao()
    client = make.browser("zhao")
    client.handler.enforce_csrf_checks = True

    answer = client.post(f"/api/v1/orders/{number}/cancel", {"cause": "customer"}, "application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def test_an_address_that_does_not_exist_is_a_problem() -> None:
    answer = Caller().get("nowhere/at/all")

    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


def test_a_method_that_is_not_allowed_is_a_problem_that_names_the_others() -> None:
    answer = Client().delete("/api/v1/orders")

    assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM)
    assert {method.strip() for method in answer["Allow"].split(",")} == {"GET", "POST"}


@pytest.mark.parametrize(
    ("language", "text"), [("en", "This must be at least 1."), ("zh-CN", "at least"), ("", "This must be at least 1.")]
)
def test_findings_name_field_place_and_reason(language: str, text: str) -> None:
    answer = Caller("orders.view", language=language).get("orders", limit=0)

    (finding,) = answer.json()["findings"]
    assert (answer.status_code, finding["field"], finding["in"]) == (422, "limit", "query")
    assert finding["code"] == "greater_than_equal"
    assert finding["message"]


def test_an_unknown_filter_is_refused_instead_of_ignored() -> None:
    assert Caller("orders.view").get("orders", colour="red").json()["findings"][0]["field"] == "colour"


@pytest.mark.parametrize("path", ["orders/%00", "orders/" + "9" * 81, "imports/99999999999999999999", "imports/x"])
def test_numbers_that_cannot_be_are_refused(path: str) -> None:
    assert Caller("orders.view", "orders.import").get(path).status_code in (404, 422)


def test_zero_characters_are_refused_before_they_reach_the_database() -> None:
    assert Caller("orders.view").get("orders", q="a\0b").status_code == 422


def test_the_callers_language_speaks_in_problems() -> None:
    chinese = Client().get("/api/v1/orders", headers={"accept-language": "zh-CN"})

    assert chinese["Content-Language"] == "zh-hans"


def test_too_many_requests_are_told_to_wait(settings: Settings) -> None:
    caller = Caller("orders.view")
    settings.API_CALLS_PER_MINUTE = 2

    answers = [caller.get("shops") for _ in range(4)]

    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1].json()["code"] == "too_many_requests"


def test_an_overlong_idempotency_key_is_refused() -> None:
    answer = Caller("stock.move").post("stock/movements", {"movements": []}, key="k" * 201)

    assert answer.status_code == 422


def test_a_key_stands_for_one_request_of_one_caller() -> None:
    make.item(stock=1)
    body = {"movements": [{"warehouse": "hangzhou", "sku": "TENT-2", "kind": "received", "quantity": 4}]}
    first, second = Caller("stock.move"), Caller("stock.move")

    answers = [first.post("stock/movements", body, key="k"), first.post("stock/movements", body, key="k")]
    reused = first.post("stock/movements", {"movements": [body["movements"][0] | {"quantity": 9}]}, key="k")
    other = second.post("stock/movements", body, key="k")

    assert [answer.get("Idempotent-Replay") for answer in answers] == [None, "true"]
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")
    assert other.get("Idempotent-Replay") is None
    assert Movement.objects.filter(quantity=4).count() == 2
