"""The pages of orders: list, queues, one order, what people decide there."""

from __future__ import annotations

from typing import Any

import pytest

from steward.modules.orders import queries
from steward.modules.orders.commands import mend
from steward.modules.orders.rules.drafts import LineDraft
from tests import make

pytestmark = pytest.mark.django_db


def paid(number: str = "A-1", **changes: Any) -> str:
    """Take in a paid order that waits for its audit by a person."""
    changes.setdefault("lines", [LineDraft(sku="TENT-2", quantity=40, unit_price_minor=19_900)])
    receipt = make.order(number, payments=[make.payment(40 * 19_900, f"T-{number}")], **changes)
    return receipt.number


def test_the_list_shows_masked_customers_money_and_state() -> None:
    make.item(stock=5)
    receipt = make.order(quantity=2)
    page = make.browser("chen").get("/orders/").content.decode()
    assert receipt.number in page
    assert "梅*" in page
    assert "梅子" not in page
    assert "¥398.00" in page
    assert "待付款" in page


def test_an_empty_list_says_what_will_appear() -> None:
    page = make.browser("chen").get("/orders/", headers={"accept-language": "en"}).content.decode()
    assert "sw-empty" in page


def test_search_finds_an_order_by_phone_last_digits_and_name() -> None:
    make.item(stock=5)
    number = make.order().number
    browser = make.browser("chen")
    for text in ("13812345521", "5521", "梅子", "A-1", number.lower()):
        assert number in browser.get("/orders/", {"q": text}).content.decode(), text
    assert number not in browser.get("/orders/", {"q": "13900000000"}).content.decode()


def test_filters_in_the_address_narrow_the_list() -> None:
    make.item(stock=50)
    unpaid, done = make.order("A-1").number, paid("A-2")
    browser = make.browser("chen")
    page = browser.get("/orders/", {"queue": "payment"}).content.decode()
    assert unpaid in page
    assert done not in page
    assert done in browser.get("/orders/", {"payment": "paid", "historic": "no"}).content.decode()


@pytest.mark.parametrize(
    ("address", "status"),
    [("?state=nonsense", 200), ("?from=2026-99-99", 200), ("?shop=none", 200), ("?after=x", 404), ("?q=%00", 404)],
)
def test_a_strange_address_is_no_failure(address: str, status: int) -> None:
    assert make.browser("chen").get(f"/orders/{address}").status_code == status


def test_older_pages_follow_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    make.item(stock=5)
    numbers = [make.order(f"A-{index}").number for index in range(3)]
    first = queries.orders_page(queries.OrderFilters(), limit=2)
    second = queries.orders_page(queries.OrderFilters(), after=first.next_after, limit=2)
    assert [row.number for row in (*first.rows, *second.rows)] == numbers[::-1]
    assert second.next_after is None


def test_an_order_page_shows_where_it_stands_and_the_timeline() -> None:
    make.item(stock=5)
    number = make.order().number
    response = make.browser("chen").get(f"/orders/{number}")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'aria-current="step"' in page
    assert "od-event-orders" in page
    assert "梅子" not in page
    assert "13812345521" not in page


def test_a_page_of_no_order_answers_404() -> None:
    assert make.browser("chen").get("/orders/SO-2026-999999").status_code == 404


def test_a_reveal_shows_the_value_and_is_recorded() -> None:
    make.item(stock=5)
    receipt = make.order()
    browser = make.browser("wang")
    make.clerk_lin()
    answer = browser.post(f"/orders/{receipt.number}/reveal", {"field": "phone"})
    assert answer.status_code == 200
    assert "13812345521" in answer.content.decode()
    kinds = [entry.kind for entry in queries.timeline(receipt.order_id).entries]
    assert "orders.order_revealed" in kinds


def test_a_checker_approves_an_order_from_its_page() -> None:
    make.item(stock=50)
    number = paid()
    assert queries.order_detail(number).order.state == "audit"
    make.browser("chen").post(f"/orders/{number}/approve", {"late_cause": "other"})
    assert queries.order_detail(number).order.state == "approved"


def test_a_bulk_approval_leaves_what_is_not_ready_and_says_so() -> None:
    make.item(stock=90)
    ready, unpaid = queries.order_id(paid("A-1")), make.order("A-2").order_id
    answer = make.browser("chen").post("/orders/bulk", {"order": [ready, unpaid], "late_cause": "other"}, follow=True)
    assert queries.order_detail(ready).order.state == "approved"
    assert queries.order_detail(unpaid).order.state == "checked"
    assert answer.status_code == 200


def test_a_refused_approval_changes_nothing() -> None:
    make.item(stock=5)
    number = make.order().number
    make.browser("chen").post(f"/orders/{number}/approve")
    assert queries.order_detail(number).order.state == "checked"


def test_cancelling_needs_a_reason() -> None:
    make.item(stock=5)
    number = make.order().number
    browser = make.browser("zhao")
    browser.post(f"/orders/{number}/cancel", {"cause": "customer", "reason": " "})
    assert queries.order_detail(number).order.state == "checked"
    browser.post(f"/orders/{number}/cancel", {"cause": "customer", "reason": "买家改主意"})
    assert queries.order_detail(number).order.state == "cancelled"


def test_a_suggestion_is_taken_with_one_press() -> None:
    make.item(stock=5)
    number = make.order(recipient=make.recipient(city="")).number
    finding = next(each for each in queries.order_detail(number).open_findings if each.can_be_taken)
    make.browser("lin").post(f"/orders/findings/{finding.id}/take", {"next": f"/orders/{number}"})
    assert finding.id not in [each.id for each in queries.order_detail(number).open_findings]


def test_a_finding_is_accepted_with_a_reason() -> None:
    make.item(stock=5)
    number = make.order(recipient=make.recipient(phone="123")).number
    finding = queries.order_detail(number).open_findings[0]
    browser = make.browser("lin")
    browser.post(f"/orders/findings/{finding.id}/accept", {"reason": ""})
    assert queries.order_detail(number).open_findings
    browser.post(f"/orders/findings/{finding.id}/accept", {"reason": "买家确认过"})
    assert queries.order_detail(number).findings[0].resolution == "accepted"


def test_mending_a_phone_moves_the_order_on() -> None:
    make.item(stock=5)
    number = make.order(recipient=make.recipient(phone="123")).number
    assert queries.order_detail(number).order.state == "received"
    make.browser("lin").post(f"/orders/{number}/mend", {"recipient.phone": "13812345521", "recipient.name": ""})
    assert queries.order_detail(number).order.state == "checked"


def test_a_conflict_stands_side_by_side_and_is_settled() -> None:
    make.item(stock=5)
    number = make.order().number
    make.order(quantity=3)
    browser = make.browser("lin")
    page = browser.get(f"/orders/{number}").content.decode()
    assert "od-differences" in page
    conflict = queries.order_detail(number).open_conflicts[0]
    assert number in browser.get("/orders/?queue=conflict").content.decode()
    browser.post(f"/orders/conflicts/{conflict.id}/settle", {"decision": "keep"})
    assert not queries.order_detail(number).open_conflicts


def test_the_lines_that_came_are_taken_over_from_the_page() -> None:
    make.item(stock=5)
    number = make.order().number
    make.order(quantity=3)
    conflict = queries.order_detail(number).open_conflicts[0]

    make.browser("lin").post(f"/orders/conflicts/{conflict.id}/settle", {"decision": "take_goods"})

    assert [line.quantity for line in queries.order_detail(number).lines] == [3]


def test_a_street_in_a_finding_is_masked_until_it_is_revealed() -> None:
    make.item(stock=5)
    street = "浙江省杭州市西湖区浙江省杭州市西湖区文三路90号5幢201室"
    number = make.order(recipient=make.recipient(street=street)).number
    finding = queries.order_detail(number).open_findings[0]
    browser = make.browser("chen")

    page = browser.get(f"/orders/{number}").content.decode()
    clear = browser.post(f"/orders/{number}/reveal", {"field": f"finding-{finding.id}"}).content.decode()

    assert "文三路90号****" in page
    assert "201室" not in page
    assert "文三路90号5幢201室" in clear


def test_who_mended_an_order_sees_why_they_do_not_audit_it() -> None:
    make.item(stock=5)
    order = make.order(payments=[make.payment()], recipient=make.recipient(city=""))
    zhao = make.manager_zhao()
    mend.mend_order(zhao, order_id=order.order_id, changes={"note": "ring twice"}, now=make.NOW)

    assert "你修改过" in make.browser("zhao").get(f"/orders/{order.number}").content.decode()


def test_the_export_holds_the_filtered_orders_masked() -> None:
    make.item(stock=5)
    number = make.order("=1+1").number
    response = make.browser("chen").get("/orders/export", {"payment": "unpaid"})
    text = response.content.decode()
    assert number in text
    assert "'=1+1" in text
    assert "梅子" not in text
    assert len(text.splitlines()) == 2


PAGES = {
    "/orders/": "lin",
    "/orders/new": "lin",
    "/imports/": "lin",
    "/mappings/": "zhao",
    "/jobs/": "admin",
    "/stock/": "zhao",
    "/payments/callbacks": "zhao",
}


@pytest.mark.parametrize("address", PAGES)
def test_an_outsider_may_open_no_page(address: str) -> None:
    assert make.browser("sam").get(address).status_code == 403


@pytest.mark.parametrize(("address", "who"), PAGES.items())
def test_who_works_there_may_open_the_page(address: str, who: str) -> None:
    assert make.browser(who).get(address).status_code == 200


def test_home_shows_my_work_and_nothing_of_others() -> None:
    make.item(stock=50)
    waiting, unpaid = paid("A-1"), make.order("A-2").number
    page = make.browser("chen").get("/").content.decode()
    assert waiting in page
    assert unpaid not in page
    assert make.browser("sam").get("/").status_code == 200


def test_the_order_page_shows_what_was_said_to_the_customer_masked() -> None:
    make.item(stock=5)
    number = make.order(payments=[make.payment()]).number
    make.settle()

    page = make.browser("wang", locale="en").get(f"/orders/{number}").content.decode()
    card = page[page.index("Messages to the customer") :]

    assert "Order received" in card
    assert "13812345521" not in card
    assert "Messages to the customer" not in make.browser("lin", locale="en").get(f"/orders/{number}").content.decode()
