"""Goods are exchanged for dearer ones: chosen with their price, set aside, shown on the case and on both orders."""

from __future__ import annotations

from datetime import timedelta

from steward.kernel import moment
from steward.modules.catalog.models import Item
from steward.modules.logistics.commands import tracking
from steward.modules.logistics.ports import Report
from steward.modules.logistics.tests import ship
from steward.modules.orders.models import Order
from tests import make
from tests.browser.conftest import Visit
from tests.browser.test_portal import apart
from tests.browser.visitor import PHONE

NUMBER = "SF8880000000077"


def arrived() -> str:
    """Let a stove of somebody's arrive, and put a dearer one on the shelf; return the order's number."""
    shipment = ship.sent("BR-SWAP", sku="8801-1", tracking_number=NUMBER, now=moment.now() - timedelta(days=1))
    report = Report(tracking_number=NUMBER, codes=("delivered",), at=moment.now() - timedelta(minutes=5))
    tracking.record_tracking(make.TESTER, source="tests", format_="standard", reports=[report], now=moment.now())
    make.item("8801-2", stock=3, price_minor=29_900)
    Item.objects.filter(sku__startswith="8801-").update(category="stoves")
    return Order.objects.get(id=shipment.order_id).number


def test_a_dearer_one_is_chosen_with_its_price_and_set_aside(visit: Visit) -> None:
    number = apart(arrived)
    admin = visit("admin")
    admin.go(f"/returns/new?order={number}&kind=exchange")
    admin.page.locator("select[name^=instead_]").select_option("8801-2")
    admin.look("choosing")
    admin.page.locator("main form button.btn-primary").last.click()
    admin.sees("已预留")
    admin.sees("客户补差")
    admin.look("set-aside")
    admin.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    admin.look("set-aside", only_shape=True)
    made = apart(lambda: Order.objects.get(replaces__number=number).number)
    admin.go(f"/orders/{made}")
    admin.sees(number)
    admin.look("order")
