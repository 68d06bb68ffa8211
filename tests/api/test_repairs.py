"""Programs ask for warranties, take every step of a repair, and providers pay what is owed for it."""

from __future__ import annotations

import pytest

from steward.kernel import moment, parked
from steward.modules.payments.models import Callback
from steward.modules.returns.commands import repairing_quotes
from steward.modules.returns.models import Repair, RepairCharge, RepairQuote
from steward.modules.returns.tests import case, mending
from tests import make
from tests.api.caller import Caller
from tests.api.test_payment_callbacks import body, call

pytestmark = pytest.mark.django_db
ALL = ("returns.view", "returns.request", "returns.decide", "returns.repair", "payments.record")


def test_warranties_of_an_order_are_told_before_anything_moves() -> None:
    order = mending.sold()

    with moment.frozen(case.LATER):
        lines = Caller(*ALL).get(f"orders/{order.number}/warranties").json()["lines"]
        elsewhere = Caller(*ALL, scopes=["other"]).get(f"orders/{order.number}/warranties")

    assert [(one["status"], one["why"]) for one in lines] == [("in", "within")]
    assert elsewhere.status_code == 404


def test_a_repair_goes_all_the_way_by_program_and_its_quote_is_paid_by_a_provider() -> None:
    make.item("PSU-1", stock=1, price_minor=9_900)
    secret = make.provider()
    receipt = mending.asked(mending.sold(months=1), now=mending.AFTER)
    number = mending.came(receipt, now=mending.AFTER).number
    caller, at = Caller(*ALL), f"returns/repairs/{number}"

    with moment.frozen(mending.AFTER):
        found = {"fault": "power", "cause": "defect", "minutes": 10, "parts": [{"sku": "PSU-1"}]}
        assert caller.post(f"{at}/diagnosis", found).json()["row"]["state"] == "diagnosed"
        quoted = caller.post(f"{at}/quotes", {"minutes": 30}, key="q1").json()
        assert caller.post(f"{at}/quotes", {"minutes": 30}, key="q1").json() == quoted
        quote = quoted["quotes"][0]
        assert quote["total_minor"] == 15_900
        agreed = caller.post(f"{at}/answer", {"quote_id": quote["id"], "approved": True}).json()
        assert [(one["number"], one["state"]) for one in agreed["charges"]] == [(number, "due")]
        caller.post(f"{at}/begin")
        assert caller.post(f"{at}/test", {"passed": True, "minutes": 25}).json()["row"]["state"] == "ready"
        assert caller.post(f"{at}/hand-over").json()["code"] == "still_owed"

    paid = {"order": number, "shop": "", "external_number": "", "transaction": "T-RP", "amount_minor": 15_900}
    assert call(secret, body(**paid)).json()["outcome"] == "applied"
    make.settle()

    assert (RepairCharge.objects.get().state, Callback.objects.get().outcome) == ("paid", "applied")
    with moment.frozen(mending.AFTER):
        done = caller.post(f"{at}/hand-over").json()
    assert (done["row"]["state"], done["row"]["result"], done["next"]) == ("handed_over", "repaired", "over")
    assert RepairQuote.objects.count() == 1


def test_repairs_are_listed_by_queue_and_of_ones_own_shops_only() -> None:
    row = mending.came(mending.asked(mending.sold()))

    with moment.frozen(mending.CAME):
        mine = Caller(*ALL).get("returns/repairs", queue="diagnose").json()["rows"]
        none = Caller(*ALL).get("returns/repairs", queue="back").json()["rows"]
        other = Caller(*ALL, scopes=["other"]).get("returns/repairs").json()["rows"]
        wrong = Caller(*ALL).get("returns/repairs", queue="nowhere")

    assert [one["number"] for one in mine] == [row.number]
    assert (none, other, wrong.status_code) == ([], [], 422)


def test_who_may_not_repair_is_told_so_and_nothing_happened() -> None:
    row = mending.came(mending.asked(mending.sold()))
    found = {"fault": "power", "cause": "defect"}

    answer = Caller("returns.view").post(f"returns/repairs/{row.number}/diagnosis", found)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert Repair.objects.get().state == "received"


def test_visits_loaners_and_what_is_owed_answer_kindly_where_there_is_nothing() -> None:
    row = mending.came(mending.asked(mending.sold()))
    caller, at = Caller(*ALL), f"returns/repairs/{row.number}"

    assert caller.post(f"{at}/loaners/return", {"grade": "A"}).status_code == 404
    assert caller.post(f"{at}/waive", {"why": "x"}).status_code == 404
    assert caller.post(f"{at}/visits/cancel", {"why": "x"}).json()["code"] == "unfit_visit"
    assert caller.post(f"{at}/remedy", {"remedy": "refund"}).json()["code"] == "not_possible_in_state"


def test_too_little_from_a_provider_leaves_it_owed_and_parks_nothing() -> None:
    secret = make.provider()
    row = mending.came(mending.asked(mending.sold(months=1), now=mending.AFTER), now=mending.AFTER)
    row = mending.diagnosed(row, now=mending.AFTER)
    quote = repairing_quotes.quote_repair(mending.technician(), repair_id=row.id, minutes=30, now=mending.AFTER)
    repairing_quotes.answer_quote(make.TESTER, quote_id=quote, is_approved=True, now=mending.AFTER)
    paid = {"order": row.number, "shop": "", "external_number": "", "transaction": "T-RP", "amount_minor": 100}

    assert call(secret, body(**paid)).json()["outcome"] == "applied"
    make.settle()

    charge = RepairCharge.objects.get()
    assert (charge.state, charge.paid_minor, parked.count_parked_jobs()) == ("due", 100, 0)
    assert make.browser("admin").get("/exceptions/").status_code == 200
