"""A parcel comes back: announced on the page of what was sent, and here once the carrier says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE

NUMBER = "SF7770000000001"


def told(*codes: str) -> bytes:
    """Write the carrier's file: one code an hour, the last just now."""
    begun = datetime.now(UTC) - timedelta(hours=len(codes))
    lines = [f"{NUMBER},{code},{(begun + timedelta(hours=place)).isoformat()}" for place, code in enumerate(codes, 1)]
    return "\n".join(["运单号,状态,时间", *lines]).encode()


def test_a_return_is_announced_and_received_when_the_carrier_says_so(visit: Visit) -> None:
    admin = visit("admin")
    admin.go(f"/shipping/{admin.house.sent}")
    admin.page.locator("summary").filter(has_text="登记退货包裹").click()
    admin.page.locator("#return-number").fill(NUMBER)
    admin.look("announcing")
    admin.page.locator("form[action$='/returns'] button").click()
    admin.toast("等待寄回")
    address = admin.page.url.removeprefix(admin.house.address)
    admin.look("awaited")

    admin.go("/shipping/tracking")
    file = {"name": "sf.csv", "mimeType": "text/csv", "buffer": told("picked_up", "in_transit", "delivered")}
    admin.page.locator("input[name=file]").set_input_files(file)  # type: ignore[arg-type]  # a plain dict serves
    admin.press("导入")
    admin.toast("新轨迹 3 条")

    admin.go(address)
    admin.sees("已送达")
    admin.look("received")
    admin.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    admin.look("received", only_shape=True)
    admin.go("/shipping/?queue=returns")
    assert NUMBER in admin.page.locator("main").inner_text()
