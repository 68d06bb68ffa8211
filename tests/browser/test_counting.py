"""Counting on a phone: the scanner is a keyboard that ends with Enter, and the books stay unseen."""

from __future__ import annotations

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE, Visitor

ON_HAND = "500"  # what the house has of each of its goods


def scan(visitor: Visitor, text: str) -> None:
    """Let the scanner type into whatever has the focus, and end with Enter; wait until the page has taken it in."""
    visitor.page.locator("#count-sheet").evaluate("node => { node.dataset.seen = '1'; }")
    visitor.page.keyboard.type(text)
    visitor.page.keyboard.press("Enter")
    visitor.page.locator("#count-sheet:not([data-seen])").wait_for()


def looked_at(visitor: Visitor, address: str, name: str) -> None:
    """Look at a page on a desk and on a phone."""
    visitor.page.set_viewport_size(DESK)  # type: ignore[arg-type]  # a plain dict serves as well
    visitor.go(address)
    visitor.look(name)
    visitor.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visitor.look(name, only_shape=True)


def test_a_sheet_is_counted_with_a_scanner_on_a_phone(visit: Visit) -> None:
    admin = visit("admin", size=PHONE)
    admin.expects(409)
    looked_at(admin, "/stock/stocktakes/new", "plan")
    admin.press("建立盘点")
    admin.page.wait_for_url("**/stock/stocktakes/ST-*")
    stocktake = admin.page.url.removeprefix(admin.house.address)
    admin.go("/stock/stocktakes")
    admin.page.locator(".ct-sheets a").first.click()
    admin.page.locator("[data-scan]").wait_for()
    for _ in range(3):
        scan(admin, "LAMP-1")
    assert admin.page.locator(".ct-big").inner_text() == "3"
    scan(admin, "12")
    assert admin.page.locator(".ct-big").inner_text() == "12"
    scan(admin, "NO-SUCH-THING")
    admin.page.locator(".sh-refused").wait_for()
    admin.look("refused")
    scan(admin, "tent-2")
    assert admin.page.locator(".ct-big").inner_text() == "1"
    assert ON_HAND not in admin.page.locator("#count-sheet").inner_text()
    admin.page.emulate_media(color_scheme="dark")
    admin.look("counting-dark")
    admin.page.emulate_media(color_scheme="light")
    if admin.page.locator("input[name=rest]").count():
        admin.page.locator("input[name=rest]").check()
    admin.press("交回盘点单")
    admin.page.wait_for_url("**/stock/stocktakes")
    looked_at(admin, stocktake, "differences")
    looked_at(admin, "/stock/stocktakes", "list")
