"""The pages of surge mode: load, plans, the switch, and what it changed."""

from __future__ import annotations

import pytest

from steward.kernel import parameters
from steward.modules.incidents import queries
from steward.modules.orders.commands.progress import AUTO_LIMITS
from tests import make

pytestmark = pytest.mark.django_db


def test_every_queue_shows_its_load_and_a_forecast() -> None:
    page = make.browser("zhao").get("/surge/").content.decode()
    for words in ("待审核", "待修正", "异常", "订单高峰", "su-ahead"):
        assert words in page, words


def test_a_manager_switches_a_plan_on_and_off_and_sees_what_it_changed() -> None:
    browser = make.browser("zhao")
    browser.post("/surge/start", {"plan": "order-flood", "reason": "双十一"})
    (surge,) = queries.active_surges()
    page = browser.get(f"/surge/{surge.id}").content.decode()
    assert "双十一" in page
    assert "¥5,000.00 → ¥10,000.00" in page
    browser.post(f"/surge/{surge.id}/end", {"reason": "结束了"})
    assert parameters.value(AUTO_LIMITS) == {"CNY": 500_000}
    assert "结束了" in browser.get(f"/surge/{surge.id}").content.decode()


def test_without_a_reason_nothing_is_switched_on() -> None:
    make.browser("zhao").post("/surge/start", {"plan": "order-flood", "reason": " "})
    assert queries.active_surges() == []


def test_a_manager_writes_a_plan_and_changes_it() -> None:
    browser = make.browser("zhao")
    fields = {
        "name": "Live sale",
        "queue": "mend",
        "by_rule": "1",
        "waiting": "50",
        "calm_below": "10",
        "calm_min": "5",
        "postpone": "1",
        "reason": "直播",
        "version": "0",
    }
    browser.post("/surge/plans/", fields)
    browser.post("/surge/plans/live-sale", fields | {"waiting": "80", "version": "1"})
    plan = queries.plan("live-sale")
    assert (plan.version, plan.trigger.waiting, plan.queue) == (2, 80, "mend")
    browser.post("/surge/plans/live-sale/retire", {"reason": "不用了"})
    assert [one.code for one in queries.plans()] == ["order-flood"]


def test_who_may_only_look_finds_no_switch() -> None:
    page = make.browser("chen").get("/surge/").content.decode()
    assert "订单高峰" in page
    assert "/surge/start" not in page
    assert make.browser("chen").post("/surge/start", {"plan": "order-flood", "reason": "x"}).status_code == 403
