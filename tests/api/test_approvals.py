"""Programs read what waits for a second person; people decide it through the interface as on the page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.receive import receive_orders
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


def entered() -> str:
    make.item(stock=5)
    draft = make.draft("H-1", payments=[make.payment()])
    number = receive_orders(make.clerk_lin(), intakes=[Intake(draft=draft, source="form")], now=make.NOW)[0].number
    make.settle()
    return number


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{address}", json.dumps(body), content_type="application/json")


def test_a_checker_types_again_and_agrees_through_the_interface() -> None:
    number, chen = entered(), make.browser("chen")
    typed = {"phone": "13812345521", "district": "西湖区", "street": "文三路90号5幢201室", "total": "199"}
    compared = post(chen, f"orders/{number}/verification/rekey", typed)
    assert compared.json()["differing"] == []
    answer = post(chen, f"orders/{number}/verification/verdict", {"verdict": "grant"})
    make.settle()
    assert answer.status_code == 200
    rounds = chen.get(f"/api/v1/orders/{number}/verification").json()["rows"]
    assert [(one["state"], one["cause"]) for one in rounds] == [("granted", "entered")]
    accuracy = chen.get("/api/v1/entry-accuracy").json()["rows"]
    assert {(one["field"], one["checked"], one["wrong"]) for one in accuracy} >= {("", 1, 0), ("recipient.phone", 1, 0)}


def test_a_program_sees_what_waits_but_decides_nothing() -> None:
    entered()
    caller = Caller("approvals.view", "approvals.decide")
    rows = caller.get("approvals").json()["rows"]
    assert [row["kind"] for row in rows] == ["order_entry"]
    assert caller.get("approvals?mine=true").json()["rows"] == []
    answer = caller.post(f"approvals/{rows[0]['id']}/decision", {"verdict": "grant"})
    assert answer.json()["code"] == "decided_elsewhere"


def test_a_program_of_one_shop_sees_no_approvals() -> None:
    assert Caller("approvals.view", scopes=["own"]).get("approvals").status_code == 403


def test_limits_are_read_and_set() -> None:
    admin = make.browser("admin")
    rows = admin.get("/api/v1/approval-policies").json()["rows"]
    refund = next(row for row in rows if row["kind"] == "refund")
    body = {"version": refund["version"], "tiers": [{"deciders": 1, "role": "finance", "currency": "CNY"}]}
    address = "/api/v1/approval-policies/refund"
    answer = admin.put(address, json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()["version"]) == (200, refund["version"] + 1)


def test_nobody_checks_their_own_entry_through_the_interface_either() -> None:
    make.item(stock=5)
    draft = make.draft("H-2", payments=[make.payment()])
    number = receive_orders(make.administrator(), intakes=[Intake(draft=draft, source="form")], now=make.NOW)[0].number
    make.settle()
    answer = post(make.browser("admin"), f"orders/{number}/verification/verdict", {"verdict": "grant"})
    assert (answer.status_code, answer.json()["code"]) == (403, "own_matter")
