"""What a call over the mesh costs each page: video sent, and processor, by the number of people.

    python -m bench.uplink [--people 2 4 6] [--window 1280x720] [--seconds 20] [--site FOLDER]

Everybody has a page and a moving painted camera of 640 × 480; all pages are in one Chromium.
`sent` is the video that one page sends to all others (kbit/s, by `getStats`), `lines` the shorter
side of one sent picture, `rate` its pictures a second; `cores` is what one page's renderer keeps
busy, encoding and decoding included. All are means over the pages. `--site` measures another build
of the page, as one from before a change; `--json` prints the rows for a program.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.change import CAMERA, enter
from local.product import SITE, product_stack
from tests import chromium
from tests.browser.conftest import CONNECTIONS, Photograph

_SETTLE = 15  # s; by then the browser's estimate of the network no longer grows
_PICTURE = Path(__file__).parents[1] / "local" / "site" / "demonstration" / "smiling.jpg"
_SWAY = """
  setInterval(() => {
    for (const photograph of camera.scene.photographs) {
      photograph.x = 120 + 40 * Math.sin(performance.now() / 500);
    }
  }, 66)
"""
_SENT = """
  async () => {
    const open = connections.filter(({ connectionState }) => connectionState === 'connected');
    const reports = await Promise.all(open.map((connection) => connection.getStats()));
    const video = reports.flatMap((report) => [...report.values()]).filter(
      ({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
    return video.map(({ bytesSent, framesEncoded, frameWidth = 0, frameHeight = 0 }) =>
      ({ bytes: bytesSent, pictures: framesEncoded, lines: Math.min(frameWidth, frameHeight) }));
  }
"""


def measure(
    browser: Browser, url: str, people: int, seconds: float, **window: int
) -> dict[str, Any]:
    """Measure one call over the mesh: means over its pages.

    Args:
        browser: runs all pages.
        url: the page's address.
        people: pages in the call.
        seconds: how long it is measured, after fifteen seconds to settle.
        **window: the pages' `width` and `height`, CSS pixels.

    Returns:
        `sent` in kbit/s, `lines` of the pictures' shorter side, `rate` in pictures/s, and `cores`.
    """
    contexts = [browser.new_context(viewport=window) for _ in range(people)]  # type: ignore[arg-type]
    pages = [context.new_page() for context in contexts]
    for number, page in enumerate(pages):
        page.add_init_script(CONNECTIONS)
        page.add_init_script(CAMERA)
        page.add_init_script("if (globalThis.camera) camera.pace = 66;")
        enter(page, url if number == 0 else pages[0].url, f"Person {number + 1}", consent=False)
    scene = {"photographs": [Photograph(120, 40, 400, _PICTURE).scene()], "colour": None}
    for page in pages:
        page.evaluate("scene => camera.show(scene)", scene)
        page.evaluate(_SWAY)
    _await_everybody(pages)
    time.sleep(_SETTLE)
    session = browser.new_browser_cdp_session()
    began, before, busy = time.monotonic(), _sent(pages), _renderer_seconds(session)
    time.sleep(seconds)
    after, passed = _sent(pages), time.monotonic() - began
    cores = (_renderer_seconds(session) - busy) / passed / people
    for context in contexts:
        context.close()
    streams = len(after)
    total = sum(one["bytes"] for one in after) - sum(one["bytes"] for one in before)
    pictures = sum(one["pictures"] for one in after) - sum(one["pictures"] for one in before)
    return {
        "people": people,
        "sent": round(total * 8 / 1000 / passed / people),
        "lines": round(sum(one["lines"] for one in after) / streams),
        "rate": round(pictures / passed / streams, 1),
        "cores": round(cores, 2),
    }


def _await_everybody(pages: list[Page]) -> None:
    wanted = len(pages) - 1
    for page in pages:
        page.wait_for_function(
            "n => connections.filter((c) => c.connectionState === 'connected').length >= n",
            arg=wanted,
            timeout=120_000,
        )


def _sent(pages: list[Page]) -> list[dict[str, int]]:
    return [stream for page in pages for stream in page.evaluate(_SENT)]


def _renderer_seconds(session: CDPSession) -> float:
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return float(sum(one["cpuTime"] for one in processes if one["type"] == "renderer"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, nargs="+", default=[2, 4, 6])
    parser.add_argument("--window", default="1280x720")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--site", type=Path, default=SITE)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    width, height = (int(side) for side in options.window.split("x"))
    rows = []
    with product_stack(site=options.site) as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium.find()), args=list(chromium.ARGUMENTS)
        )
        for people in options.people:
            rows.append(
                measure(browser, stack.url, people, options.seconds, width=width, height=height)
            )
        browser.close()
    if options.json:
        print(json.dumps(rows))
        return
    print("| people | sent, kbit/s | lines | pictures/s | cores |\n|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(str(value) for value in row.values()) + " |")


if __name__ == "__main__":
    main()
