"""The return policy in the console: its rules, the editor, the test bench, versions side by side, reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from steward.kernel import moment
from steward.modules.logistics.tests import ship
from steward.modules.orders.models import Order
from steward.modules.returns.commands import backtests
from steward.modules.returns.models import Backtest, Policy, Reason
from steward.modules.returns.queries import policies as queries
from steward.modules.returns.rules.policy_shipped import SHIPPED
from tests import make
from tests.words import visible

pytestmark = pytest.mark.django_db
NAMES = frozenset(
    {
        "Tent for two",
        "UK wholesale",
        "Olist marketplace",
        "US store",
        "tests",
        "camp/tents",
        "olist",
        "superstore",
        "a longer promise",
    }
)


def form(client: Client, address: str = "/returns/policies/edit") -> dict[str, Any]:
    """Read the editor's form as a browser would send it back."""
    rows = client.get(address).context["rows"]
    sent: dict[str, Any] = {"version": "1", "note": "", "do": "save", "place": [str(row["place"]) for row in rows]}
    for row in rows:
        at = str(row["place"])
        texts = {
            "position": row["position"],
            "code": row.get("code", ""),
            "outcome": row.get("outcome", "allow"),
            "currency": row["currency"],
            "warranty": row["warranty"],
            "within_days": row["within_days"],
            "since": row.get("since", "delivered"),
            "why": row.get("why", ""),
            "freight": row.get("freight", "by_fault"),
            "automatic": row["automatic"],
            "advance": row.get("advance", "never"),
            "restocking_permille": row.get("restocking_permille", 0),
            "pictures": row.get("pictures", 0),
            "videos": row.get("videos", 0),
            "return_within_h": row.get("return_within_h", 0),
            "answer_within_h": row.get("answer_within_h", 0),
        }
        sent |= {f"{name}-{at}": str(value) for name, value in texts.items()}
        sent |= {f"label-{code}-{at}": text for code, _language, text in row["labels"]}
        sent |= {f"{name}-{at}": [code for code, _t, on in options if on] for name, _label, options in row["chosen"]}
        for part in ("typed", "prices", "answers"):
            sent |= {f"{name}-{at}": text for name, _label, text in row[part]}
        if row["active"]:
            sent[f"active-{at}"] = "on"
    return sent


def place(code: str) -> int:
    """Return the row of a rule in the form."""
    return [rule.code for rule in SHIPPED].index(code)


def test_the_list_shows_the_rules_in_their_order_in_chinese() -> None:
    page = make.browser("zhao").get("/returns/policies/").content.decode()

    labels = [rule.labels["zh-hans"] for rule in SHIPPED]
    assert [page.index(label) for label in labels] == sorted(page.index(label) for label in labels)
    assert "七天无理由" in page
    assert visible.english(page, names=NAMES) == []


def test_the_editor_gives_back_what_it_was_given() -> None:
    zhao = make.browser("zhao")

    zhao.post("/returns/policies/edit", form(zhao) | {"note": "nothing changes"})

    assert queries.active_policy().version == 2
    assert queries.active_policy().rules == SHIPPED


def test_a_rule_is_changed_moved_and_another_added_and_the_version_shows_how_it_differs() -> None:
    zhao = make.browser("zhao", locale="en")
    make.item(category="camp/tents")
    seven, new = place("seven_days"), len(SHIPPED)
    changes = {
        f"within_days-{seven}": "10",
        f"automatic-{seven}": "300 CNY, 20.50 USD",
        f"position-{new}": "5",
        f"code-{new}": "tents",
        f"label-zh-hans-{new}": "帐篷",
        f"label-zh-hant-{new}": "帳篷",
        f"label-en-{new}": "Tents, sixty days",
        f"categories-{new}": "camp/tents",
        f"within_days-{new}": "60",
        f"active-{new}": "on",
        f"drop-{place('final_sale')}": "on",
        "note": "a longer promise",
    }

    zhao.post("/returns/policies/edit", form(zhao) | changes)

    rules = queries.active_policy().rules
    assert (rules[0].code, rules[0].when.categories) == ("tents", ("camp/tents",))
    seven_days = next(rule for rule in rules if rule.code == "seven_days")
    assert (seven_days.within_days, seven_days.automatic) == (10, {"CNY": 30_000, "USD": 2_050})
    assert "final_sale" not in {rule.code for rule in rules}
    page = zhao.get("/returns/policies/versions/2").content.decode()
    assert "Compared with version 1" in page
    assert "Tents, sixty days" in page
    assert "300.00 CNY" in page
    chinese = make.browser("chen").get("/returns/policies/versions/2").content.decode()
    assert visible.english(chinese, names=NAMES) == []


def test_what_does_not_fit_comes_back_as_it_was_typed_with_every_flaw() -> None:
    zhao = make.browser("zhao")
    seven = place("seven_days")
    changes = {f"within_days-{seven}": "ten", f"automatic-{seven}": "many CNY", "note": "a try"}
    numbers = zhao.post("/returns/policies/edit", form(zhao) | changes)
    unknown = zhao.post("/returns/policies/edit", form(zhao) | {f"categories-{seven}": "shoes", "note": "a try"})
    silent = zhao.post("/returns/policies/edit", form(zhao))

    assert [one.status_code for one in (numbers, unknown, silent)] == [422, 422, 422]
    assert "many" in numbers.content.decode()
    assert 'value="shoes"' in unknown.content.decode()
    assert 'value="a try"' in unknown.content.decode()
    assert visible.english(unknown.content.decode(), names=NAMES | {"shoes", "a try"}) == []
    assert Policy.objects.count() == 1


def test_a_proposal_is_tried_in_the_background_and_gone_on_with() -> None:
    zhao = make.browser("zhao")
    sent = form(zhao) | {"do": "try", "from": "2026-01-01", "to": "2026-03-31", f"within_days-{place('quality')}": "60"}

    answer = zhao.post("/returns/policies/edit", sent)

    row = Backtest.objects.get()
    assert answer["Location"] == f"/returns/policies/backtests/{row.id}"
    waiting = zhao.get(answer["Location"]).content.decode()
    backtests.run_backtest(backtest_id=row.id, now=make.NOW)
    done = zhao.get(answer["Location"]).content.decode()
    assert ("every 2s" in waiting, "every 2s" in done) == (True, False)
    assert visible.english(done, names=NAMES) == []
    start = zhao.get(f"/returns/policies/edit?backtest={row.id}").context["rows"]
    assert start[place("quality")]["within_days"] == 60
    assert "2026-01-01" in zhao.get("/returns/policies/").content.decode()


def test_the_test_bench_says_which_rule_decided_and_why_others_did_not() -> None:
    shipment = ship.sent()
    ship.heard(ship.said("delivered", hours=20))
    asked = {"order": shipment.order_number, "reason": "no_reason", "kind": "return_refund", "version": "1"}
    wang = make.browser("wang", locale="en")

    with moment.frozen(make.NOW + timedelta(days=2)):
        inside = wang.get("/returns/policies/bench", asked | {"day": "2026-03-08"}).content.decode()
        late = wang.get("/returns/policies/bench", asked | {"day": "2026-05-08"}).content.decode()
        chinese = make.browser("chen").get("/returns/policies/bench", asked | {"day": "2026-05-08"}).content.decode()
        nobody = wang.get("/returns/policies/bench", {"order": "SO-1"}).content.decode()

    assert "Seven days without a reason" in inside
    assert "Would fit, but stands behind" in inside
    assert "Possible" in inside
    assert "Too late: this was possible until 2026-04-03" in late
    assert "not met:" in late
    assert "There is nothing under" in nobody
    assert visible.english(chinese, names=NAMES) == []
    assert Order.objects.count() == 1


def test_a_reason_is_added_with_a_question_and_read_back() -> None:
    zhao = make.browser("zhao")
    sent = {
        "code": "smells",
        "fault": "merchant",
        "parent": "quality",
        "position": "40",
        "active": "on",
        "label-zh-hans": "异味",
        "label-zh-hant": "異味",
        "label-en": "It smells",
        "place": "0",
        "code-0": "aired",
        "kind-0": "choice",
        "categories-0": "camp",
        "question-0-zh-hans": "晾过吗",
        "question-0-zh-hant": "晾過嗎",
        "question-0-en": "Aired?",
        "choices-0": "aired | 晾过 | 晾過 | Yes\nfresh | 没有 | 沒有 | No",
        "guidance-0": "fresh | tutorial | 通风一天 | 通風一天 | Air it for a day | https://example.org/air",
    }

    zhao.post("/returns/policies/reasons/new", sent)
    refused = zhao.post(
        "/returns/policies/reasons/new", sent | {"label-en": "", "guidance-0": "odd | tutorial | a | b | c"}
    )

    found = Reason.objects.get(code="smells")
    assert found.questions[0]["guidance"][0]["link"] == "https://example.org/air"
    page = zhao.get("/returns/policies/reasons/smells").content.decode()
    assert "fresh | tutorial | 通风一天 | 通風一天 | Air it for a day | https://example.org/air" in page
    assert refused.status_code == 422
    assert visible.english(page, names=NAMES) == []
    assert visible.english(zhao.get("/returns/policies/edit").content.decode(), names=NAMES) == []
    tree = zhao.get("/returns/policies/reasons").content.decode()
    assert "异味" in tree
    assert visible.english(tree, names=NAMES) == []


def test_who_may_not_change_sees_and_changes_nothing() -> None:
    wang = make.browser("wang", locale="en")

    assert wang.get("/returns/policies/").status_code == 200
    assert "Change</a>" not in wang.get("/returns/policies/").content.decode()
    assert wang.get("/returns/policies/edit").status_code == 403
    assert wang.get("/returns/policies/reasons/new").status_code == 403
    assert make.browser("sam").get("/returns/policies/").status_code == 403


def test_unknown_versions_and_proposals_are_not_found() -> None:
    zhao = make.browser("zhao")

    paths = ("versions/9", "backtests/9", "reasons/nobody", "edit?from=9", "bench?version=9")
    assert [zhao.get(f"/returns/policies/{path}").status_code for path in paths] == [404] * 5
    assert queries.active_policy().rules == SHIPPED
