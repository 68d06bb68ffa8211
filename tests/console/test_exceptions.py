"""The desk of exceptions, causes and trend, rules, the process editor, and the audit queue, as people use them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.modules.orders import queries
from steward.modules.orders.commands import exceptions, progress
from steward.modules.orders.commands.exceptions_detecting import sweep
from steward.modules.orders.queries import exceptions as desk
from steward.modules.orders.queries import process
from tests import make

pytestmark = pytest.mark.django_db


def wish(number: str = "A-1", text: str = "请改成黑色") -> int:
    """Record what Mei wants changed about a new order; return the exception's id."""
    if not queries.orders_page(queries.OrderFilters()).rows:
        make.item(stock=500)
    order_id = make.order(number).order_id
    return exceptions.record_change_request(make.agent_wang(), order_id=order_id, wish=text, now=moment.now())


def order_in_audit() -> str:
    """Take in a paid order that is too large to pass by itself, long ago; return its number."""
    make.item(stock=500)
    receipt = make.order(quantity=30, payments=[make.payment(30 * 19_900)])
    progress.advance_orders(make.TESTER, order_ids=[receipt.order_id], now=make.NOW)
    return receipt.number


def test_the_desk_lists_what_waits_and_opens_the_order_behind_it() -> None:
    id_ = wish()
    wang = make.browser("wang")

    page = wang.get("/exceptions/").content.decode()
    one = wang.get(f"/exceptions/{id_}").content.decode()

    assert "请改成黑色" in page
    assert f"/exceptions/{id_}" in page
    assert queries.orders_page(queries.OrderFilters()).rows[0].number in one


def test_filters_that_nobody_offers_narrow_nothing_and_break_nothing() -> None:
    wish()

    answer = make.browser("wang").get("/exceptions/?state=²&detector=x&severity=y&cause=zzz&from=2026-99-99&whose=she")

    assert answer.status_code == 200


def test_taking_on_noting_and_solving_leaves_a_history() -> None:
    id_ = wish()
    wang = make.browser("wang")

    wang.post("/exceptions/take", {"exception": [id_]})
    wang.post(f"/exceptions/{id_}/note", {"text": "已致电"})
    wang.post(
        f"/exceptions/{id_}/solve", {"outcome": "order_mended", "cause": "customer_changed_mind", "text": "改好了"}
    )

    detail = desk.exception_detail(id_)
    assert (detail.row.state, detail.row.outcome, detail.row.cause) == (
        "solved",
        "order_mended",
        "customer_changed_mind",
    )
    assert [note.what for note in detail.notes] == ["assigned", "noted", "solved"]
    assert "改好了" in wang.get(f"/exceptions/{id_}").content.decode()


def test_a_wish_is_recorded_on_the_order_page_and_shown_there() -> None:
    make.item(stock=5)
    number = make.order().number
    wang = make.browser("wang")

    wang.post(f"/exceptions/orders/{number}", {"wish": "换成大号"})

    assert "换成大号" in wang.get(f"/orders/{number}").content.decode()


def test_likes_are_muted_from_the_page_and_the_mute_is_ended_on_the_other() -> None:
    make.item(stock=5)
    order = make.order(payments=[make.payment()], recipient=make.recipient(street=""))
    sweep(make.TESTER, now=make.NOW + timedelta(hours=5))
    zhao = make.browser("zhao")
    seen = desk.exceptions_of_order(order.order_id)
    id_ = next(row.id for row in seen if row.detector == "paid_not_approved")

    zhao.post(f"/exceptions/{id_}/mute", {"fact": ["source"], "days": "7", "reason": "测试店铺"})
    silent = zhao.get("/exceptions/rules").content.decode()
    mute = desk.mutes()[0]
    zhao.post(f"/exceptions/mutes/{mute.id}/end")

    assert "测试店铺" in silent
    assert mute.silent == 1
    assert desk.exception_detail(id_).row.state == "open"


def test_a_detector_is_changed_with_a_reason() -> None:
    zhao = make.browser("zhao")
    limits = {"received_s": "3", "received_s-unit": "d", "checked_s": "4", "checked_s-unit": "d", "audit_s": "90"}

    zhao.post(
        "/exceptions/rules/stuck",
        limits
        | {
            "audit_s-unit": "min",
            "active": "1",
            "severity": "high",
            "role": "supervisor",
            "version": "1",
            "reason": "x",
        },
    )

    stuck = next(one for one in desk.detectors() if one.code == "stuck")
    assert (stuck.limits["audit_s"], stuck.severity, stuck.responsible_role, stuck.version) == (
        5_400,
        "high",
        "supervisor",
        2,
    )


def test_every_bar_of_the_causes_leads_to_its_rows() -> None:
    id_ = wish()
    exceptions.name_cause(make.agent_wang(), exception_id=id_, cause="customer_changed_mind", now=moment.now())
    wang = make.browser("wang")

    page = wang.get("/exceptions/causes").content.decode()
    rows = wang.get("/exceptions/?state=any&cause=customer_changed_mind").content.decode()

    assert "state=any&amp;cause=customer_changed_mind" in page
    assert f"/exceptions/{id_}" in rows
    assert wang.get("/exceptions/causes?by=group").status_code == 200


def test_a_clerk_changes_no_rule_and_no_step() -> None:
    lin = make.browser("lin")

    assert lin.get("/exceptions/rules").status_code == 403
    assert lin.get("/process/audit").status_code == 403
    assert lin.get("/process/").status_code == 200


def test_the_audit_queue_says_why_and_asks_why_late() -> None:
    number = order_in_audit()
    chen = make.browser("chen")

    queue = chen.get("/orders/?queue=audit").content.decode()
    chen.post(f"/orders/{number}/approve")
    before = queries.order_detail(number).order.state
    chen.post(f"/orders/{number}/approve", {"late_cause": "too_much_work"})

    assert "总额超过限额" in queue or "late_cause" in queue
    assert before == "audit"
    assert queries.order_detail(number).order.state == "approved"
    assert number in chen.get("/orders/late-audits?cause=too_much_work").content.decode()


def test_a_step_is_previewed_changed_and_shown_on_the_order() -> None:
    number = order_in_audit()
    zhao = make.browser("zhao")
    typed = {
        "role": "supervisor",
        "text-zh-hans": "先看备注，再核对金额。",
        "text-zh-hant": "先看備註，再核對金額。",
        "text-en": "Read the note first.",
        "amount": "45",
        "unit": "min",
        "version": "1",
        "reason": "备注常被忽略",
    }

    preview = zhao.post("/process/audit/preview", typed).content.decode()
    zhao.post("/process/audit", typed)

    assert "先看备注" in preview
    assert "45" in preview
    assert process.process_step("audit").target_s == 2_700
    assert "先看备注" in zhao.get(f"/orders/{number}").content.decode()


def test_a_step_with_a_missing_text_is_refused_and_what_was_typed_stays() -> None:
    zhao = make.browser("zhao")

    answer = zhao.post("/process/audit", {"role": "supervisor", "text-zh-hans": "留着", "version": "1", "reason": "x"})

    assert answer.status_code == 422
    assert "留着" in answer.content.decode()
    assert process.process_step("audit").version == 1


def test_a_manager_adds_a_cause_and_takes_one_off_the_list() -> None:
    client = make.browser("zhao", locale="en")
    words = {"zh-hans": "气味敏感", "zh-hant": "氣味敏感", "en": "Sensitive to smells"}
    client.post("/exceptions/rules/causes", {"code": "customer_smell", "group": "customer", "active": "1", **words})
    assert "Sensitive to smells" in client.get("/exceptions/rules").content.decode()

    client.post("/exceptions/rules/causes", {"code": "customer_smell", "group": "customer", **words})
    page = client.get("/exceptions/rules").content.decode()
    assert "no longer named" in page
    assert make.browser("chen").post("/exceptions/rules/causes", words).status_code == 403
