"""Somebody who is signed in to their own pages chats there as themselves, beside what the browser said before."""

from __future__ import annotations

from django.db import connection
from playwright.sync_api import FrameLocator, expect

from steward.kernel import moment
from steward.modules.messaging.commands.accounts import save_account
from steward.modules.messaging.models import ChatVisit
from steward.modules.orders.models import Order
from tests import make
from tests.browser.conftest import Visit
from tests.browser.test_portal import apart
from tests.browser.visitor import PHONE, Visitor
from tests.portal.signed import browser_of

MS = 30_000


def opened() -> tuple[str, int]:
    """Let there be a chat and a buyer who is signed in; return the key of their browser, and who they are."""
    facts = {"origins": "http://127.0.0.1:9", "start": "person", "contact": "no"}
    save_account(make.TESTER, kind="chat", code="own", name="客服", facts=facts, now=moment.now())
    make.item(sku="CHAT-1", stock=5)
    order = make.order("BR-CHAT", sku="CHAT-1", **make.somebody(31))
    buyer = Order.objects.get(id=order.order_id).customer_id or 0
    return browser_of("13705710031").cookies["steward_my"].value, buyer


def says(visitor: Visitor, text: str) -> FrameLocator:
    """Write something in the chat of the page, and wait until it is sent."""
    chat = visitor.page.frame_locator("iframe")
    chat.get_by_role("button", name="打开在线客服").click()
    chat.get_by_label("请输入消息").fill(text)
    chat.get_by_label("请输入消息").press("Enter")
    expect(chat.locator(".ch-visitor .ch-words").last).to_have_text(text, timeout=MS)
    expect(chat.locator(".ch-visitor .ch-state").last).to_have_text("已发送", timeout=MS)
    return chat


def owners() -> list[int | None]:
    connection.close()
    visits = ChatVisit.objects.filter(account__code="own").order_by("id")
    return list(visits.values_list("portal_visit_id", flat=True))


def test_a_customer_chats_as_themselves_until_they_sign_out(visit: Visit) -> None:
    key, buyer = apart(opened)
    customer = visit(size=PHONE)
    host = customer.house.address.removeprefix("http://").split(":")[0]
    customer.page.context.add_cookies([{"name": "steward_my", "value": key, "domain": host, "path": "/my/"}])
    customer.go("/my/help")
    says(customer, "我的帐篷到哪了")
    customer.look("own-chat")

    tied = apart(lambda: ChatVisit.objects.get(portal_visit_id__isnull=False))
    assert tied.customer_id == buyer
    customer.page.reload()
    chat = customer.page.frame_locator("iframe")
    chat.get_by_role("button", name="打开在线客服").click()
    expect(chat.locator(".ch-visitor .ch-words")).to_have_text("我的帐篷到哪了", timeout=MS)
    assert len(apart(owners)) == 1

    customer.expects(401)
    customer.page.evaluate(
        "() => fetch('/my/sign-out', {method: 'POST', headers: {'X-CSRFToken': document.querySelector("
        "'[name=csrfmiddlewaretoken]')?.value || ''}})"
    )
    expect(chat.locator(".ch-visitor .ch-words")).to_have_count(0, timeout=MS)  # what was said is not shown any more
    customer.look("signed-out")
    assert apart(owners) == [tied.portal_visit_id, None]
