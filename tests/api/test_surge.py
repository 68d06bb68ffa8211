"""Surge mode through the API."""

from __future__ import annotations

import pytest

from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
PLAN = {
    "name": "Live sale",
    "queue": "audit",
    "by_rule": True,
    "trigger": {"waiting": 50, "calm_below": 10},
    "actions": [{"kind": "raise_limits", "percent": 150}, {"kind": "postpone_low"}],
    "reason": "spring",
}


def test_load_and_what_is_on_are_told() -> None:
    answer = Caller("incidents.view").get("surge").json()
    assert {one["queue"] for one in answer["queues"]} == {"audit", "mend", "exceptions"}
    assert all(len(one["forecast"]) == 24 for one in answer["queues"])
    assert answer["active"] == []


def test_a_plan_is_written_switched_on_and_ended() -> None:
    caller = Caller("incidents.view", "incidents.surge", "incidents.plans")
    saved = caller.put("surge-plans/live", PLAN)
    assert (saved.status_code, saved.json()["version"]) == (200, 1)
    started = caller.post("surges", {"plan": "live", "reason": "live sale"})
    surge = started.json()["surge"]
    assert [change["kind"] for change in started.json()["changes"]] == ["raise_limits"]
    assert caller.get("surge").json()["active"][0]["id"] == surge["id"]
    ended = caller.post(f"surges/{surge['id']}/end", {"reason": "over"}).json()
    assert (ended["surge"]["state"], ended["surge"]["undone"]) == ("ended", 1)
    assert caller.get("surges").json()["rows"][0]["end_reason"] == "over"


def test_a_plan_that_cannot_be_is_refused_by_its_part() -> None:
    caller = Caller("incidents.plans")
    answer = caller.put("surge-plans/live", PLAN | {"actions": [{"kind": "call_in", "team": "nobody"}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "unfit_surge_plan")


def test_a_second_surge_of_one_queue_is_refused() -> None:
    caller = Caller("incidents.surge")
    caller.post("surges", {"plan": "order-flood", "reason": "a"})
    assert caller.post("surges", {"plan": "order-flood", "reason": "b"}).json()["code"] == "already_surging"


def test_who_may_only_look_switches_nothing_on() -> None:
    assert Caller("incidents.view").post("surges", {"plan": "order-flood", "reason": "a"}).status_code == 403
