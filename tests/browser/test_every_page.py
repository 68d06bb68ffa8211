"""Every page of the menu, on a desk and on a phone, by day and by night: Chinese, quiet, and as wide as the screen."""

from __future__ import annotations

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE

BESIDE = (
    "/people/me",
    "/accounts/2fa/",
    "/accounts/sessions/",
    "/imports/cancellations",
    "/mappings/tmall",
    "/people/staff/new",
)


def test_every_page_is_chinese_quiet_and_as_wide_as_the_screen(visit: Visit) -> None:
    admin = visit("admin")
    admin.go("/")
    menu = admin.page.locator("#menu a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(menu) > 12

    for address in [*menu, *BESIDE, f"/orders/{admin.house.mend}"]:
        name = address.strip("/").replace("/", "-").replace("?", "-") or "home"
        admin.page.emulate_media(color_scheme="dark")
        admin.page.set_viewport_size(DESK)  # type: ignore[arg-type]  # a plain dict serves as well
        admin.go(address)
        admin.look(name)
        admin.page.emulate_media(color_scheme="light")
        admin.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        admin.look(name, only_shape=True)


def test_the_menu_of_a_phone_opens_and_leads_on(visit: Visit) -> None:
    lin = visit("lin", size=PHONE)
    lin.go("/")
    lin.page.get_by_role("button", name="菜单").click()
    lin.sees("全部订单")
    lin.look("menu")
    lin.page.locator("#menu").get_by_role("link", name="全部订单").click()
    lin.page.wait_for_url("**/orders/")
