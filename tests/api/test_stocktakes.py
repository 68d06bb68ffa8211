"""Stocktakes through the API: counted blind by programs and people alike."""

from __future__ import annotations

import pytest

from steward.modules.approvals import commands as approvals
from steward.modules.inventory.models import Movement, Stock, StocktakeCount
from steward.modules.inventory.tests import counting
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
LEAD = ("stock.view", "stock.stocktake")
COUNTER = ("stock.view", "stock.count")
ON_HAND = 7_391


def planned(lead: Caller) -> tuple[str, int]:
    """Plan a stocktake; return its number and its sheet."""
    number = lead.post("stocktakes", {"warehouse": "hangzhou"}).json()["number"]
    return number, lead.get(f"stocktakes/{number}").json()["sheets"][0]["id"]


def test_a_stocktake_goes_through_the_api() -> None:
    make.item(stock=5)
    lead, first, second = Caller(*LEAD), Caller(*COUNTER), Caller(*COUNTER, owner="wang")
    number, sheet = planned(lead)

    line = first.post(f"stocktake-sheets/{sheet}/scans", {"code": "TENT-2"}).json()["line_id"]
    assert first.post(f"stocktake-sheets/{sheet}/scans", {"code": "3", "line_id": line}).json()["counted"] == 3
    assert first.post(f"stocktake-sheets/{sheet}/hand-in").json() == {"state": "comparing"}
    difference = lead.get(f"stocktakes/{number}").json()["differences"][0]
    assert (difference["difference"], difference["must_recount"]) == (-2, True)
    assert lead.post(f"stocktakes/{number}/submit").json()["code"] == "recount_missing"
    assert lead.post(f"stocktakes/{number}/recount").json() == {"lines": 1}
    again = second.get("stocktake-sheets").json()["rows"][0]["id"]
    counts = {"counts": [{"sku": "TENT-2", "quantity": 4}]}
    assert second.put(f"stocktake-sheets/{again}/counts", counts).json() == {"counted": 1}
    second.post(f"stocktake-sheets/{again}/hand-in")
    assert lead.post(f"stocktakes/{number}/submit").json() == {"state": "awaiting_approval"}
    approval = lead.get(f"stocktakes/{number}").json()["approval_id"]
    approvals.decide(make.manager_zhao(), approval_id=approval, verdict="grant", now=counting.LATER)
    make.settle()

    done = lead.get(f"stocktakes/{number}").json()
    assert (done["state"], done["differences"][0]["booked"]) == ("done", -1)
    assert done["accuracy"]["line_share"] == 0
    assert [one["line_share"] for one in done["by_counter"]] == [0, 1]
    assert Stock.objects.get().on_hand == 4
    assert lead.get("stocktakes", state="done").json()["rows"][0]["differing"] == 1


def test_a_counter_gets_no_number_of_the_books() -> None:
    make.item(stock=ON_HAND)
    number, sheet = planned(Caller(*LEAD))
    counter = Caller(*COUNTER)

    said = [
        counter.get(path).content
        for path in ("stocktakes", f"stocktakes/{number}", "stocktake-sheets", f"stocktake-sheets/{sheet}")
    ]
    said.append(counter.post(f"stocktake-sheets/{sheet}/scans", {"code": "TENT-2"}).content)
    said.append(counter.post(f"stocktake-sheets/{sheet}/hand-in").content)
    said.append(counter.get(f"stocktakes/{number}").content)

    assert [text for text in said if str(ON_HAND).encode() in text or b'"expected"' in text] == []


def test_bad_counts_are_all_named_and_none_is_written() -> None:
    make.item(stock=5)
    make.item("LAMP-1", stock=5)
    _number, sheet = planned(Caller(*LEAD))
    counts = [{"sku": "LAMP-1", "quantity": 5}, {"sku": "TENT-2", "quantity": -1}, {"sku": "NO", "quantity": 1}]

    refused = Caller(*COUNTER).put(f"stocktake-sheets/{sheet}/counts", {"counts": counts})

    assert refused.status_code == 422
    found = [(one["field"], one["code"]) for one in refused.json()["findings"]]
    assert found == [("counts.1.quantity", "negative"), ("counts.2.sku", "unknown_sku")]
    assert not StocktakeCount.objects.filter(counted__isnull=False).exists()


def test_a_scan_sent_again_counts_once() -> None:
    make.item(stock=5)
    _number, sheet = planned(Caller(*LEAD))
    counter = Caller(*COUNTER)

    for _ in range(2):
        counter.post(f"stocktake-sheets/{sheet}/scans", {"code": "TENT-2"}, key="scan-1")

    assert StocktakeCount.objects.get().counted == 1


def test_programs_without_the_permission_plan_and_count_nothing() -> None:
    make.item(stock=5)
    _number, sheet = planned(Caller(*LEAD))

    assert Caller(*COUNTER).post("stocktakes", {"warehouse": "hangzhou"}).status_code == 403
    assert Caller(*LEAD).get(f"stocktake-sheets/{sheet}").status_code == 403
    assert Caller(*LEAD).post(f"stocktake-sheets/{sheet}/scans", {"code": "TENT-2"}).status_code == 403
    assert not Movement.objects.filter(kind="counted").exists()
