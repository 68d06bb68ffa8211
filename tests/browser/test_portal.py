"""A customer on a phone: signs in by a code, sees an order, sends it back with a picture, sees what is next."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Literal

from django.conf import settings
from django.db import connection

from steward.kernel import moment
from steward.modules.customers.queries.contact import contacts
from steward.modules.logistics.commands import tracking
from steward.modules.logistics.ports import Report
from steward.modules.logistics.tests import ship
from steward.modules.messaging.queries import outbox
from steward.modules.orders.models import Order
from tests import make
from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE, Visitor
from tests.portal.signed import picture

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
PAGES = {
    "/my/": "orders",
    "/my/cases": "cases",
    "/my/me": "me",
    "/my/visits": "visits",
    "/my/visits/new": "book",
    "/my/wallet": "wallet",
    "/my/help": "help",
    "/my/me/preferences": "preferences",
}
# Everything WCAG 2.2 AA asks for that a machine can see, and what axe holds good practice.
FAULTS = """async (only) => (await axe.run(document, {resultTypes: ["violations"], ...only})).violations.map((one) =>
  `${one.id}: ${one.help} – ${one.nodes.map((node) => node.target + " " + node.failureSummary).join(" | ")}`)"""
# In the dark nothing but colours is other.
SCHEMES: dict[Literal["light", "dark"], dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
NUMBER = "SF8880000000001"
PATIENCE_S = 15


def apart(work: Any) -> Any:
    """Do something with the database in a thread of its own: Playwright holds the loop of this one."""

    def run() -> Any:
        try:
            return work()
        finally:
            if threading.current_thread() is not threading.main_thread():
                connection.close()

    with ThreadPoolExecutor(1) as own:
        return own.submit(run).result()


def arrived() -> tuple[str, str]:
    """Let a parcel of somebody's arrive; return the order's number and the phone it was ordered with."""
    shipment = ship.sent("BR-PORTAL", sku="LAMP-2", tracking_number=NUMBER, now=moment.now() - timedelta(days=1))
    at = moment.now() - timedelta(minutes=5)
    report = Report(tracking_number=NUMBER, codes=("delivered",), at=at)
    tracking.record_tracking(make.TESTER, source="tests", format_="standard", reports=[report], now=moment.now())
    order = Order.objects.get(id=shipment.order_id)
    buyer = order.customer_id or 0
    return order.number, contacts([buyer])[buyer].phone


def code_sent() -> str:
    """Wait for the code in the outbox of the development carrier."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for one in outbox.development_messages(limit=5):
            if one.message.template == "sign_in_code" and one.rendered is not None:
                return str(re.findall(r"\d{6}", one.rendered.body)[0])
        time.sleep(0.1)
    raise AssertionError("no code came")


def faults_of(customer: Visitor, name: str) -> list[str]:
    """Have axe look at a page, light and dark, and look at it in the dark."""
    found = []
    for scheme, only in SCHEMES.items():
        customer.page.emulate_media(color_scheme=scheme)
        if not customer.page.evaluate("() => 'axe' in window"):
            customer.page.evaluate(AXE.read_text())
        found += [f"{name}, {scheme}: {fault}" for fault in customer.page.evaluate(FAULTS, only)]
    customer.look(name)
    return found


def test_a_customer_signs_in_by_a_code_and_sends_something_back(visit: Visit) -> None:
    number, phone = apart(arrived)
    faults: list[str] = []
    customer = visit(size=PHONE)
    customer.go(f"/my/orders/{number}")
    faults += faults_of(customer, "sign-in")
    customer.page.locator("#who").fill(phone)
    customer.press("获取验证码")
    faults += faults_of(customer, "code")
    customer.page.locator("#code").fill(apart(code_sent))
    customer.press("登录")

    customer.sees("申请售后")
    faults += faults_of(customer, "order")
    customer.press("申请售后")
    customer.page.locator("label").filter(has_text="功能故障").click()
    faults += faults_of(customer, "ask")
    customer.press("看看能怎么处理")
    customer.page.locator("label").filter(has_text="退货退款").click()
    customer.page.locator("#words").fill("灯不亮")
    image = {"name": "灯.png", "mimeType": "image/png", "buffer": picture().read()}
    customer.page.locator("#files").set_input_files([image] * 3)  # type: ignore[arg-type]  # a plain dict serves
    faults += faults_of(customer, "terms")
    customer.press("提交申请")

    customer.page.wait_for_url(re.compile(r"/my/cases/RMA-"))
    customer.sees("灯不亮")
    faults += faults_of(customer, "case")
    for path, name in PAGES.items():
        customer.go(path)
        faults += faults_of(customer, name)
    assert faults == []
