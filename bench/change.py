"""How soon a changed face shows on another person's page, in a real browser.

    python -m bench.change [--changes 20] [--site FOLDER] [--json]

Two people in an open call, one read live. Their painted camera changes from one photograph to
another at a random moment; the clock runs until the other's page draws the other emoji. That page
tells the time itself, since whoever asks it again and again learns of it up to half a second late.
`frames` is how many frames the reading page took for it all: a change costs one more than its usual
pace. `--site` measures another build of the page, as one from before a change.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.latency import percentile
from local.product import SITE, product_stack
from tests import chromium
from tests.browser.conftest import Photograph

_PATIENCE = 60_000  # ms for the way into the call, and for each change
_PICTURES = Path(__file__).parents[1] / "local" / "site" / "demonstration"
CAMERA = (Path(__file__).parents[1] / "tests" / "browser" / "camera.js").read_text()
_WEBCAM = "if (globalThis.camera) camera.pace = 66;"  # ms: fifteen pictures a second
_LOOKS = {"happiness": "smiling.jpg", "neutral": "neutral.jpg"}
_DRAWN = """
  ([name, expression]) => {
    const badge = `[role=group][aria-label="${name}"] [data-expression="${expression}"]`;
    globalThis.drawn = new Promise((resolve) => {
      const look = () => {
        if (!document.querySelector(badge)) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(Date.now()));
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, attributes: true });
      look();
    });
  }
"""
_SETTLED = (2.5, 6.5)  # s from one change to the next, at random, so that no pace is met


def enter(page: Page, url: str, name: str, *, consent: bool) -> None:
    """Join as somebody who is read, or not; the lobby of every build so far has these."""
    page.set_default_timeout(_PATIENCE)
    page.goto(url)
    page.get_by_role("textbox", name="Your name").fill(name)
    box = page.locator("input[name=consent]")
    if consent:
        box.click()  # shows what it means, and ticks nothing yet
        box.check()
    page.locator("form.lobby-enter button[type=submit]").click()
    page.get_by_role("group", name=f"{name} (you)", exact=True).wait_for()


def measure(browser: Browser, url: str, changes: int) -> dict[str, Any]:
    """Change a face `changes` times in a call of two, and time each change on the other page.

    Returns:
        `p50` and `max` (s) from a change to the other emoji, the `frames` uploaded meanwhile, and
        how many `seconds` it took.

    Raises:
        playwright.sync_api.Error: a page did not show a change within a minute.
    """
    ada, zoe = browser.new_context().new_page(), browser.new_context().new_page()
    uploads: list[float] = []
    ada.on("request", lambda sent: uploads.append(0) if "/frames/" in sent.url else None)
    for page in (ada, zoe):
        page.add_init_script(CAMERA)
        page.add_init_script(_WEBCAM)
    enter(ada, url, "Ada", consent=True)
    enter(zoe, ada.url, "Zoe", consent=False)
    scenes = {
        look: {
            "photographs": [Photograph(120, 40, 400, _PICTURES / file).scene()],
            "colour": None,
        }
        for look, file in _LOOKS.items()
    }
    seen = zoe.get_by_role("group", name="Ada", exact=True)
    chance = random.Random(7)
    shown = "neutral"
    ada.evaluate("scene => camera.show(scene)", scenes[shown])
    seen.locator(f"[data-expression={shown}]").wait_for()
    took = []
    uploads.clear()
    began = time.monotonic()
    for _ in range(changes):
        zoe.wait_for_timeout(1000 * chance.uniform(*_SETTLED))
        shown = "happiness" if shown == "neutral" else "neutral"
        zoe.evaluate(_DRAWN, ["Ada", shown])
        changed = time.time()
        ada.evaluate("scene => camera.show(scene)", scenes[shown])
        took.append(zoe.evaluate("drawn") / 1000 - changed)
    return {
        "changes": changes,
        "p50": percentile(took, 0.5),
        "max": round(max(took), 2),
        "frames": len(uploads),
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--site", type=Path, default=SITE)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with product_stack(site=options.site) as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium.find()), args=list(chromium.ARGUMENTS)
        )
        result = measure(browser, stack.url, options.changes)
        browser.close()
    if options.json:
        print(json.dumps(result))
        return
    print(f"{result['changes']} changes, seconds until another person's page shows the new emoji:")
    print(f"  {result['p50']} at the median, {result['max']} at most")
    print(f"{result['frames']} frames in {result['seconds']} s (0.5 a second without changes)")


if __name__ == "__main__":
    main()
