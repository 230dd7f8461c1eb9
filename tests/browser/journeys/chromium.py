"""Chromium, driven by Playwright as in the other tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests import waiting


class _Tab:
    def __init__(self, page: Page) -> None:
        self.errors: list[str] = []
        self._page = page
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def open(self, url: str) -> None:
        self._page.goto(url)

    def evaluate(self, expression: str) -> Any:
        return self._page.evaluate(expression)

    def press(self, x: float, y: float) -> None:
        self._page.mouse.click(x, y)

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)

    def close(self) -> None:
        self._page.context.close()


class Chromium:
    """The browser of the other tests, as a `Kind`."""

    name = "Chromium"

    def __init__(self, browser: Browser) -> None:
        self.version = f"Chromium {browser.version.split('.')[0]}"
        self._browser = browser

    @contextmanager
    def start(self) -> Iterator[Chromium]:
        """Use the browser that already runs."""
        yield self

    def new_tab(self, script: str) -> _Tab:
        """See `BrowserOfTests.new_tab`."""
        context = self._browser.new_context(viewport={"width": 1000, "height": 720})
        context.set_default_timeout(waiting.PATIENCE * 1000)
        context.add_init_script(script)
        return _Tab(context.new_page())
