"""Counting on a phone: the scanner is a keyboard that ends with Enter, and the books stay unseen."""

from __future__ import annotations

from steward.kernel import moment
from steward.modules.catalog import queries as catalog
from steward.modules.inventory.commands.stocktake_planning import StocktakeDraft, plan_stocktake
from steward.modules.inventory.models import StocktakeSheet
from tests import make
from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE, Visitor


def scan(visitor: Visitor, text: str) -> None:
    """Let the scanner type into whatever has the focus, and end with Enter; wait until the page has taken it in."""
    before = visitor.page.locator("#count-sheet").evaluate("node => { node.dataset.seen = '1'; return true }")
    assert before
    visitor.page.keyboard.type(text)
    visitor.page.keyboard.press("Enter")
    visitor.page.locator("#count-sheet:not([data-seen])").wait_for()


def planned() -> tuple[str, int]:
    """Plan a count of everything that lies in the house's warehouse; return its number and its sheet."""
    make.item("PHONE-COUNT", stock=7_391, barcode="6901234567892")
    draft = StocktakeDraft("hangzhou", note="先数货架，再数地面")
    number = plan_stocktake(make.TESTER, draft=draft, now=moment.now())
    return number, int(StocktakeSheet.objects.get(stocktake__number=number).id)


def test_a_sheet_is_counted_with_a_scanner_on_a_phone(visit: Visit) -> None:
    admin = visit("admin", size=PHONE)
    number, sheet = planned()
    assert "PHONE-COUNT" in catalog.item_ids_by_sku(["PHONE-COUNT"])
    admin.expects(409)
    admin.go(f"/stock/stocktakes/sheets/{sheet}")
    for _ in range(3):
        scan(admin, "6901234567892")
    assert admin.page.locator(".ct-big").inner_text() == "3"
    scan(admin, "12")
    assert admin.page.locator(".ct-big").inner_text() == "12"
    scan(admin, "NO-SUCH-THING")
    admin.page.locator(".sh-refused").wait_for()
    admin.look("refused")
    scan(admin, "PHONE-COUNT")
    assert admin.page.locator(".ct-big").inner_text() == "13"
    assert "7391" not in admin.page.content()
    admin.look("counting")
    admin.page.emulate_media(color_scheme="dark")
    admin.look("counting-dark")
    admin.page.emulate_media(color_scheme="light")
    admin.page.locator("input[name=rest]").check()
    admin.press("交回盘点单")
    admin.page.wait_for_url("**/stock/stocktakes")
    for address, name in ((f"/stock/stocktakes/{number}", "differences"), ("/stock/stocktakes", "list")):
        admin.page.set_viewport_size(DESK)  # type: ignore[arg-type]  # a plain dict serves as well
        admin.go(address)
        admin.look(name)
        admin.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        admin.look(name, only_shape=True)
    admin.go("/stock/stocktakes/new")
    admin.look("plan")
