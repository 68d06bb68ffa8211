"""Time limits and clocks through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from steward.kernel import moment
from tests import make
from tests.api.caller import CLIENT, Caller

pytestmark = pytest.mark.django_db


def put(caller: Caller, policy_id: int, body: dict[str, Any]) -> Any:
    return CLIENT.put(
        f"/api/v1/policies/{policy_id}",
        msgspec.json.encode(body),
        content_type="application/json",
        headers=caller._headers,
    )


def test_a_policy_is_read_changed_and_refused_when_replaced() -> None:
    caller = Caller("settings.policies")
    rows = caller.get("policies").json()["rows"]
    audit = next(row for row in rows if row["clock_kind"] == "order_audit")
    body = {"target_s": 1_800, "responsible_role": "order_checker", "ladder": audit["ladder"], "reason": "Peak"}

    changed = put(caller, audit["id"], body)
    assert (changed.status_code, changed.json()["target_s"], changed.json()["version"]) == (200, 1_800, 2)
    assert put(caller, audit["id"], body).status_code == 409
    assert put(caller, changed.json()["id"], body | {"calendar": "moon"}).json()["code"] == "unfit_policy"


def test_the_clocks_of_an_order_are_listed_as_they_stand() -> None:
    make.item(stock=5)
    with moment.frozen(make.NOW):
        received = make.order("A-1")
        answer = Caller("orders.view").get("clocks", subject_kind="order", subject_id=received.order_id)
    rows = answer.json()["rows"]
    assert [(row["kind"], row["state"]) for row in rows] == [("order_payment", "running")]


def test_a_line_is_tried_out_added_and_taken_out_of_force_and_its_versions_are_read() -> None:
    caller = Caller("settings.policies")
    make.team()
    body = {
        "target_s": 3_600,
        "responsible_role": "customer_service",
        "calendar": "cn-office",
        "team_calendar": True,
        "warnings": [{"share": 0.5}],
        "condition": [{"fact": "level", "op": "is", "value": "gold"}],
        "reason": "Gold",
    }
    tried = caller.post("policies/preview", body | {"starts_at": "2026-03-06T17:50:00+08:00"}).json()
    assert tried["due_at"] == "2026-03-09T01:50:00Z"
    assert [step["kind"] for step in tried["steps"]] == ["warned", "breached"]
    assert [(one["team"], one["due_at"]) for one in tried["teams"]] == [("客服一组", "2026-03-06T10:50:00Z")]
    assert caller.post("policies/preview", body | {"starts_at": "2026-03-06T17:50:00"}).status_code == 422

    assert caller.post("policies/preview", body | {"starts_at": "9999-12-31T23:59:59-12:00"}).status_code == 422

    kind = {"subject_kind": "ticket", "clock_kind": "first_reply", "code": "gold"}
    added = caller.post("policies", body | kind)
    assert (added.status_code, added.json()["version"], added.json()["team_calendar"]) == (200, 1, True)
    assert caller.post("policies", body | kind).json()["code"] == "policy_exists"
    changed = put(caller, added.json()["id"], body | {"target_s": 1_800}).json()
    versions = caller.get(f"policies/{changed['id']}/versions").json()["rows"]
    assert [(one["version"], one["target_s"]) for one in versions] == [(2, 1_800), (1, 3_600)]

    assert caller.post(f"policies/{changed['id']}/retire", {"reason": "over"}).json()["active"] is False
    assert caller.post(f"policies/{changed['id']}/retire", {"reason": "over"}).status_code == 409
    assert caller.get("policies/0/versions").status_code == 404


def test_a_program_dates_a_clock_from_outside_and_lets_it_wait() -> None:
    make.item(stock=5)
    caller = Caller("deadlines.clocks", "orders.view")
    with moment.frozen(make.NOW):
        order_id = make.order("A-1", recipient=make.recipient(street="")).order_id
        clock = caller.get("clocks", subject_kind="order", subject_id=order_id).json()["rows"][0]
        about = {"subject_kind": "order", "subject_id": order_id, "kind": clock["kind"]}
        due = (make.NOW + timedelta(hours=3)).isoformat()

        waits = caller.post("clocks", about | {"act": "pause", "waits_for": "waiting_for_customer"}).json()["rows"][0]
        assert (waits["state"], waits["paused_reason"], waits["due_at"]) == ("paused", "waiting_for_customer", None)
        assert caller.post("clocks", about | {"act": "resume"}).json()["rows"][0]["state"] == "running"
        dated = caller.post("clocks", about | {"act": "due", "due_at": due, "reason": "Dispute"}).json()["rows"][0]
        assert (dated["external"], dated["remaining_s"]) == (True, 10_800)
        assert caller.post("clocks", about | {"act": "pause", "waits_for": "waiting_for_customer"}).status_code == 409
        assert caller.post("clocks", about | {"act": "due", "due_at": due}).json()["code"] == "clock_reason_missing"
        back = caller.post("clocks", about | {"act": "release", "reason": "Closed there"}).json()["rows"][0]
    assert [(one["what"], one["reason"]) for one in back["history"]] == [
        ("paused", "waiting_for_customer"),
        ("resumed", "answered"),
        ("due_set", "Dispute"),
        ("due_released", "Closed there"),
    ]
    assert Caller("deadlines.clocks", scopes=["own"]).post("clocks", about | {"act": "resume"}).status_code == 404
    assert Caller("orders.view").post("clocks", about | {"act": "resume"}).status_code == 403


def test_a_token_of_one_shop_reads_no_clocks_by_their_number() -> None:
    caller = Caller("orders.view", scopes=["own"])
    assert caller.get("clocks", subject_kind="order", subject_id=1).status_code == 404
