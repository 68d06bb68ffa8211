"""Every page that shows something with a time limit shows the limit's chip."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.modules.orders.commands.exceptions import record_change_request
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.rules.drafts import OriginDraft
from tests import make

pytestmark = pytest.mark.django_db
CHIP = re.compile(r'class="clock pill-\w+" data-look="(\w+)"')


def looks(username: str, path: str, number: str = "") -> list[str]:
    """Return how the chips on a page look; with a number those of its row alone."""
    answer = make.browser(username).get(path)
    assert answer.status_code == 200, path
    page = answer.content.decode()
    if number:
        page = next(row for row in re.findall(r"<tr\b.*?</tr>|<li\b.*?</li>", page, re.DOTALL) if number in row)
    return CHIP.findall(page)


@pytest.fixture
def mended() -> Receipt:
    """Take in an order whose address lacks a street."""
    make.item(stock=50)
    return make.order(now=moment.now(), recipient=make.recipient(street=""))


@pytest.fixture
def dear() -> Receipt:
    """Take in a paid order above the limit, so that it waits for its audit."""
    make.item(stock=50)
    received = make.order(now=moment.now(), quantity=40, payments=[make.payment(40 * 19_900)])
    make.settle()
    return received


def test_orders_show_it_in_lists_on_their_page_and_in_my_work(mended: Receipt) -> None:
    for path in ("/orders/", "/orders/?queue=mend", "/"):
        assert looks("lin", path, mended.number) == ["running"]
    assert "running" in looks("lin", f"/orders/{mended.number}")


def test_the_audit_queue_shows_it(dear: Receipt) -> None:
    for path in ("/orders/?queue=audit", "/"):
        assert looks("chen", path, dear.number) == ["running"]


def test_the_second_look_shows_it_and_the_audit_stands_still_meanwhile() -> None:
    make.item(stock=50)
    draft = make.draft("H-1", payments=[make.payment()])
    entered = receive_orders(make.clerk_lin(), intakes=[Intake(draft=draft, source="form")], now=moment.now())[0]
    make.settle()
    for path in ("/approvals/entries", "/approvals/", "/"):
        assert looks("chen", path, entered.number)[0] in ("running", "paused")
    assert looks("chen", "/approvals/entries", entered.number) == ["running"]
    assert looks("chen", f"/approvals/entries/{entered.number}")[0] == "running"
    assert "paused" in looks("chen", f"/orders/{entered.number}")
    assert "等待双人核对" in make.browser("chen").get(f"/orders/{entered.number}").content.decode()
    queue = make.browser("chen").get("/orders/?queue=audit").content.decode()
    assert "各项检查已通过" not in queue


def test_held_orders_show_it() -> None:
    make.item(stock=50)
    now = moment.now()
    hasty = OriginDraft(device_id="dev-77aa", ip="203.0.113.9", registered_at=now - timedelta(seconds=12))
    draft = make.draft(payments=[make.payment()], origin=hasty, placed_at=now)
    held = receive_orders(make.TESTER, intakes=[Intake(draft=draft, source="api")], now=now)[0]
    make.settle()
    assert looks("chen", "/screening/", held.number) == ["running"]
    assert looks("chen", f"/screening/orders/{held.number}")


def test_exceptions_show_it_on_the_desk_on_their_page_and_in_my_work_of_who_has_them(mended: Receipt) -> None:
    wang = make.browser("wang")
    wang.get("/")  # her console is open, so it becomes hers
    one = record_change_request(make.agent_wang(), order_id=mended.order_id or 0, wish="改成蓝色", now=moment.now())
    assert looks("wang", "/exceptions/", mended.number) == ["running"]
    assert looks("wang", f"/exceptions/{one}")[0] == "running"
    wang.post("/exceptions/take", {"exception": one})
    assert "我负责的异常" in wang.get("/").content.decode()


def test_offers_show_it(mended: Receipt) -> None:
    make.item("TENT-3")
    short = make.order("S-1", sku="TENT-3", now=moment.now())
    make.settle()
    make.browser("wang").post(f"/orders/{short.number}/offer", {})
    assert looks("wang", "/orders/offers", short.number) == ["running"]
    assert "running" in looks("wang", f"/orders/{short.number}")


def test_refunds_that_wait_for_a_second_person_show_it() -> None:
    make.item(stock=20)
    number = make.order(quantity=10, payments=[make.payment(199_000)]).number
    form = {"amount": "1500", "cause": "goodwill", "reason": "late"}
    make.browser("zhao").post(f"/payments/orders/{number}/refund", form)
    assert looks("zhao", "/payments/refunds", number) == ["running"]
