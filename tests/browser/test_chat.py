"""A visitor of a shop's own page writes, an agent answers in the console, and a broken line loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import expect

from steward.kernel import moment, parameters
from steward.modules.desk.commands.parameters import UNDO_S
from steward.modules.messaging.commands.accounts import save_account
from tests import make
from tests.browser.conftest import Visit
from tests.browser.foreign import shop
from tests.browser.visitor import PHONE

# What a worker does in between may wait for other jobs.
MS = 30_000


def in_own_thread(work: Callable[[], object]) -> None:
    """Do something in the database: Playwright holds the loop of this thread."""

    def done() -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as own:
        own.submit(done).result()


def opened(origin: str) -> None:
    """Let the shop show a chat, and let Wang be there for it."""
    make.team("chat", usernames=("wang",))
    facts = {"origins": origin, "start": "person", "contact": "no", "team": "chat"}
    save_account(make.TESTER, kind="chat", code="tents", name="帐篷店", facts=facts, now=moment.now())


def waits_s(seconds: int) -> None:
    """Let answers leave after so many seconds, for all stories of this house."""
    parameters.set_parameter(make.TESTER, name=UNDO_S.name, new=seconds, reason="test")


@pytest.fixture
def _at_once(visit: Visit) -> Iterator[None]:
    in_own_thread(lambda: waits_s(0))
    yield
    in_own_thread(lambda: waits_s(10))


@pytest.mark.usefixtures("_at_once")
def test_a_visitor_and_an_agent_chat_and_a_broken_line_loses_nothing(visit: Visit) -> None:
    wang = visit("wang")
    with shop(wang.house.address, "tents") as origin:
        in_own_thread(lambda: opened(origin))
        mei = visit(size=PHONE, dark=True)
        mei.page.goto(f"{origin}/tents?who=mei")
        chat = mei.page.frame_locator("iframe")
        chat.get_by_role("button", name="打开在线客服").click()
        chat.get_by_label("请输入消息").fill("帐篷少了一根杆")
        chat.get_by_label("请输入消息").press("Enter")
        expect(chat.locator(".ch-visitor .ch-state")).to_have_text("已发送", timeout=MS)
        mei.look("asked")

        wang.go("/desk/?queue=active")
        wang.page.locator(".dk-row", has_text="帐篷少了一根杆").first.click(timeout=MS)
        wang.sees(f"{origin}/tents")
        expect(chat.locator(".ch-visitor .ch-state")).to_have_text("已读", timeout=MS)
        chat.get_by_label("请输入消息").press_sequentially("在")
        wang.sees("客户正在输入")
        wang.page.get_by_label("回复内容").fill("您好，今天补寄。")
        wang.page.get_by_label("回复内容").press("Control+Enter")
        expect(chat.locator(".ch-staff .ch-words")).to_have_text("您好，今天补寄。", timeout=MS)
        expect(chat.locator(".ch-staff .ch-who")).to_have_text("王丽", timeout=MS)
        expect(wang.page.locator("#dk-thread")).to_contain_text("已读", timeout=MS)

        mei.page.context.set_offline(True)
        chat.get_by_label("请输入消息").fill("在吗？几天到？")
        chat.get_by_label("请输入消息").press("Enter")
        wang.page.get_by_label("回复内容").fill("两天左右。")
        wang.page.get_by_label("回复内容").press("Control+Enter")
        expect(chat.locator(".ch-pending")).to_have_count(1, timeout=MS)
        expect(wang.page.locator("#dk-thread")).to_contain_text("已发送", timeout=MS)
        mei.page.context.set_offline(False)
        expect(chat.locator(".ch-staff .ch-words")).to_have_text(["您好，今天补寄。", "两天左右。"], timeout=MS)
        expect(chat.locator(".ch-visitor .ch-words")).to_have_text(["帐篷少了一根杆", "在吗？几天到？"], timeout=MS)
        wang.sees("在吗？几天到？")
        wang.look("answered")
        mei.look("back")
