"""A complaint from its ticket to its end, made good by four eyes; asked afterwards, the customer is not satisfied."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from playwright.sync_api import expect

from steward.kernel import moment, parameters
from steward.modules.desk.commands.complaint_settings import PolicyDraft, save_follow_up_policy
from steward.modules.desk.commands.follow_ups import ask_customers
from steward.modules.desk.queries.ticket import get_ticket
from steward.modules.desk.tests import words as desk
from steward.modules.messaging.queries.readers import QUIET_END, QUIET_START
from tests import make
from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE


def _begun() -> str:
    """Let a customer write, and a team stand ready; return the ticket's number."""
    try:
        make.team()
        mail = desk.mail(
            "你们客服态度太差", customer_id=desk.customer("+8613922223333"), at=moment.now(), subject="投诉"
        )
        return get_ticket(desk.said(mail)[0].ticket_id or 0).number
    finally:
        connection.close()


def _asked() -> int:
    """Let the time come at which the customer is asked."""
    try:
        parameters.set_parameter(make.TESTER, name=QUIET_START.name, new=QUIET_END.default, reason="no rest here")
        draft = PolicyDraft(code="complaints", channel="phone", complaint=True, after_h=0, rank=1)
        save_follow_up_policy(make.TESTER, draft=draft)
        return ask_customers(make.TESTER, now=moment.now())
    finally:
        connection.close()


def test_a_complaint_is_settled_by_two_people_and_comes_back_as_it_did_not_satisfy(visit: Visit) -> None:
    wang, zhao = visit("wang"), visit("zhao", size=PHONE, dark=True)
    with ThreadPoolExecutor(1) as own:
        number = own.submit(_begun).result()
    wang.go(f"/desk/tickets/{number}")
    wang.page.locator("summary[data-key=m]").click()
    wang.press("登记投诉")
    wang.page.get_by_label("客户投诉什么").fill("客服挂我电话")
    wang.page.locator("[name=type]").select_option("service_attitude")
    wang.page.locator("[name=team]").select_option("service")
    wang.press("登记")
    wang.sees("已登记")
    page = wang.page.url.removeprefix(wang.house.address)
    wang.page.locator("[name=cause]").select_option("staff_manner")
    wang.press("保存")
    wang.page.locator("[name=kind]").select_option("coupon")
    wang.page.get_by_label("金额").fill("60")
    wang.page.locator("form", has=wang.page.locator("[name=kind]")).get_by_label("原因").fill("服务失误")
    wang.press("提出补偿")
    wang.sees("待审批")
    wang.look("asked")

    zhao.go(page)
    zhao.look("phone")
    zhao.press("由另一人审批")
    zhao.page.wait_for_url("**/approvals/*")
    zhao.page.locator("[name=verdict][value=grant]").click()
    wang.sees("已同意，待发放")
    zhao.go(page)
    zhao.page.get_by_label("如何发放").fill("券已发")
    zhao.press("已发放")

    wang.go(page)
    wang.press("开始调查")
    wang.page.locator("summary", has_text="结案").click()
    wang.page.locator("[name=outcome]").select_option("withdrawn")
    wang.page.locator("details[open] [name=words]").fill("客户撤诉")
    wang.page.locator("details[open] button").click()
    wang.sees("已结案")
    wang.go("/complaints/analysis")
    wang.look("analysis")

    wang.go(f"/desk/tickets/{number}")
    wang.page.locator("[data-key=s]").click()
    wang.sees("已解决")
    with ThreadPoolExecutor(1) as own:
        assert own.submit(_asked).result() >= 1
    wang.go("/complaints/follow-ups")
    wang.look("to-call")
    row = wang.row(number)
    row.get_by_label("客户原话").fill("没有解决")
    row.get_by_role("button", name="不满意").click()
    wang.toast("工单已重新打开")
    wang.go(f"/desk/tickets/{number}")
    expect(wang.page.locator("[name=priority]")).to_have_value("high")
