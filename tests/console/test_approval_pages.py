"""What a second person sees and does: the inbox, the limits, and the check of entries with its source beside it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from steward.kernel import parameters
from steward.kernel.models import Event
from steward.modules.approvals import queries as approvals
from steward.modules.orders import queries
from steward.modules.orders.commands import verification_source as sources
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.receive import receive_orders
from tests import make

pytestmark = pytest.mark.django_db

TYPED = {
    "typed_recipient.phone": "138 1234 5521",
    "typed_recipient.district": "西湖区",
    "typed_recipient.street": "文三路90号5幢201室",
    "typed_total_minor": "199",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def test_the_search_finds_a_request_by_its_number_for_who_may_see_it() -> None:
    receipt = entered()

    hits = make.browser("chen", locale="en").get("/search", {"q": receipt.number}).content.decode()
    assert f"Check of an entry · {receipt.number}" in hits
    assert (
        "Check of an entry"
        not in make.browser("sam", locale="en").get("/search", {"q": receipt.number}).content.decode()
    )


def entered(**changes: Any) -> Receipt:
    make.item(stock=50)
    draft = make.draft("H-1", payments=[make.payment()], **changes)
    receipt = receive_orders(make.clerk_lin(), intakes=[Intake(draft=draft, source="form")], now=make.NOW)[0]
    make.settle()
    return receipt


def test_the_inbox_shows_whoever_may_decide_what_waits_and_leads_to_its_page() -> None:
    order = entered()
    page = make.browser("chen").get("/approvals/").content.decode()
    assert f"/approvals/entries/{order.number}" in page
    assert order.number not in make.browser("lin").get("/approvals/").content.decode()


def test_the_entry_is_hidden_until_the_checker_has_typed_and_then_stands_beside_it() -> None:
    order, chen = entered(), make.browser("chen")
    before = chen.get(f"/approvals/entries/{order.number}").content.decode()
    assert "文三路" not in before
    assert "13812345521" not in before
    chen.post(f"/approvals/entries/{order.number}/rekey", {**TYPED, "typed_recipient.phone": "13812345527"})
    after = chen.get(f"/approvals/entries/{order.number}").content.decode()
    assert "13812345521" in after
    assert "13812345527" in after
    assert Event.objects.filter(kind="orders.order_revealed", subject_id=order.order_id).exists()


def test_an_entry_the_checker_agrees_with_goes_on_by_itself() -> None:
    order, chen = entered(), make.browser("chen")
    chen.post(f"/approvals/entries/{order.number}/rekey", TYPED)
    chen.post(f"/approvals/entries/{order.number}/verdict", {"verdict": "grant"})
    make.settle()
    assert queries.order_detail(order.number).order.state == "approved"


def test_what_the_entry_was_made_from_is_kept_sealed_and_shown_to_who_may_see_it() -> None:
    order = entered()
    given = [sources.Given("单.png", PNG)]
    sources.keep_source(make.clerk_lin(), order_id=order.order_id, text="请送文三路90号", files=given, now=make.NOW)
    chen = make.browser("chen")
    shown = chen.post(f"/approvals/entries/{order.number}/source").content.decode()
    assert "请送文三路90号" in shown
    file_id = shown.split("/approvals/entries/files/")[1].split('"')[0]
    answer = chen.get(f"/approvals/entries/files/{file_id}")
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert make.browser("zhao").get(f"/approvals/entries/files/{file_id}").status_code in (200, 403)


def test_the_same_source_twice_is_kept_once() -> None:
    order = entered()
    for _time in range(2):
        sources.keep_source(make.clerk_lin(), order_id=order.order_id, text="同一条", now=make.NOW)
    shown = make.browser("chen").post(f"/approvals/entries/{order.number}/source").content.decode()
    assert shown.count("同一条") == 1


@pytest.mark.parametrize("content", [b"<html>", b"MZ" + b"0" * 40, PNG + b"0" * 20_000])
def test_a_file_is_judged_by_its_content_and_size(content: bytes) -> None:
    parameters.set_parameter(make.administrator(), name="orders.source_file_bytes_at_most", new=10_000, reason="test")
    with pytest.raises(sources.UnfitSource):
        sources.refuse_unfit(sources.Given("picture.png", content))


def test_the_form_takes_the_message_and_the_picture_along() -> None:
    make.item(stock=5)
    form = {
        "do": "save",
        "shop": "own",
        "line_sku": "TENT-2",
        "line_title": "",
        "line_quantity": "1",
        "line_unit_price": "199",
        "line_discount": "",
        "recipient_name": "梅子",
        "recipient_phone": "13812345521",
        "recipient_province": "浙江省",
        "recipient_city": "杭州市",
        "recipient_district": "西湖区",
        "recipient_street": "文三路 90 号",
        "source_text": "要一顶帐篷",
        "source_files": SimpleUploadedFile("order.png", PNG),
    }
    answer = make.browser("lin").post("/orders/new", form)
    number = answer["Location"].rstrip("/").rsplit("/", 1)[-1]
    make.settle()
    shown = make.browser("chen").post(f"/approvals/entries/{number}/source").content.decode()
    assert "要一顶帐篷" in shown
    assert "order.png" in shown


def test_samples_are_agreed_to_together() -> None:
    parameters.set_parameter(make.administrator(), name="orders.verification_sample_share", new=1.0, reason="test")
    make.item(stock=9)
    orders = [
        make.order(f"A-{n}", quantity=n, payments=[make.payment(19_900 * n, transaction=f"T-{n}")]) for n in (1, 2)
    ]
    make.settle()
    make.browser("chen").post("/approvals/entries/bulk", {"order": [order.order_id for order in orders]})
    make.settle()
    assert {queries.order_detail(order.number).order.state for order in orders} == {"approved"}


def test_new_limits_are_tried_first_and_then_put_in_force() -> None:
    zhao = make.browser("admin")
    form = {
        "version": "1",
        "tier_currency": ["CNY", "CNY", ""],
        "tier_from": ["0", "500", ""],
        "tier_deciders": ["0", "1", ""],
        "tier_role": ["", "finance", ""],
        "tier_hours": ["24", "24", ""],
        "try_amount": "600",
        "try_currency": "CNY",
    }
    tried = zhao.post("/approvals/policies/refund", {**form, "do": "try"}).content.decode()
    assert "600.00 CNY" in tried
    assert next(one for one in approvals.policies() if one.kind == "refund").version == 1
    zhao.post("/approvals/policies/refund", {**form, "do": "save"})
    policy = next(one for one in approvals.policies() if one.kind == "refund")
    assert (policy.version, len(policy.tiers)) == (2, 2)


def test_limits_that_leave_a_gap_are_refused_with_the_reason() -> None:
    form = {
        "version": "1",
        "tier_currency": ["CNY"],
        "tier_from": ["500"],
        "tier_deciders": ["1"],
        "tier_role": ["finance"],
        "tier_hours": ["24"],
        "do": "save",
    }
    answer = make.browser("admin").post("/approvals/policies/refund", form)
    assert "alert-danger" in answer.content.decode()
    assert next(one for one in approvals.policies() if one.kind == "refund").version == 1


def test_accuracy_counts_what_was_found_wrong() -> None:
    order, chen = entered(recipient=make.recipient(phone="13812345527")), make.browser("chen")
    chen.post(f"/approvals/entries/{order.number}/rekey", TYPED)
    verdict = {"verdict": "refuse", "reason": "一位数字不对", "right_recipient.phone": "typed"}
    chen.post(f"/approvals/entries/{order.number}/verdict", verdict)
    make.settle()
    page = chen.get("/approvals/entries/accuracy").content.decode()
    assert "0.0 %" in page
    assert "100.0 %" in page
