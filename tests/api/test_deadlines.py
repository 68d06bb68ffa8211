"""Time limits and clocks through the API."""

from __future__ import annotations

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


def test_a_token_of_one_shop_reads_no_clocks_by_their_number() -> None:
    caller = Caller("orders.view", scopes=["own"])
    assert caller.get("clocks", subject_kind="order", subject_id=1).status_code == 404
