"""One person at one browser, who complains of what people complain of: errors, English words, pages that slide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Response, expect

from tests.browser.house import House
from tests.words import visible

REFUSED = "Failed to load resource"
WIDTH = "[document.documentElement.scrollWidth, document.body.scrollWidth, document.documentElement.clientWidth]"
VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
ATTEMPTS = 3
ATTEMPT_AGAIN_MS = 500


class Visitor:
    """A page with ears: whatever goes wrong on it is remembered until `content()` is asked."""

    def __init__(self, page: Page, house: House, story: str) -> None:
        self.page, self.house = page, house
        self._story = story
        self._complaints: list[str] = []
        self._refusals: set[int] = set()
        page.set_default_timeout(10_000)
        page.add_init_script(VIOLATIONS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complaints.append(f"{page.url}: {error}"))
        page.on("response", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        """Note errors of scripts and violations of the content policy; refused requests are seen as answers."""
        if message.type == "error" and not message.text.startswith(REFUSED):
            self._complaints.append(f"{self.page.url}: {message.text}")

    def _see(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._refusals:
            self._complaints.append(f"{response.status} {response.request.method} {response.url}")

    def expects(self, *statuses: int) -> None:
        """Take these answers for part of the story from here on."""
        self._refusals |= set(statuses)

    def go(self, path: str) -> None:
        """Open an address of the house."""
        self.page.goto(self.house.address + path)

    def press(self, name: str, *, exact: bool = True) -> None:
        """Click the button or link a person reads this on."""
        button = self.page.locator("main").get_by_role("button", name=name, exact=exact)
        (button if button.count() else self.page.get_by_role("link", name=name, exact=exact)).first.click()

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Wait until the text is shown."""
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    def toast(self, text: str) -> None:
        """Wait until a notice says this."""
        expect(self.page.locator(".sw-toast").filter(has_text=text).first).to_be_visible()

    def row(self, text: str) -> Locator:
        """Find the row of a table by what stands in it."""
        return self.page.locator("main tr").filter(has_text=text)

    def look(self, name: str, *, only_shape: bool = False) -> None:
        """Take a picture, and complain of English words on a Chinese page and of pages that slide sideways."""
        width = (self.page.viewport_size or DESK)["width"]
        picture = self.house.shots / f"{self._story}-{name}-{width}.jpg"
        self._photograph(picture)
        content = "" if only_shape else self.page.content()
        if '<html lang="zh-Han' in content:
            english = visible.english(content, names=self.house.names)
            self._complaints += [f"{self.page.url} is not translated: {text}" for text in english]
        root, body, shown = self.page.evaluate(WIDTH)
        if max(root, body) > shown:
            self._complaints.append(f"{self.page.url} is {max(root, body)} wide and shows {shown}")

    def _photograph(self, picture: Path) -> None:
        """Keep a picture for people to open; a browser too busy to draw one is asked again, and is no fault of ours."""
        for _attempt in range(ATTEMPTS):
            try:
                self.page.screenshot(path=picture, type="jpeg", quality=70)
            except Error as error:
                print(f"browser tests: no picture {picture.name}: {error.message.splitlines()[0]}")
                self.page.wait_for_timeout(ATTEMPT_AGAIN_MS)
            else:
                return

    def is_content(self) -> None:
        """Assert that nothing was complained of."""
        if self._complaints:
            pytest.fail("\n".join(dict.fromkeys(self._complaints)))
