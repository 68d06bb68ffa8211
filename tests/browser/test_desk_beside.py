"""A ticket opens beside the list: what was begun is kept, and nothing of one ticket is shown in another."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from steward.kernel import moment
from steward.modules.desk.queries.ticket import get_ticket
from steward.modules.desk.tests import words as desk
from tests.browser.conftest import Visit
from tests.browser.test_portal import apart


def another() -> str:
    """Let somebody else write; return the number of their ticket."""
    first = desk.mail("发票抬头能改吗？", customer_id=desk.customer("+8613911113333"), at=moment.now(), subject="发票")
    return get_ticket(desk.said(first)[0].ticket_id or 0).number


def test_a_ticket_opens_beside_the_list_and_what_was_begun_is_kept(visit: Visit) -> None:
    wang = visit("wang")
    number, second = wang.house.ticket, apart(another)
    wang.go("/desk/?queue=active")
    wang.page.evaluate("window.here = true")
    row = wang.page.locator(f".dk-row[data-href$='ticket={number}']")

    row.click()
    area = wang.page.get_by_label("回复内容")
    expect(wang.page.locator("#dk-context")).to_contain_text("客户")
    expect(row).to_have_attribute("aria-current", "true")
    wang.page.keyboard.press("r")
    area.fill("内部：正在核实")
    wang.page.keyboard.press("Escape")
    wang.page.keyboard.press("n")  # it was no answer after all
    wang.page.locator(f".dk-row[data-href$='ticket={second}']").click()
    expect(wang.page.locator("#dk-thread")).to_contain_text("发票抬头")
    expect(area).to_have_value("")
    row.focus()
    wang.page.keyboard.press("Enter")
    expect(area).to_have_value("内部：正在核实")
    expect(wang.page.locator("[name=kind][value=note]")).to_be_checked()

    assert wang.page.evaluate("window.here") is True
    assert f"ticket={number}" in wang.page.url
    wang.page.locator("summary[title=筛选]").click()
    expect(wang.page.locator(".dk-filter [name=text]")).to_be_visible()
    wang.look("filter")
    wang.page.keyboard.press("Escape")
    area.fill("")
    wang.page.go_back()
    expect(wang.page.locator("#dk-thread")).to_contain_text("发票抬头")


def test_what_was_asked_of_one_ticket_is_never_shown_in_another(visit: Visit) -> None:
    wang = visit("wang")
    number, second = wang.house.ticket, apart(another)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if not held and "dk-thread" in route.request.headers.get("x-parts", ""):
            held.append(route)
        else:
            route.continue_()

    wang.go(f"/desk/?queue=active&ticket={number}")
    wang.page.route("**/desk/?*", hold)
    wang.page.evaluate("steward.changed(['desk.'])")
    while not held:
        wang.page.wait_for_timeout(50)
    wang.page.locator(f".dk-row[data-href$='ticket={second}']").click()
    thread = wang.page.locator("#dk-thread")
    expect(thread).to_contain_text("发票抬头")

    held[0].continue_()

    wang.page.wait_for_timeout(2_000)  # longer than changes are gathered
    expect(thread).to_contain_text("发票抬头")
    expect(thread).not_to_contain_text("我的包裹到哪里了")
    expect(wang.page.locator("#dk-head")).to_contain_text(second)
