"""A supervisor draws a sample and scores it, the agent appeals, a third decides, and the agent learns from it."""

from __future__ import annotations

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE

TALK = "帐篷漏水，等了三天没人管"


def test_a_sample_is_scored_appealed_against_decided_and_coached(visit: Visit) -> None:
    zhao = visit("zhao")
    zhao.go("/desk/quality/")
    zhao.press("本周抽取")
    zhao.row(TALK).get_by_role("link").click()
    zhao.sees("客户不满")
    page = zhao.page.url
    for each in zhao.page.locator("input[name^='points-'][value='3']").all():
        each.check()
    zhao.page.get_by_label("标记").last.select_option(label="可改进")
    zhao.page.get_by_label("总评").fill("方案清楚，开场没有安抚。")
    zhao.look("sheet")
    zhao.press("提交")
    zhao.sees("低于 80 分")

    wang = visit("wang", size=PHONE, dark=True)
    wang.go("/desk/quality/mine")
    wang.page.get_by_role("link", name=TALK).click()
    wang.page.get_by_label("哪里不合理").fill("先道歉了，在电话里说的。")
    wang.press("申诉")
    wang.sees("王丽的申诉")
    wang.look("appealed")

    qian = visit("qian")
    qian.go("/desk/quality/?queue=appealed")
    qian.row(TALK).get_by_role("link").click()
    qian.page.locator("input[name='points-tone'][value='4']").check()
    qian.page.locator("input[name='points-solution'][value='4']").check()
    qian.page.get_by_label("裁定理由").fill("通话记录里有道歉，语气与方案各加一分。")
    qian.press("按以上分数更正")
    qian.sees("原为 75 分")
    qian.look("decided")

    zhao.page.goto(page)
    zhao.page.get_by_label("看到的问题").fill("文字里也要先安抚")
    zhao.page.get_by_label("要做的事").fill("听两段优秀录音")
    zhao.page.get_by_label("截止日期").fill("2099-01-31")
    zhao.press("安排辅导")
    wang.go("/desk/quality/mine")
    wang.sees("听两段优秀录音")
    wang.press("已完成")
    wang.sees("已记录")
