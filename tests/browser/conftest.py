"""The browser, the house it visits, and who sits before it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests import databases, make
from tests.browser.house import House, opened
from tests.browser.visitor import DESK, Visitor

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update"),
)
Visit = Callable[..., Visitor]


def chromium() -> str:
    """Find the browser of the machine; without one these tests cannot run, and say so."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        print("browser tests: there is no Chromium here. As root on Debian: python scripts/setup.py --for-tests")
        pytest.skip("no Chromium on this machine; scripts/setup.py --for-tests installs it")
    return found


@pytest.fixture(scope="package")
def house(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    """Open the house once for all stories; its data are committed, so it has a database of its own."""
    chromium()
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    home = Path(tmp_path_factory.mktemp("steward-browser"))
    with django_db_blocker.unblock(), databases.lent(f"{worker}_browser"), opened(home) as one:
        print(f"browser tests: screenshots in {one.shots}")
        yield one


@pytest.fixture(scope="package")
def browser(house: House) -> Iterator[Browser]:
    """Start Chromium, after all of Django's own work is done: both want the thread's event loop."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))


@pytest.fixture(scope="package")
def kept(house: House) -> dict[str, Any]:
    """Remember who is signed in, so that each person signs in once."""
    return {}


@pytest.fixture
def visit(request: pytest.FixtureRequest, browser: Browser, house: House, kept: dict[str, Any]) -> Iterator[Visit]:
    """Let somebody sit down before the browser; at the end of the story everybody must be content."""
    visitors: list[Visitor] = []
    story = str(request.node.name).removeprefix("test_")[:60]

    def sit_down(who: str = "", *, size: dict[str, int] | None = None, dark: bool = False) -> Visitor:
        context = browser.new_context(
            viewport=size or DESK,  # type: ignore[arg-type]  # a plain dict serves as well
            locale="zh-CN",
            color_scheme="dark" if dark else "light",
            storage_state=kept.get(who),
            accept_downloads=True,
        )
        visitor = Visitor(context.new_page(), house, story)
        visitors.append(visitor)
        if who and who not in kept:
            visitor.go("/accounts/login/")
            sign_in(visitor, who)
            visitor.page.wait_for_url(house.address + "/")
            kept[who] = context.storage_state()
        return visitor

    yield sit_down
    for visitor in visitors:
        visitor.page.context.close()
    for visitor in visitors:
        visitor.is_content()


def sign_in(visitor: Visitor, who: str, password: str = make.PASSWORD) -> None:
    """Fill in the form at the entrance."""
    visitor.page.get_by_label("用户名").fill(who)
    visitor.page.get_by_label("密码").fill(password)
    visitor.press("登录")
