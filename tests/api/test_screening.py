"""Screening through the API: read it, decide about holds, change the rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from steward.kernel import moment
from steward.modules.orders.models import HoldDecision, Order, RuleSet
from tests import make
from tests.api.caller import CLIENT, Caller

pytestmark = pytest.mark.django_db


def held(caller: Caller) -> str:
    """Send an order that comes within seconds of signing up; return its number."""
    make.item(stock=5)
    now = moment.now()
    body: dict[str, Any] = msgspec.to_builtins(make.draft(placed_at=now, payments=[make.payment()]))
    body["origin"] = {"device_id": "dev-77aa", "registered_at": (now - timedelta(seconds=9)).isoformat()}
    number = caller.post("orders", msgspec.json.encode(body)).json()["number"]
    make.settle()
    return str(number)


def test_an_order_s_screening_is_read_with_reasons_in_words() -> None:
    caller = Caller("orders.enter", "orders.view")
    told = caller.get(f"orders/{held(caller)}/screening").json()
    assert (told["score"], told["is_held"], told["hold"]["outcome"]) == (55, True, "")
    assert told["reasons"][0]["text"] == "Ordered 9 seconds after signing up (limit 1 minute)"


def test_a_hold_is_released_with_a_reason() -> None:
    caller = Caller("orders.enter", "orders.view")
    number = held(caller)
    zhao = make.browser("zhao")
    answer = zhao.post(
        f"/api/v1/orders/{number}/screening/release", {"reason": "called"}, content_type="application/json"
    )
    assert answer.json()["hold"]["outcome"] == "released"
    assert Order.objects.get().state in ("audit", "approved")


def test_the_program_that_entered_an_order_does_not_release_it() -> None:
    caller = Caller("orders.enter", "orders.view", "orders.screen")
    number = held(caller)
    answer = caller.post(f"orders/{number}/screening/release", {"reason": "me"})
    assert (answer.status_code, answer.json()["code"]) == (403, "own_entry")
    assert caller.post(f"orders/{number}/screening/reject", {"reason": " "}).status_code == 422
    assert not HoldDecision.objects.exists()


def test_rules_are_read_changed_and_refused_with_every_flaw() -> None:
    zhao = make.browser("zhao")
    rules = zhao.get("/api/v1/screening/rules").json()
    body = {"name": "stricter", "hold_at": 40, "rules": rules["rules"], "activate_because": "after the back-test"}
    kept = zhao.put("/api/v1/screening/rules", body, content_type="application/json")
    assert (kept.json()["version"], kept.json()["state"]) == (2, "active")
    body["rules"] = [{**rules["rules"][3], "code": "one"}, {**rules["rules"][5], "code": "one", "window_s": 0}]
    refused = zhao.put("/api/v1/screening/rules", body, content_type="application/json")
    assert refused.status_code == 422
    assert {one["code"] for one in refused.json()["findings"]} == {"rule_twice", "rule_needs_window"}
    assert RuleSet.objects.count() == 2


def test_who_may_not_change_rules_is_refused() -> None:
    answer = CLIENT.put("/api/v1/screening/rules", {}, content_type="application/json")
    assert answer.status_code == 401
    caller = Caller("orders.view")
    assert caller.get("screening/rules").json()["version"] == 1
