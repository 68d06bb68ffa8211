"""Programs open cases, read them, and take every step people can."""

from __future__ import annotations

import pytest

from steward.kernel import moment
from steward.modules.returns.commands import deciding
from steward.modules.returns.commands.drafts import CaseReceipt
from steward.modules.returns.models import Case, Piece, RefundDue
from steward.modules.returns.tests import case, swaps
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
ALL = ("returns.view", "returns.request", "returns.decide", "returns.receive", "returns.inspect", "returns.refund")


def _draft(number: str, quantity: int = 1, **facts: object) -> dict[str, object]:
    lines = [{"position": 1, "quantity": quantity}]
    return {"order": number, "kind": "return_refund", "reason": "no_reason", "lines": lines} | facts


def test_drafts_are_answered_one_by_one_and_once_under_a_key() -> None:
    order = case.delivered(1)
    body = {"cases": [_draft(order.number), _draft("SO-2026-999999"), _draft(order.number)]}
    caller = Caller("returns.request")

    with moment.frozen(case.LATER):
        first = caller.post("returns/cases", body, key="k1")
        again = caller.post("returns/cases", body, key="k1")

    results = first.json()["results"]
    assert [one["state"] or one["refusal"]["code"] for one in results] == [
        "approved",
        "unknown_order",
        "claimed_already",
    ]
    assert again.json() == first.json()
    assert Case.objects.count() == 1


def test_a_case_goes_all_the_way_by_program() -> None:
    order = case.delivered(1)
    caller = Caller(*ALL)

    with moment.frozen(case.LATER):
        number = caller.post("returns/cases", {"cases": [_draft(order.number)]}).json()["results"][0]["number"]
        sent = caller.post(f"returns/cases/{number}/parcels", {"tracking_number": "SF7770000000001", "carrier": "sf"})
        piece = sent.json()["pieces"][0]["id"]
        came = caller.post(f"returns/cases/{number}/arrivals", {"pieces": [{"piece_id": piece, "verb": "receive"}]})
        found = caller.post(f"returns/cases/{number}/inspections", {"findings": [{"piece_id": piece, "grade": "A"}]})
        paid = caller.post(f"returns/cases/{number}/refunds", {})
        twice = caller.post(f"returns/cases/{number}/refunds", {})

    assert [sent.status_code, came.status_code, found.status_code, paid.status_code] == [200] * 4
    assert came.json()["next"]["code"] == "inspect"
    assert found.json()["pieces"][0]["inspection"]["disposition"] == "restock"
    assert paid.json()["refunds"][0]["amount_minor"] == 19_900
    assert (twice.status_code, twice.json()["code"], RefundDue.objects.count()) == (409, "nothing_due", 1)


def test_cases_of_other_shops_do_not_exist() -> None:
    receipt = case.opened(case.delivered(1))
    other = Caller(*ALL, scopes=["tmall"])

    assert other.get(f"returns/cases/{receipt.number}").status_code == 404
    assert other.post(f"returns/cases/{receipt.number}/withdraw", {"reason": "x"}).status_code == 404
    assert other.get("returns/cases").json()["rows"] == []
    assert Caller("returns.view").get("returns/cases?queue=send").json()["rows"][0]["number"] == receipt.number


def _asked(caller: Caller) -> tuple[str, int]:
    """Let a program open a case that waits for a decision, and offer help first."""
    order = case.delivered(3)
    number = caller.post("returns/cases", {"cases": [_draft(order.number, 3)]}).json()["results"][0]["number"]
    help_ = {"kind": "tutorial", "words": "先拉开两侧的扣", "link": "https://example.com/tent"}
    offered = caller.post(f"returns/cases/{number}/guidance", help_)
    assert offered.status_code == 200, offered.json()
    [one] = offered.json()["guidance"]
    assert (one["words"], one["outcome"]) == ("先拉开两侧的扣", "")
    return number, one["id"]


def test_help_that_helped_solves_the_case_and_frees_its_pieces() -> None:
    caller = Caller(*ALL)
    with moment.frozen(case.LATER):
        number, id_ = _asked(caller)

        solved = caller.post(f"returns/cases/{number}/guidance/{id_}/answer", {"outcome": "helped"}).json()
        again = caller.post(f"returns/cases/{number}/guidance/{id_}/answer", {"outcome": "did_not"}).json()
        approved = caller.post(f"returns/cases/{number}/approve", {})

    assert (solved["row"]["state"], solved["closed_at"] is not None) == ("solved", True)
    assert again["guidance"][0]["outcome"] == "helped"
    assert approved.status_code == 409
    assert not Piece.objects.filter(live=True).exists()
    receipt = CaseReceipt(number=number, id=solved["row"]["id"])
    assert [one.outcome for one in case.clocks(receipt, "case_decision")] == ["cancelled"]


def test_after_help_that_did_not_help_the_case_goes_on() -> None:
    caller = Caller(*ALL)
    with moment.frozen(case.LATER):
        number, id_ = _asked(caller)

        said = caller.post(f"returns/cases/{number}/guidance/{id_}/answer", {"outcome": "did_not"}).json()
        other = caller.post(f"returns/cases/{number}/guidance/{id_ + 1}/answer", {"outcome": "helped"})
        deciding.approve_case(make.manager_zhao(), case_id=said["row"]["id"], now=case.LATER)
        late = caller.post(f"returns/cases/{number}/guidance", {"kind": "part", "words": "新杆"})

    assert (said["row"]["state"], said["guidance"][0]["outcome"]) == ("requested", "did_not")
    assert (other.status_code, late.status_code) == (404, 409)
    assert Piece.objects.filter(live=True).count() == 3


def test_surplus_a_program_reports_twice_is_noted_once() -> None:
    receipt = case.opened(case.delivered(1))
    caller = Caller(*ALL)
    body = {"surplus": [{"key": "scan-7", "quantity": 2, "note": "多寄了", "sku": "TENT-2"}]}

    with moment.frozen(case.LATER):
        answers = [caller.post(f"returns/cases/{receipt.number}/arrivals", body) for _twice in range(2)]

    assert [one.status_code for one in answers] == [200, 200]
    assert [(one["key"], one["quantity"], one["booked"]) for one in answers[1].json()["surplus"]] == [
        ("scan-7", 2, True)
    ]
    assert caller.post(f"returns/cases/{receipt.number}/arrivals", {}).status_code == 422


def test_a_program_names_no_file_that_is_not_its_customers() -> None:
    order = case.delivered(1)
    caller = Caller(*ALL)

    with moment.frozen(case.LATER):
        [refused] = caller.post("returns/cases", {"cases": [_draft(order.number, attachment_ids=[7])]}).json()[
            "results"
        ]

    assert refused["refusal"]["code"] == "unknown_file"
    assert "7" in refused["refusal"]["text"]


def test_an_exchange_is_previewed_opened_and_chosen_anew_by_program() -> None:
    order = case.delivered(2)
    swaps.shelf(price_minor=29_900)
    caller = Caller(*ALL)
    lines = [{"position": 1, "quantity": 1, "instead": swaps.DEARER}]

    with moment.frozen(case.LATER):
        asked = {"order": order.number, "reason": "no_reason", "lines": lines}
        seen = caller.post("returns/exchange-previews", asked).json()
        draft = _draft(order.number, kind="exchange", lines=lines)
        number = caller.post("returns/cases", {"cases": [draft]}).json()["results"][0]["number"]
        full = caller.get(f"returns/cases/{number}").json()
        again = caller.post(f"returns/cases/{number}/replacement", {"lines": []})
        money = caller.post(f"returns/cases/{number}/refund-instead", {}).json()

    assert (seen["to_pay_minor"], seen["is_there"], seen["sent"][0]["free"]) == (10_000, True, 5)
    assert seen["sent"][0]["warehouses"]
    assert (full["exchange"]["state"], full["exchange"]["to_pay_minor"]) == ("reserved", 10_000)
    assert full["exchange"]["swaps"][0]["sku"] == swaps.DEARER
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_choose")
    assert (money["row"]["kind"], money["exchange"]["state"]) == ("return_refund", "ended")
    assert swaps.free(swaps.DEARER) == 5
