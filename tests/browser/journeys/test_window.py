"""What each engine makes of the units and insets that phones need."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from local.stack import Stack
from tests.browser.journeys.chromium import Chromium
from tests.browser.journeys.firefox import Firefox
from tests.browser.journeys.somebody import Somebody
from tests.browser.journeys.tab import Kind, started
from tests.browser.journeys.webkit import WebKit
from tests.waiting import until

# How much wider or higher than the window the screen is, and what it leaves to insets, in px.
_FILLS = """(({ scrollWidth, clientWidth }, { minHeight }, { padding }) =>
  [scrollWidth - clientWidth, Math.round(parseFloat(minHeight) - innerHeight), padding])(
  document.documentElement,
  getComputedStyle(document.querySelector('main')), getComputedStyle(document.body))"""


@pytest.mark.browsers
@pytest.mark.parametrize("name", ["Chromium", "Firefox", "WebKit"])
def test_the_page_fills_the_window(scripted_stack: Stack, browser: Browser, name: str) -> None:
    """Where nothing covers the screen, the page is as high as the window in each engine."""
    kinds: tuple[Kind, ...] = (Chromium(browser), Firefox(), WebKit())
    with ExitStack() as ending:
        [kind] = [kind for kind in kinds if kind.name == name]
        ada = Somebody.new(started(kind, ending), "Ada")
        ada.tab.open(scripted_stack.url)
        ada.finds("textbox", "^Your name$")
        until(lambda: ada.tab.evaluate(_FILLS) == [0, 0, "0px"], f"the page fills {name}'s window")
        ada.tab.close()
