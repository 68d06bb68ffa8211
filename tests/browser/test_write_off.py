"""Goods are given up: who keeps them asks, somebody else agrees, and they leave the books."""

from __future__ import annotations

import re

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE


def test_damaged_goods_are_asked_for_by_one_and_given_up_by_another(visit: Visit) -> None:
    zhao, admin = visit("zhao"), visit("admin")
    zhao.go(f"/stock/write-offs/new?item={zhao.house.boots}")
    zhao.page.get_by_label("件数").fill("2")
    zhao.page.get_by_label("经过").fill("外箱受潮")
    zhao.look("asking")
    zhao.press("提交并冻结")
    zhao.toast("等待他人审批")
    zhao.look("waiting")
    address = zhao.page.url.removeprefix(zhao.house.address)

    admin.go(address)
    admin.press("处理")
    admin.sees("外箱受潮")
    admin.look("request")
    admin.press("同意", exact=False)
    admin.page.wait_for_url(re.compile(r"/approvals/"))

    zhao.go(address)
    zhao.sees("已报损")
    zhao.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict serves as well
    zhao.look("given-up", only_shape=True)
