"""Programs work exceptions, read why orders wait, and change the process."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.modules.orders.commands.exceptions_detecting import sweep
from steward.modules.orders.commands.progress import advance_orders
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


def number_of_new_order() -> str:
    make.item(stock=500)
    return make.order().number


def test_a_wish_is_recorded_taken_solved_and_read() -> None:
    number, caller = number_of_new_order(), Caller("orders.exceptions")
    chen = make.checker_chen()

    made = caller.post(f"orders/{number}/change-requests", {"wish": "Blue, please"})
    id_ = made.json()["row"]["id"]
    taken = caller.post(f"exceptions/{id_}", {"act": "take", "owner_id": chen.staff_id})
    solved = caller.post(
        f"exceptions/{id_}",
        {"act": "solve", "outcome": "customer_agreed", "cause": "customer_changed_mind", "reason": "done"},
    )

    assert made.status_code == 200
    assert taken.json()["row"]["state"] == "in_work"
    assert solved.json()["row"]["outcome"] == "customer_agreed"
    assert [note["what"] for note in caller.get(f"exceptions/{id_}").json()["notes"]] == ["assigned", "solved"]


def test_the_list_is_narrowed_and_refuses_what_it_does_not_know() -> None:
    number, caller = number_of_new_order(), Caller("orders.exceptions")
    caller.post(f"orders/{number}/change-requests", {"wish": "Blue, please"})

    assert len(caller.get("exceptions", detector="change_request").json()["rows"]) == 1
    assert caller.get("exceptions", detector="stuck").json()["rows"] == []
    assert caller.get("exceptions", detector="nonsense").status_code == 422
    assert caller.get("exceptions", color="red").status_code == 422


def test_what_is_watched_for_is_read_and_changed_and_refused_over_what_another_saved() -> None:
    caller = Caller("orders.exception_rules")
    stuck = next(row for row in caller.get("exception-rules").json() if row["code"] == "stuck")
    body = {name: stuck[name] for name in ("version", "active", "limits", "severity", "responsible_role")}

    changed = caller.put("exception-rules/stuck", body | {"severity": "high", "reason": "Too many"})
    assert (changed.status_code, changed.json()["severity"], changed.json()["version"]) == (200, "high", 2)
    assert caller.put("exception-rules/stuck", body | {"reason": "Again"}).json()["code"] == "stale"
    assert caller.put("exception-rules/none", body | {"reason": "Why"}).status_code == 404
    assert Caller("orders.exceptions").get("exception-rules").status_code == 403


def test_false_alarms_are_muted_by_rule_until_a_day_and_heard_again_before_it() -> None:
    number, caller = number_of_new_order(), Caller("orders.exceptions", "orders.exception_rules")
    caller.post(f"orders/{number}/change-requests", {"wish": "Blue, please"})
    body = {
        "detector": "change_request",
        "condition": [{"fact": "wish", "op": "is", "value": "Blue, please"}],
        "until": (moment.now() + timedelta(days=7)).isoformat(),
        "reason": "A test of the shop",
    }

    muted = caller.post("exception-mutes", body)
    assert (muted.status_code, muted.json()["silent"]) == (200, 1)
    assert caller.get("exceptions").json()["rows"] == []
    assert caller.post("exception-mutes", body | {"condition": []}).status_code == 422

    ended = caller.post(f"exception-mutes/{muted.json()['id']}/end")
    assert ended.json()["ended_at"] is not None
    assert len(caller.get("exceptions").json()["rows"]) == 1
    assert [one["id"] for one in caller.get("exception-mutes").json()] == [muted.json()["id"]]
    assert caller.post("exception-mutes/999/end").status_code == 404


def test_a_cause_is_added_named_retired_and_stays_counted() -> None:
    number, caller = number_of_new_order(), Caller("orders.exceptions", "orders.exception_rules")
    id_ = caller.post(f"orders/{number}/change-requests", {"wish": "Blue, please"}).json()["row"]["id"]
    body = {"group": "customer", "zh_hans": "气味敏感", "zh_hant": "氣味敏感", "en": "Sensitive to smells"}

    assert caller.put("exception-causes/customer_smell", body).json()["active"] is True
    listed = [(one["group"], one["code"]) for one in caller.get("exceptions/causes").json()]
    assert listed.index(("customer", "customer_smell")) == listed.index(("customer", "customer_twice")) + 1
    named = caller.post(f"exceptions/{id_}", {"act": "cause", "cause": "customer_smell"})
    assert named.json()["row"]["cause"] == "customer_smell"

    assert caller.put("exception-causes/customer_smell", body | {"active": False}).json()["active"] is False
    assert "customer_smell" not in [one["code"] for one in caller.get("exceptions/causes").json()]
    assert caller.post(f"exceptions/{id_}", {"act": "cause", "cause": "customer_smell"}).status_code == 404
    counted = caller.get("exception-figures").json()["by_cause"]
    assert [(one["code"], one["label"]) for one in counted] == [("customer_smell", "Sensitive to smells")]


def test_a_cause_that_cannot_be_is_refused_with_every_finding() -> None:
    caller = Caller("orders.exception_rules")
    body = {"group": "nowhere", "zh_hans": " ", "zh_hant": "氣味", "en": "Smells"}
    refused = caller.put("exception-causes/UPPER", body)
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["findings"]} == {"code", "group", "zh-hans"}
    assert caller.put("exception-causes/customer", body | {"group": "customer", "zh_hans": "气味"}).status_code == 422
    assert Caller("orders.exceptions").put("exception-causes/some_cause", body).status_code == 403


def test_causes_are_counted_for_programs_of_all_shops() -> None:
    number, caller = number_of_new_order(), Caller("orders.exceptions")
    id_ = caller.post(f"orders/{number}/change-requests", {"wish": "Blue, please"}).json()["row"]["id"]
    caller.post(f"exceptions/{id_}", {"act": "cause", "cause": "customer_changed_mind"})

    found = caller.get("exception-figures").json()
    assert [(one["code"], one["count"], one["together"]) for one in found["by_cause"]] == [
        ("customer_changed_mind", 1, 1.0)
    ]
    assert sum(week["opened"] for week in found["weeks"]) == 1
    assert [one["code"] for one in caller.get("exception-figures", by_group="true").json()["by_cause"]] == ["customer"]
    assert Caller("orders.exceptions", scopes=["own"]).get("exception-figures").status_code == 404


def test_an_exception_without_a_cause_is_not_solved() -> None:
    number, caller = number_of_new_order(), Caller("orders.exceptions")
    id_ = caller.post(f"orders/{number}/change-requests", {"wish": "Blue"}).json()["row"]["id"]

    answer = caller.post(f"exceptions/{id_}", {"act": "solve", "outcome": "customer_agreed"})

    assert (answer.status_code, answer.json()["code"]) == (422, "cause_missing")
    assert caller.get(f"exceptions/{id_}").json()["row"]["state"] == "open"


def test_another_shops_exceptions_do_not_exist_for_a_program() -> None:
    number = number_of_new_order()
    id_ = Caller("orders.exceptions").post(f"orders/{number}/change-requests", {"wish": "Blue"}).json()["row"]["id"]
    stranger = Caller("orders.exceptions", scopes=["tmall"])

    assert stranger.get("exceptions").json()["rows"] == []
    assert stranger.get(f"exceptions/{id_}").status_code == 404


def test_why_an_order_waits_is_told_and_a_late_audit_asks_why() -> None:
    make.item(stock=500)
    receipt = make.order(quantity=30, payments=[make.payment(30 * 19_900)])
    advance_orders(make.TESTER, order_ids=[receipt.order_id], now=make.NOW)
    caller = Caller("orders.view", "orders.audit")

    why = caller.get(f"orders/{receipt.number}/audit").json()
    bare = caller.post(f"orders/{receipt.number}/approve")
    said = caller.post(f"orders/{receipt.number}/approve", {"late_cause": "nobody_there"})

    assert why["reasons"] == ["above_limit"]
    assert (bare.status_code, bare.json()["code"]) == (422, "why_late")
    assert said.json()["order"]["state"] == "approved"


def test_a_step_is_changed_once_per_version() -> None:
    caller = Caller("orders.view", "orders.process", "settings.policies")
    body = {
        "version": 1,
        "responsible_role": "supervisor",
        "zh_hans": "核对。",
        "zh_hant": "核對。",
        "en": "Check.",
        "reason": "shorter",
        "target_s": 1_800,
    }

    first, second = caller.post("process/audit", body), caller.post("process/audit", body)

    step = next(one for one in caller.get("process").json() if one["code"] == "audit")
    assert (first.status_code, second.status_code) == (200, 409)
    assert (step["version"], step["target_s"], step["instruction"]["en"]) == (2, 1_800, "Check.")


def test_a_program_without_the_permission_sees_nothing() -> None:
    make.item(stock=5)
    make.order(payments=[make.payment()], recipient=make.recipient(street=""))
    sweep(make.TESTER, now=make.NOW + timedelta(hours=5))

    assert Caller("orders.view").get("exceptions").status_code == 403
