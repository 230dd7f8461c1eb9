"""What reading costs the page: its own thread's time for each captured frame.

    python -m bench.page --frames 30 --json

`bench.device` measures the same where the person's own device reads.

Only one person is in the call, in a real Chromium with a camera that films a photograph, read live.
`capture` is what the page itself measures around its part of a capture (milliseconds). The page's
whole thread is metered by the browser, once with reading off and once with it on, each for as long:
the difference for a frame holds all of it, capture, upload, the hub's message and the emoji.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from bench.filmed_browser import filmed_browser
from bench.latency import percentile
from local.product import product_stack

PACE = 2.0  # s between two frames of the page
PATIENCE = 60_000  # ms for the whole way into the call
_COLLECT = """
  globalThis.captures = [];
  globalThis.reads = [];
  globalThis.longTasks = 0;
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) {
      if (name === 'capture') captures.push(duration);
      if (name === 'read') reads.push(duration);
    }
  }).observe({ type: 'measure' });
  new PerformanceObserver((list) => {
    longTasks += list.getEntries().length;
  }).observe({ type: 'longtask' });
"""


class Meter:
    """The browser's meters of a page's own thread."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("Performance.enable")

    def over(self, seconds: float) -> dict[str, float]:
        """How far each of Chromium's metrics grows in `seconds`, by its name; times are in seconds.

        https://chromedevtools.github.io/devtools-protocol/tot/Performance/#method-getMetrics
        """
        before = self._now()
        self._page.wait_for_timeout(seconds * 1000)
        after = self._now()
        return {name: after[name] - before[name] for name in after}

    def _now(self) -> dict[str, float]:
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in metrics}


def join(page: Page, url: str, *, device: bool) -> None:
    """Into a call of one's own, until the first emoji: reader, worker and emoji are warm then."""
    page.goto(url)
    page.get_by_role("textbox", name="Your name").fill("Ada")
    consent = page.get_by_role("checkbox", name="Read my expression")
    consent.click()  # shows what it means, and ticks nothing yet
    consent.check()
    if device:
        page.get_by_role("radio", name="Read on this device").check()
        page.get_by_text("This device reads.").wait_for()
    page.get_by_role("button", name="Start a new call").click()
    page.locator("[data-expression]").wait_for()


def measure(browser: Browser, url: str, frames: int, *, device: bool = False) -> dict[str, Any]:
    """Read one person for so many frames, after as long a time of the same call without.

    With `device` their own browser reads, and `read` is what its worker took.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
    page.set_default_timeout(PATIENCE)
    page.add_init_script(_COLLECT)
    join(page, url, device=device)
    meter = Meter(page)
    seconds = frames * PACE
    be_read(page, "When asked")
    page.locator("[data-expression]").wait_for(state="detached")
    without = meter.over(seconds)
    page.evaluate("captures.length = 0; reads.length = 0; longTasks = 0")
    be_read(page, "Live")
    reading = meter.over(seconds)
    captures: list[float] = page.evaluate("reads" if device else "captures")
    assert captures, "the page measured no frame"

    def per_frame(metric: str) -> float:
        return round((reading[metric] - without[metric]) / len(captures), 2)

    return {
        "frames": len(captures),
        "read" if device else "capture": {
            "p50": percentile(captures, 0.5),
            "p95": percentile(captures, 0.95),
        },
        "thread_per_frame": round(per_frame("TaskDuration") * 1000, 1),
        "layouts_per_frame": per_frame("LayoutCount"),
        "long_tasks": page.evaluate("longTasks"),
    }


def be_read(page: Page, pace: str) -> None:
    """Choose when to be read: `Live` or `When asked`."""
    page.get_by_role("button", name="How I am read").click()
    page.get_by_role("radio", name=pace).check()
    page.keyboard.press("Escape")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = run(options.frames)
    if options.json:
        print(json.dumps(result))
        return
    capture = result["capture"]
    print(f"{result['frames']} frames; milliseconds on the page's own thread for each:")
    print(f"  capture         {capture['p50']} at the median, {capture['p95']} at the 95th of 100")
    print_thread(result)


def print_thread(result: dict[str, Any]) -> None:
    """What a frame costs the page's own thread, in words."""
    print(f"  all of reading  {result['thread_per_frame']} on average")
    print(f"{result['layouts_per_frame']} layouts a frame, {result['long_tasks']} tasks over 50 ms")


def run(frames: int, *, device: bool = False) -> dict[str, Any]:
    """Start the product and a Chromium, and measure."""
    with product_stack() as stack, filmed_browser() as browser:
        return measure(browser, stack.url, frames, device=device)


if __name__ == "__main__":
    main()
