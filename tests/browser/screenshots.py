"""Take the pictures of the documentation: `python -m tests.browser.screenshots`.

Everything in them is real: the stack as it ships, its embedded reader, a real browser.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from local.product import product_stack
from tests import chromium
from tests.browser.conftest import Person, Photograph, meet, new_person

_FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
_DESKTOP = {"width": 1280, "height": 800}
_PHONE = {"width": 360, "height": 740}


def main() -> None:
    """Take every picture, replacing the old ones."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    chromium_path = chromium.find()
    with product_stack() as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium_path), args=list(chromium.ARGUMENTS)
        )

        def person(name: str, size: dict[str, int], **context: Any) -> Person:
            return new_person(browser, name, viewport=size, **context)

        ada = person("Ada", _DESKTOP)
        zoe = person("Zoë", _DESKTOP, color_scheme="dark")
        kim = person("Kim", _PHONE, device_scale_factor=2)
        ada.page.goto(stack.url)
        ada.show(Photograph(x=-90, y=-30, side=760))
        ada.page.wait_for_timeout(500)  # the camera paints 15 times a second
        ada.page.screenshot(path=_FOLDER / "lobby.png")
        kim.page.goto(stack.url)
        kim.page.screenshot(path=_FOLDER / "lobby-phone.png", full_page=True)
        meet(stack, ada, zoe, kim, live=True)
        ada.show(Photograph(x=-90, y=-30, side=760))
        zoe.show(Photograph(x=40, y=-10, side=620))
        kim.show(Photograph(x=90, y=40, side=560))
        people = (ada, zoe, kim)
        for viewer, other in product(people, people):
            viewer.sees_moving_video_of(other)
            viewer.sees(other, "happiness")
        ada.page.screenshot(path=_FOLDER / "call.png")
        zoe.page.screenshot(path=_FOLDER / "call-dark.png")
        kim.page.screenshot(path=_FOLDER / "call-phone.png")
        browser.close()


if __name__ == "__main__":
    main()
