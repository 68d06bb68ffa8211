"""An order from the list to its approval, by mouse and by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.api.caller import order_body
from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE


def test_the_list_is_narrowed_and_walked_by_keyboard(visit: Visit) -> None:
    chen = visit("chen")
    chen.go("/orders/")
    chen.page.get_by_label("付款", exact=True).select_option("unpaid")
    chen.page.wait_for_url("**payment=unpaid**")
    expect(chen.row("BR-MASK")).to_be_visible()
    expect(chen.row("BR-AUDIT")).to_have_count(0)

    chen.page.locator("#order-q").fill("BR-NOWHERE")
    chen.sees("没有符合条件的订单")
    chen.look("nothing-fits")

    chen.go("/orders/")
    rows = chen.page.locator("main tr[data-href]")
    for key, place in (("j", 0), ("j", 1), ("k", 0)):
        chen.page.keyboard.press(key)
        expect(rows.nth(place)).to_be_focused()
    wanted = rows.nth(0).get_attribute("data-href") or "-"
    chen.page.keyboard.press("Enter")
    chen.page.wait_for_url(f"**{wanted}")


def test_the_palette_goes_to_pages_and_finds_orders(visit: Visit) -> None:
    chen = visit("chen")
    chen.go("/")
    chen.page.keyboard.press("Control+k")
    chen.page.keyboard.type("待审核")
    first = chen.page.locator("#palette [role=option]").first
    expect(first).to_contain_text("待审核")
    chen.look("page")
    chen.page.keyboard.press("Enter")
    chen.page.wait_for_url("**queue=audit")

    chen.page.keyboard.press("Control+k")
    chen.page.keyboard.type("BR-MASK")
    expect(chen.page.locator("#palette [role=option]").first).to_contain_text(chen.house.masked)
    chen.page.keyboard.press("Enter")
    chen.page.wait_for_url(f"**/orders/{chen.house.masked}")

    chen.go("/search?q=BR-MASK")
    expect(chen.page.locator("main")).to_contain_text(chen.house.masked)
    chen.look("search")


def test_a_suggestion_is_taken(visit: Visit) -> None:
    lin = visit("lin")
    lin.go("/orders/?queue=mend")
    lin.row("BR-TAKE").click()
    lin.sees("浙江省杭州市上城区")
    lin.look("before")

    lin.press("采用")

    lin.toast("已采用建议，并重新检查。")
    expect(lin.page.locator(".od-facts:not(.od-credit)").first).to_contain_text("浙江省 杭州市 上城区")
    lin.look("after")


def test_a_finding_is_mended(visit: Visit) -> None:
    lin = visit("lin", size=PHONE)
    lin.go("/orders/?queue=mend")
    lin.row("BR-MEND").get_by_role("link").first.click()
    form = lin.page.locator(".od-mend").filter(has=lin.page.get_by_text("修正", exact=True))
    form.locator("summary").click()
    form.get_by_label("电话").fill("13800138000")
    lin.look("before")

    lin.press("修正并重新检查")

    lin.toast("已修正，并重新检查。")
    expect(lin.page.locator(".od-facts:not(.od-credit)").first).to_contain_text("138****8000")
    lin.look("after")


def test_an_order_is_approved_in_the_queue_by_keyboard(visit: Visit) -> None:
    chen = visit("chen")
    chen.go("/orders/?queue=audit")
    row = chen.row("BR-AUDIT")
    expect(row).to_contain_text("待审核")
    chen.look("queue")

    row.focus()
    chen.page.keyboard.press("a")

    chen.toast("1 张订单已审核通过。")
    expect(chen.row("BR-AUDIT")).to_have_count(0)
    chen.look("done")


def test_whoever_entered_an_order_cannot_approve_it_and_another_person_can(visit: Visit) -> None:
    zhao = visit("zhao")
    zhao.expects(422)
    zhao.go("/orders/new")
    page = zhao.page
    page.get_by_label("店铺", exact=True).select_option("own")
    page.get_by_label("店铺单号").fill("FR-BIG")
    sku, quantity = page.get_by_label("SKU"), page.get_by_label("数量")
    sku.nth(0).fill("TENT-2")
    quantity.nth(0).fill("30")
    page.get_by_label("单价").nth(0).fill("199")
    zhao.press("添加一行")
    expect(sku).to_have_count(2)
    expect(sku.nth(0)).to_have_value("TENT-2")
    sku.nth(1).fill("NO-SUCH")
    quantity.nth(1).fill("2")
    page.get_by_label("单价").nth(1).fill("89")
    page.locator("#e-rname").fill("梅子")
    page.locator("#e-rphone").fill("13812345521")
    page.locator("#e-street").fill("浙江省杭州市西湖区文三路 90 号 5 幢 201 室")
    expect(page.locator(".od-sum")).to_contain_text("6,148.00")
    zhao.press("保存订单")
    zhao.sees("以下需要修正：")
    zhao.look("unknown-sku")
    sku.nth(1).fill("LAMP-1")
    zhao.press("保存订单")
    page.wait_for_url("**/orders/SO-*")
    number = page.url.rpartition("/")[2]
    zhao.look("entered")

    zhao.house.pay("FR-BIG", 614_800)
    expect(page.locator("h1")).to_contain_text("待审核")  # by itself, as everything that changes
    expect(page.get_by_role("button", name="审核通过")).to_be_disabled()
    expect(page.locator(".od-why").first).to_have_attribute("title", re.compile("核对|另一人"))

    chen = visit("chen")
    chen.go(f"/approvals/entries/{number}")
    again = {"phone": "138 1234 5521", "street": "文三路90号5幢201室", "total": "6148", "district": "西湖区"}
    for field in chen.page.locator("[name^=typed_]").all():
        name = field.get_attribute("name") or ""
        field.fill(next(value for part, value in again.items() if part in name))
    chen.look("typed-again")
    chen.press("比对")
    chen.look("compared")
    chen.page.locator("button[name=verdict][value=grant]").click()
    chen.look("agreed")
    chen.go(f"/orders/{number}")
    chen.press("审核通过")
    chen.toast(f"{number} 已审核通过。")
    expect(chen.page.locator("h1")).to_contain_text("已审核")
    chen.look("approved")


def test_a_phone_number_is_revealed_and_the_look_is_recorded(visit: Visit) -> None:
    wang = visit("wang")
    wang.go(f"/orders/{wang.house.masked}")
    phone = wang.page.locator(".od-facts:not(.od-credit) dd").nth(1)
    expect(phone).to_have_text("138****5521")
    wang.look("masked")

    phone.get_by_role("button", name="查看明文（会留下记录）").click()

    expect(phone).to_have_text("13812345521")
    admin = visit("admin")
    admin.go("/settings/audit?kind=orders.order_revealed")
    expect(admin.page.locator("main tbody tr").first).to_contain_text("王丽")
    admin.look("audit-log")


def test_an_order_that_arrives_appears_by_itself(visit: Visit) -> None:
    lin = visit("lin")
    lin.go("/orders/")
    lin.sees("实时")
    expect(lin.page.locator("#live")).to_have_attribute("data-state", "live")
    lin.page.evaluate("window.sinceItOpened = true")

    number = lin.house.order(order_body("BR-LIVE"))

    expect(lin.row("BR-LIVE")).to_contain_text(number)
    assert lin.page.evaluate("window.sinceItOpened") is True
    lin.look("arrived")
