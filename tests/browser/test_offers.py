"""A buyer whose goods are short, on a phone: reads in three languages, presses once, and sees it done."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE


def test_a_buyer_chooses_with_one_press_in_their_language(visit: Visit) -> None:
    buyer = visit(size=PHONE)
    buyer.go(buyer.house.offers[0])
    buyer.sees("您订的商品暂时缺货")
    buyer.look("hans")

    buyer.page.get_by_role("button", name="繁").click()
    buyer.sees("缺貨")
    buyer.look("hant")

    buyer.page.get_by_role("button", name="EN").click()
    buyer.sees("Something you ordered is out of stock.")
    buyer.look("en")

    buyer.page.get_by_role("button", name="Send what is there", exact=True).click()
    buyer.sees("You chose to get what is there.")
    buyer.look("chosen")
    buyer.page.reload()
    expect(buyer.page.locator("main").get_by_role("button")).to_have_count(0)


def test_the_page_is_readable_in_the_dark(visit: Visit) -> None:
    buyer = visit(size=PHONE, dark=True)
    buyer.go(buyer.house.offers[1])
    buyer.sees("您订的商品暂时缺货")
    buyer.look("dark")


def test_an_agent_sees_the_offer_and_answers_for_the_buyer(visit: Visit) -> None:
    wang = visit("wang")
    wang.go("/orders/offers")
    wang.look("list")
    wang.page.locator("main tr[data-href]").first.click()
    wang.sees("代买家答复")
    wang.look("order", only_shape=True)

    form = wang.page.locator("form[action$='/answer']")
    form.get_by_label("原因").fill("客户来电")
    form.get_by_role("button").click()

    wang.sees("已答复")
    wang.look("answered", only_shape=True)
