"""What reading costs the page: its own thread's time for each captured frame.

    python -m bench.page --frames 30 --json

One person alone in a call, in a real Chromium with a camera that films a photograph, read live.
`capture` is what the page itself measures around its part of a capture (milliseconds). The page's
whole thread is metered by the browser, once with reading off and once with it on, each for as long:
the difference for a frame holds all of it, capture, upload, the hub's message and the emoji.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.latency import camera_frame, percentile
from local.product import product_stack
from tests import chromium

_PACE = 2.0  # s between two frames of the page
_PATIENCE = 60_000  # ms for the whole way into the call
_COLLECT = """
  globalThis.captures = [];
  globalThis.longTasks = 0;
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) {
      if (name === 'capture') captures.push(duration);
    }
  }).observe({ type: 'measure' });
  new PerformanceObserver((list) => {
    longTasks += list.getEntries().length;
  }).observe({ type: 'longtask' });
"""


def _meter(browser: CDPSession) -> dict[str, float]:
    metrics = browser.send("Performance.getMetrics")["metrics"]
    return {metric["name"]: metric["value"] for metric in metrics}


def _metered(page: Page, session: CDPSession, seconds: float) -> dict[str, float]:
    """How far the browser's meters of the page's thread went in so many seconds."""
    before = _meter(session)
    page.wait_for_timeout(seconds * 1000)
    after = _meter(session)
    return {name: after[name] - before[name] for name in after}


def measure(browser: Browser, url: str, frames: int) -> dict[str, Any]:
    """Read one person for so many frames, after as long a time of the same call without."""
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
    page.set_default_timeout(_PATIENCE)
    page.add_init_script(_COLLECT)
    page.goto(url)
    page.get_by_role("textbox", name="Your name").fill("Ada")
    page.get_by_role("checkbox", name="Read my facial expression").check()
    page.get_by_role("button", name="Start a new call").click()
    page.locator("[data-expression]").wait_for()  # warm: the reader, the worker, the emoji
    live = page.get_by_role("switch", name="Live reading")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    seconds = frames * _PACE
    live.set_checked(False)
    page.locator("[data-expression]").wait_for(state="detached")
    without = _metered(page, session, seconds)
    page.evaluate("captures.length = 0; longTasks = 0")
    live.set_checked(True)
    reading = _metered(page, session, seconds)
    captures: list[float] = page.evaluate("captures")
    assert captures, "the page measured no capture"

    def per_frame(meter: str) -> float:
        return round((reading[meter] - without[meter]) / len(captures), 2)

    return {
        "frames": len(captures),
        "capture": {"p50": percentile(captures, 0.5), "p95": percentile(captures, 0.95)},
        "thread_per_frame": round(per_frame("TaskDuration") * 1000, 1),
        "layouts_per_frame": per_frame("LayoutCount"),
        "long_tasks": page.evaluate("longTasks"),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    chromium_path = chromium.find()
    with tempfile.TemporaryDirectory() as folder, product_stack() as stack:
        film = Path(folder) / "camera.mjpeg"
        film.write_bytes(camera_frame())
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=str(chromium_path),
                args=[*chromium.ARGUMENTS, f"--use-file-for-fake-video-capture={film}"],
            )
            result = measure(browser, stack.url, options.frames)
            browser.close()
    if options.json:
        print(json.dumps(result))
        return
    capture = result["capture"]
    print(f"{result['frames']} frames; milliseconds on the page's own thread for each:")
    print(f"  capture         {capture['p50']} at the median, {capture['p95']} at the 95th of 100")
    print(f"  all of reading  {result['thread_per_frame']} on average")
    print(f"{result['layouts_per_frame']} layouts a frame, {result['long_tasks']} tasks over 50 ms")


if __name__ == "__main__":
    main()
