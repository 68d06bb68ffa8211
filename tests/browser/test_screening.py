"""Screening in a browser: a ring of orders is held, looked at and decided; rules, lists and a back-test."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec

from steward.modules.orders.rules.drafts import BuyerDraft, OriginDraft
from tests import make
from tests.browser.conftest import Visit
from tests.browser.house import House
from tests.browser.visitor import DESK, PHONE, Visitor


def ring(house: House) -> str:
    """Send six orders of six customers from one device; return the number of the last."""
    now = datetime.now(UTC)
    number = ""
    for n in range(6):
        origin = OriginDraft(device_id="ios-ring-77", ip="203.0.113.9", registered_at=now - timedelta(seconds=20 + n))
        draft = make.draft(
            f"RING-{n}",
            placed_at=now,
            buyer=BuyerDraft(external_id=f"ring-{n}", name="王小明"),
            recipient=make.recipient(phone=f"1390000{n:04}", street=f"文三路 {n + 10} 号 2 幢 101 室"),
            payments=[make.payment(transaction=f"RING-{n}")],
            origin=origin,
        )
        number = house.order(msgspec.json.encode(draft))
    return number


def looked_at(visitor: Visitor, address: str, name: str) -> None:
    """Look at a page on a desk by night and on a phone by day."""
    visitor.page.emulate_media(color_scheme="dark")
    visitor.page.set_viewport_size(DESK)  # type: ignore[arg-type]  # a plain dict serves as well
    visitor.go(address)
    visitor.look(f"{name}-desk")
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visitor.go(address)
    visitor.look(f"{name}-phone")


def test_a_held_order_is_looked_at_and_released(visit: Visit) -> None:
    zhao = visit("zhao")
    number = ring(zhao.house)
    zhao.go(f"/orders/{number}")
    for _ in range(40):
        if zhao.page.locator(".sc-on-order").count():
            break
        zhao.page.wait_for_timeout(250)
        zhao.go(f"/orders/{number}")
    looked_at(zhao, "/screening/", "holds")
    looked_at(zhao, f"/screening/orders/{number}", "hold")
    looked_at(zhao, f"/orders/{number}", "order-screened")

    zhao.page.set_viewport_size(DESK)  # type: ignore[arg-type]
    zhao.go(f"/screening/orders/{number}")
    zhao.page.locator("#hold-reason").fill("已电话核实")
    zhao.press("放行")
    zhao.page.wait_for_url("**/screening/")
    zhao.sees(re.compile(f"{number} 已放行"))


def test_rules_lists_and_a_back_test_are_at_hand(visit: Visit) -> None:
    zhao = visit("zhao")
    zhao.go("/screening/backtests")
    zhao.press("开始")
    zhao.page.wait_for_url("**/screening/backtests/*")
    zhao.sees("召回率")
    looked_at(zhao, zhao.page.url.removeprefix(zhao.house.address), "backtest")
    zhao.go("/screening/lists")
    zhao.page.locator(".sc-add summary").click()
    zhao.page.locator("input[name=value]").fill("13900001234")
    zhao.page.locator(".sc-add input[name=reason]").fill("空号")
    zhao.press("加入名单")
    zhao.sees("139****1234")
    for address, name in (
        ("/screening/lists", "lists"),
        ("/screening/rules", "rules"),
        ("/screening/rules/1", "rule-set"),
        ("/screening/rules/new", "rules-edit"),
        ("/screening/backtests", "backtests"),
    ):
        looked_at(zhao, address, name)
