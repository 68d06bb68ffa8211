"""A browser that begins anew shows nothing of its visit before; a page nobody looks at holds no connection."""

from __future__ import annotations

import time

from playwright.sync_api import Request, expect

from steward.kernel import moment
from steward.modules.messaging.commands import chats
from steward.modules.messaging.commands.accounts import save_account
from steward.modules.messaging.models import ChatLine, ChatVisit
from tests import make
from tests.browser.conftest import Visit
from tests.browser.test_chat import MS, in_own_thread

CODE = "visits"
LOOKED_AT = """(state) => {
  Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def of_shop() -> None:
    """Let the house itself show a chat, where somebody is there."""
    make.team("visits", usernames=("wang",))
    facts = {"origins": "http://127.0.0.1:8999", "start": "person", "contact": "no", "team": "visits"}
    save_account(make.TESTER, kind="chat", code=CODE, name="帐篷店", facts=facts, now=moment.now())


def own() -> int:
    """Find the visit; a browser that was just opened begins one a moment later."""
    visits = ChatVisit.objects.filter(account__code=CODE)
    deadline = time.monotonic() + MS / 1000
    while not visits.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    return visits.values_list("id", flat=True).get()


def forget() -> None:
    """Forget the visit, and let its stream be read."""
    visit_id = own()
    ChatLine.objects.filter(visit_id=visit_id).delete()
    ChatVisit.objects.filter(id=visit_id).delete()
    chats.tell_browsers(visits=[visit_id])


def greet(text: str) -> None:
    line = chats.LineDraft(kind="staff", text=text, who="王丽")
    chats.show(make.TESTER, visit_id=own(), lines=[line], now=moment.now())


def is_stream(request: Request) -> bool:
    return request.url.endswith("/events")


def test_a_visit_begins_anew_and_streams_while_it_is_looked_at(visit: Visit) -> None:
    in_own_thread(of_shop)
    mei = visit()
    mei.expects(401)
    page = mei.page
    page.clock.install()
    page.goto(f"{mei.house.address}/chat/{CODE}?lang=zh-CN")
    page.get_by_role("button", name="打开在线客服").click()
    in_own_thread(lambda: greet("您好"))
    expect(page.locator("#lines .ch-words")).to_have_text(["您好"], timeout=MS)

    with page.expect_request(is_stream, timeout=MS):
        in_own_thread(forget)
    in_own_thread(lambda: greet("又见面了"))
    expect(page.locator("#lines .ch-words")).to_have_text(["又见面了"], timeout=MS)

    page.evaluate(LOOKED_AT, "hidden")
    with page.expect_event("requestfailed", is_stream, timeout=MS):
        page.clock.fast_forward(11_000)
    in_own_thread(lambda: greet("还在吗"))
    page.evaluate(LOOKED_AT, "visible")
    expect(page.locator("#lines .ch-words")).to_have_text(["又见面了", "还在吗"], timeout=MS)
