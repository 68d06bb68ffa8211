"""The return policy through the API: versions, asks, proposals, reasons, and what after-sales has to know of items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from steward.kernel import moment
from steward.modules.catalog.models import Item
from steward.modules.logistics.tests import ship
from steward.modules.returns.commands import backtests
from steward.modules.returns.models import Policy
from steward.modules.returns.rules.policy_shipped import SHIPPED
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Let the API see the day of the tests."""
    with moment.frozen(make.NOW + timedelta(days=2)):
        yield


def rules(**changes: Any) -> list[dict[str, Any]]:
    """Return the first rules; `changes` are of the one that grants seven days."""
    written: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(SHIPPED))
    return [one | changes if one["code"] == "seven_days" else one for one in written]


def test_asks_are_answered_in_their_order_in_the_reader_s_language() -> None:
    number = ship.sent().order_number
    ship.heard(ship.said("delivered", hours=20))
    ask = {"order": number, "line": 1, "kind": "return_refund", "reason": "no_reason"}
    asks = [ask, ask | {"line": 2}, ask | {"reason": "flawed"}]

    rows = Caller("returns.view", language="zh-hans").post("return-verdicts", {"asks": asks}).json()["rows"]
    late = Caller("returns.view").post("return-verdicts", {"asks": [ask], "at": "2026-06-01T00:00:00Z"}).json()["rows"]

    assert [(one["eligible"], one["why"]) for one in rows] == [
        (True, ""),
        (False, "unknown_line"),
        (False, "evidence_missing"),
    ]
    assert (rows[0]["rule"], rows[0]["freight_payer"], rows[0]["version"]) == ("seven_days", "customer", 1)
    assert (late[0]["why"], late[0]["because"][:8]) == ("too_late", "Too late")


def test_orders_of_other_shops_do_not_exist_for_a_limited_token() -> None:
    number = ship.sent().order_number
    body = {"asks": [{"order": number, "line": 1, "kind": "exchange", "reason": "size"}]}

    assert Caller("returns.view", scopes=["tmall"]).post("return-verdicts", body).status_code == 404
    assert Caller("returns.view", scopes=["own"]).post("return-verdicts", body).status_code == 200
    assert Caller("orders.view").post("return-verdicts", body).status_code == 403


def test_rules_are_put_in_force_with_a_note_and_refused_with_findings() -> None:
    shop = Caller("returns.view", "returns.policies")
    body = {"rules": rules(within_days=8), "expected_version": 1, "note": "a day more"}

    made = shop.post("return-policies", body)
    again = shop.post("return-policies", body)
    odd = shop.post("return-policies", body | {"rules": rules(when={"reasons": ["whim"]}), "expected_version": 2})

    assert (made.status_code, made.json()["version"], made.json()["active"]) == (200, 2, True)
    assert (again.status_code, again.json()["code"]) == (409, "stale")
    assert (odd.status_code, odd.json()["code"]) == (422, "unfit_return_policy")
    assert odd.json()["findings"][0]["field"] == "rules.16.when.reasons"
    assert [one["version"] for one in shop.get("return-policies").json()] == [2, 1]
    assert shop.get("return-policies/1").json()["rules"] == rules()
    assert shop.get("return-policies/9").status_code == 404
    assert Policy.objects.filter(active=True).count() == 1


def test_a_token_limited_to_a_shop_changes_no_policy() -> None:
    body = {"rules": rules(), "expected_version": 1, "note": "x"}

    answer = Caller("returns.policies", scopes=["own"]).post("return-policies", body)

    assert (answer.status_code, answer.json()["code"]) == (403, "scoped_token")


def test_rules_are_tried_on_past_cases() -> None:
    shop = Caller("returns.view", "returns.policies")
    body = {"rules": rules(within_days=8), "from_date": "2026-01-01", "to_date": "2026-03-01"}

    asked = shop.post("return-policies/proposals", body).json()
    backtests.run_backtest(backtest_id=asked["id"], now=make.NOW)

    read = shop.get(f"return-policies/proposals/{asked['id']}").json()
    assert (asked["state"], read["state"], read["result"]["cases"]) == ("queued", "done", 0)


def test_reasons_are_listed_and_set() -> None:
    shop = Caller("returns.view", "returns.policies")
    words = {"zh-hans": "异味", "zh-hant": "異味", "en": "It smells"}
    body = {
        "labels": words,
        "fault": "merchant",
        "parent": "quality",
        "questions": [{"code": "aired", "labels": words}],
    }

    made = shop.put("return-reasons/smells", body)
    odd = shop.put("return-reasons/smells", body | {"questions": [{"code": "aired", "labels": words, "kind": "odd"}]})
    lost = shop.put("return-reasons/smells", body | {"parent": "nobody"})

    assert (made.status_code, made.json()["questions"][0]["kind"]) == (200, "text")
    assert (odd.status_code, odd.json()["findings"][0]["field"]) == (422, "questions.0.kind")
    assert lost.json()["findings"][0]["code"] == "unknown_reasons"
    assert "smells" in {one["code"] for one in shop.get("return-reasons").json()["rows"]}


def test_items_are_told_apart_for_after_sales() -> None:
    make.item()
    shop = Caller("catalog.edit", "stock.view")
    facts = {"sku": "TENT-2", "category": "camp/tents", "return_class": "custom_made", "warranty_months": 12}

    changed = shop.put("items/return-facts", {"items": [facts]}).json()
    again = shop.put("items/return-facts", {"items": [facts]}).json()
    odd = shop.put("items/return-facts", {"items": [facts | {"sku": "NOBODY"}]})

    assert (changed, again) == ({"changed": 1}, {"changed": 0})
    assert (odd.status_code, odd.json()["code"]) == (422, "unfit_item")
    item = Item.objects.get(sku="TENT-2")
    assert (item.category, item.return_class, item.warranty_months) == ("camp/tents", "custom_made", 12)
    assert shop.get("items", q="TENT").json()["rows"][0]["category"] == "camp/tents"
