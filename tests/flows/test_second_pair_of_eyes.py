"""Lin types an order from a message; Chen types it again unseen, finds a wrong digit, and it is put right."""

from __future__ import annotations

from typing import Any

import pytest

from steward.modules.orders import queries
from tests import make

pytestmark = pytest.mark.django_db

MESSAGE = "要一顶双人帐篷，寄到浙江省杭州市西湖区文三路90号，梅子 13812345521"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def typed_by_lin(phone: str) -> str:
    """Let Lin fill the form in and save it; return the order's number."""
    form = {
        "do": "save",
        "shop": "own",
        "line_sku": "TENT-2",
        "line_title": "",
        "line_quantity": "1",
        "line_unit_price": "199",
        "line_discount": "",
        "recipient_name": "梅子",
        "recipient_phone": phone,
        "recipient_province": "浙江省",
        "recipient_city": "杭州市",
        "recipient_district": "西湖区",
        "recipient_street": "文三路 90 号",
        "source_text": MESSAGE,
    }
    answer = make.browser("lin").post("/orders/new", form)
    make.settle()
    return answer["Location"].rstrip("/").rsplit("/", 1)[-1]


def types_again(number: str) -> None:
    fields = {"phone": "13812345521", "district": "西湖区", "street": "文三路90号"}
    typed = {f"typed_recipient.{name}": value for name, value in fields.items()} | {"typed_total_minor": "199.00"}
    make.browser("chen").post(f"/approvals/entries/{number}/rekey", typed)


def says(number: str, **verdict: str) -> None:
    make.browser("chen").post(f"/approvals/entries/{number}/verdict", verdict)
    make.settle()


def state(number: str) -> str:
    return queries.order_detail(number).order.state


def test_a_wrong_digit_is_found_put_right_and_the_order_goes_on() -> None:
    make.item(stock=5)
    number = typed_by_lin("13812345527")
    chen = make.browser("chen")
    assert number in chen.get("/").content.decode()
    assert MESSAGE in chen.post(f"/approvals/entries/{number}/source").content.decode()

    types_again(number)
    assert "13812345527" in chen.get(f"/approvals/entries/{number}").content.decode()
    says(number, verdict="refuse", reason="电话末位不对", **{"right_recipient.phone": "typed"})
    assert state(number) == "received"

    finding = next(one for one in queries.order_detail(number).findings if one.can_be_taken and not one.resolution)
    make.browser("lin").post(f"/orders/findings/{finding.id}/take")
    make.settle()
    assert state(number) == "checked"
    types_again(number)
    says(number, verdict="grant")
    page = chen.get(f"/orders/{number}").content.decode()
    assert "awaits_verification" not in page
    assert queries.order_detail(number).order.state == "checked"


def test_lin_does_not_check_it_herself_and_nobody_approves_it_before() -> None:
    make.item(stock=5)
    number = typed_by_lin("13812345521")
    assert make.browser("lin").post(f"/approvals/entries/{number}/verdict", {"verdict": "grant"}).status_code == 403
    make.browser("chen").post(f"/orders/{number}/approve")
    assert state(number) == "checked"
