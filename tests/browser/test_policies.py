"""A time limit changed by who sets limits, with what it would do shown beside it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit


def test_the_preview_follows_what_is_typed_and_saving_makes_a_version(visit: Visit) -> None:
    zhao = visit("zhao")
    zhao.go("/settings/limits")
    zhao.sees("首次回复")
    zhao.look("limits")
    zhao.page.get_by_role("link", name="实质回复").last.click()

    preview = zhao.page.locator("#preview")
    zhao.page.locator("#arrives").fill("2026-03-06T17:50")
    expect(preview).to_contain_text("将于 2026-03-06 19:50")
    zhao.page.locator("#amount").fill("3")
    expect(preview).to_contain_text("将于 2026-03-06 20:50")
    zhao.look("policy")

    zhao.page.locator("#reason").fill("旺季")
    zhao.press("生效")
    zhao.sees("旺季")
