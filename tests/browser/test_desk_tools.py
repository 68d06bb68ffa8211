"""The desk's own tools: words are found again, a filter becomes a view, a flow gets a new version."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE


def test_words_that_were_said_are_found_and_lead_to_the_ticket(visit: Visit) -> None:
    wang = visit("wang")
    wang.go("/desk/?queue=active")
    search = wang.page.locator(".dk-search [name=q]")
    search.fill("包裹")
    search.press("Enter")
    found = wang.page.locator(".ds-hit").filter(has_text=wang.house.ticket)
    for _attempt in range(20):  # what was said just now is indexed by the worker
        if found.count():
            break
        wang.page.wait_for_timeout(500)
        wang.page.reload()
    expect(found.locator("mark").first).to_have_text(re.compile("包裹"))
    wang.look("found")

    found.get_by_role("link").first.click()

    wang.page.wait_for_url(f"**/desk/tickets/{wang.house.ticket}")
    wang.sees("我的包裹到哪里了")


def test_a_filter_is_saved_as_a_view_that_opens_with_the_inbox(visit: Visit) -> None:
    zhao = visit("zhao")
    zhao.go("/desk/?queue=active")
    zhao.page.locator("summary[title=筛选]").click()
    zhao.page.locator(".dk-filter select[name=channels]").select_option("email")
    zhao.page.locator(".dk-filter").get_by_role("button", name="筛选").click()
    zhao.page.wait_for_url("**channels=email**")
    zhao.page.locator("summary[title=筛选]").click()
    zhao.page.locator("[data-save-view]").click()

    zhao.page.locator("input[name=name]").fill("邮件来信")
    zhao.look("view")
    zhao.press("保存")
    zhao.page.wait_for_url("**/desk/?view=*")
    zhao.go("/desk/views")
    zhao.row("邮件来信").get_by_role("button", name="设为默认").click()
    zhao.look("views")
    zhao.go("/desk/")

    expect(zhao.page.locator(".dk-list-head h1")).to_have_text("邮件来信")
    expect(zhao.page.locator(f".dk-row[data-href$='ticket={zhao.house.ticket}']")).to_be_visible()
    zhao.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict serves as well
    zhao.look("view-phone")
    zhao.go("/desk/views")
    zhao.row("邮件来信").get_by_role("button", name="移除").click()
    zhao.sees("还没有视图")


def test_a_flow_gets_a_new_version_with_a_reason(visit: Visit) -> None:
    zhao = visit("zhao")
    zhao.go("/desk/flows/payment")
    zhao.page.locator("[name=step-1-limit]").fill("45")
    zhao.page.locator("#flow-reason").fill("账务要求更快核对")
    zhao.look("flow")

    zhao.press("保存")

    zhao.go("/desk/flows/payment")
    expect(zhao.page.locator("[name=step-1-limit]")).to_have_value("45")
    zhao.sees("账务要求更快核对")
