"""Two agents at one ticket: they see each other, one answers with a standard answer, takes it back, and sends again."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE


def test_two_agents_meet_at_a_ticket_and_the_customer_writes_meanwhile(visit: Visit) -> None:
    wang, zhao = visit("wang"), visit("zhao")
    number = wang.house.ticket
    wang.go(f"/desk/?queue=active&ticket={number}")
    wang.sees("我的包裹到哪里了")
    wang.look("inbox")

    zhao.go(f"/desk/tickets/{number}")
    zhao.sees("王丽 正在查看")
    zhao.page.keyboard.press("r")
    zhao.page.keyboard.type("您好，我来帮您查。")
    zhao.sees("草稿已保存")
    wang.sees("赵敏 正在输入")

    wang.page.keyboard.press("r")
    wang.page.keyboard.type("/催")
    expect(wang.page.locator("[data-macros] li")).to_have_count(1)
    wang.page.keyboard.press("Enter")
    area = wang.page.get_by_label("回复内容")
    expect(area).to_have_value(f"您好，{number} 已催快递，今天答复您。")
    wang.page.keyboard.press("Control+Enter")
    wang.sees("距发出")
    wang.look("undo")
    wang.press("撤回")
    expect(area).to_have_value(f"您好，{number} 已催快递，今天答复您。")

    wang.house.customer_writes("不用查了，刚刚收到")
    zhao.sees("您输入期间客户又发来新消息。")
    expect(zhao.page.get_by_label("回复内容")).to_have_value("您好，我来帮您查。")
    zhao.look("newer")


def test_the_inbox_of_a_phone_shows_one_pane_at_a_time(visit: Visit) -> None:
    wang = visit("wang", size=PHONE, dark=True)
    wang.go("/desk/?queue=active")
    wang.look("list")
    wang.page.locator(".dk-row").first.click()
    wang.sees("回复")
    expect(wang.page.locator(".dk-list")).to_be_hidden()
    wang.look("ticket")
    wang.page.get_by_role("link", name="返回列表").click()
    expect(wang.page.locator(".dk-list")).to_be_visible()
