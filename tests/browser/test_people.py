"""Who may do what, changed by a tick."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.api.caller import order_body
from tests.browser.conftest import Visit


def test_a_tick_in_the_matrix_opens_a_page_to_a_role(visit: Visit) -> None:
    wang = visit("wang")
    wang.expects(403)
    wang.go("/imports/")
    wang.sees("导入订单文件")
    wang.look("forbidden")

    admin = visit("admin")
    admin.go("/people/roles")
    tick = admin.page.get_by_label("客服专员: 导入订单文件")
    expect(tick).not_to_be_checked()
    tick.click()
    admin.toast("已授予，下一次点击起生效。")
    expect(tick).to_be_checked()
    admin.look("given")

    wang.page.reload()
    expect(wang.page.locator("h1")).to_have_text("导入")

    tick.click()
    admin.toast("已收回，下一次点击起生效。")
    wang.page.reload()
    wang.sees("导入订单文件")


def test_the_page_of_tokens_says_when_one_was_used(visit: Visit) -> None:
    admin = visit("admin")
    admin.house.order(order_body("BR-USED"))

    admin.go("/people/tokens")

    expect(admin.row("stw_")).to_contain_text(re.compile("刚刚|分钟前"))


def test_a_token_is_shown_once_and_taken_away(visit: Visit) -> None:
    admin = visit("admin")
    admin.go("/people/tokens")
    admin.page.get_by_label("哪个程序使用？").fill("仓库系统")
    admin.page.get_by_label("查看订单", exact=True).check()
    admin.press("签发")
    expect(admin.page.locator("#secret")).to_contain_text("stw_")
    admin.look("issued")

    admin.go("/people/tokens")
    expect(admin.page.locator("#secret")).to_have_count(0)
    admin.row("仓库系统").get_by_role("button", name="吊销").click()

    admin.toast("已吊销")
    expect(admin.row("仓库系统")).to_contain_text("已撤销")
    admin.look("revoked")
