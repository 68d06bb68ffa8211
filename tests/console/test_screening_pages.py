"""The pages of screening: queue, evidence, decision, rules, lists, back-tests, as people see and use them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from steward.modules.orders.commands import screening_backtests
from steward.modules.orders.models import Backtest, Hold, HoldDecision, ListEntry, Order, RuleSet
from steward.modules.orders.rules.drafts import BuyerDraft, OriginDraft
from tests import make

pytestmark = pytest.mark.django_db
HASTY = OriginDraft(device_id="dev-77aa", ip="203.0.113.9", registered_at=make.NOW - timedelta(seconds=12))


@pytest.fixture
def held() -> str:
    make.item(stock=50)
    make.order("A-0", quantity=2, origin=OriginDraft(device_id="dev-77aa"), buyer=BuyerDraft(external_id="other"))
    number = make.order("A-1", origin=HASTY, payments=[make.payment()]).number
    make.settle()
    return number


def test_the_queue_shows_what_is_held_and_why(held: str) -> None:
    page = make.browser("chen").get("/screening/").content.decode()
    assert held in page
    assert "注册后 12 秒" in page


def test_the_evidence_names_the_orders_it_hangs_together_with(held: str) -> None:
    page = make.browser("chen").get(f"/screening/orders/{held}").content.decode()
    other = Order.objects.get(external_number="A-0").number
    assert f'href="/orders/{other}"' in page
    assert 'class="sc-graph"' in page
    assert "dev****" in page
    assert "dev-77aa" not in page


def test_a_checker_releases_an_order_with_a_reason(held: str) -> None:
    answer = make.browser("chen").post(f"/screening/orders/{held}/release", {"reason": "已电话核实"})
    assert answer.status_code == 302
    assert Order.objects.get(number=held).state == "approved"


def test_a_checker_rejects_an_order(held: str) -> None:
    make.browser("chen").post(f"/screening/orders/{held}/reject", {"reason": "冒用他人信息"})
    assert Order.objects.get(number=held).cancel_cause == "fraud"


def test_a_clerk_may_look_but_not_decide(held: str) -> None:
    lin = make.browser("lin")
    assert "放行" not in lin.get(f"/screening/orders/{held}").content.decode()
    assert lin.post(f"/screening/orders/{held}/release", {"reason": "x"}).status_code == 403
    assert not HoldDecision.objects.exists()


def test_the_order_page_tells_its_score_and_why_it_cannot_be_approved(held: str) -> None:
    page = make.browser("chen").get(f"/orders/{held}").content.decode()
    assert "/100" in page
    assert f"/screening/orders/{held}" in page


def test_what_an_order_has_is_blocked_without_being_read(held: str) -> None:
    make.browser("zhao").post(
        f"/screening/orders/{held}/list", {"kind": ["device"], "purpose": "block", "reason": "团伙", "days": "90"}
    )
    entry = ListEntry.objects.get()
    assert (entry.kind, entry.purpose, entry.masked) == ("device", "block", "dev****")
    make.order("A-2", origin=OriginDraft(device_id="DEV-77AA"), buyer=BuyerDraft(external_id="third"))
    make.settle()
    assert Hold.objects.count() == 2


def test_a_typed_value_is_listed_and_taken_off_again() -> None:
    zhao = make.browser("zhao")
    zhao.post("/screening/lists/add", {"purpose": "block", "kind": "phone", "value": "13812345521", "reason": "空号"})
    page = zhao.get("/screening/lists").content.decode()
    assert "138****5521" in page
    zhao.post(f"/screening/lists/{ListEntry.objects.get().id}/end", {"reason": "误加"})
    assert "138****5521" not in zhao.get("/screening/lists").content.decode()


def test_rules_are_changed_as_a_draft_and_put_in_force() -> None:
    zhao = make.browser("zhao")
    rule = {
        "place": "0", "code-0": "any_first", "kind-0": "first_order", "currency-0": "CNY", "limit-0": "1",
        "weight-0": "60", "active-0": "on", "text-0-zh-hans": "首单", "text-0-zh-hant": "首單", "text-0-en": "First",
    }  # fmt: skip
    answer = zhao.post("/screening/rules/new", {"name": "试用", "hold_at": "50", **rule})
    assert answer.status_code == 302
    assert RuleSet.objects.get(state="active").version == 1
    zhao.post("/screening/rules/2/activate", {"reason": "回测通过"})
    assert RuleSet.objects.get(state="active").version == 2


def test_rules_with_flaws_come_back_as_typed_with_every_flaw() -> None:
    flawed = {"place": "0", "code-0": "x1", "kind-0": "orders_in_window", "weight-0": "5", "text-0-en": "{nonsense}"}
    answer = make.browser("zhao").post("/screening/rules/new", {"name": "试用", "hold_at": "50", **flawed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "{nonsense}" in page
    assert RuleSet.objects.count() == 1
    assert page.count("“x1”") >= 4


def test_the_rules_page_says_how_often_a_rule_was_right(held: str) -> None:
    make.browser("chen").post(f"/screening/orders/{held}/reject", {"reason": "冒用"})
    assert "100.0 %" in make.browser("zhao").get("/screening/rules").content.decode()


def test_a_back_test_is_started_and_its_result_is_kept(held: str) -> None:
    zhao = make.browser("zhao")
    labels = BytesIO(f"number\n{held}\n".encode())
    labels.name = "chargebacks.csv"
    wanted = {"version": "1", "from": "2026-03-01", "to": "2026-03-31", "bad": ["rejected"], "labels": labels}
    answer = zhao.post("/screening/backtests/start", wanted)
    row = Backtest.objects.get()
    assert answer.url == f"/screening/backtests/{row.id}"  # type: ignore[attr-defined]
    assert zhao.get(f"/screening/backtests/{row.id}").status_code == 200
    screening_backtests.run_backtest(make.TESTER, backtest_id=row.id, now=make.NOW)
    page = zhao.get(f"/screening/backtests/{row.id}").content.decode()
    assert "100.0 %" in page
    assert zhao.get("/screening/backtests").status_code == 200
