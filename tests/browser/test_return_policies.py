"""The return policy asked about an order, then changed, on a desk and on a phone."""

from __future__ import annotations

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE


def test_a_manager_asks_the_policy_and_puts_a_longer_promise_in_force(visit: Visit) -> None:
    zhao = visit("zhao")
    zhao.go("/returns/policies/")
    zhao.look("policy-rules")
    zhao.go(f"/returns/policies/bench?order={zhao.house.mend}&kind=return_refund&reason=no_reason")
    zhao.sees("商品尚未签收：请取消订单，或拒收包裹。")
    zhao.look("policy-bench")

    zhao.go("/returns/policies/edit")
    zhao.page.locator("summary", has_text="七天无理由退货").click()
    zhao.page.locator("details[open] input[name^='within_days-']").fill("10")
    zhao.look("policy-edit")
    zhao.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict serves as well
    zhao.look("policy-edit", only_shape=True)
    zhao.page.locator("input[name='note']").fill("双十一延长")
    zhao.press("生效")
    zhao.toast("退换货政策第 2 版已生效。")
    zhao.look("policy-rules", only_shape=True)
    zhao.page.get_by_role("link", name="第 2 版").click()
    zhao.sees("与第 1 版对比")
    zhao.look("policy-version", only_shape=True)
