"""From a camera's picture to its expression, in one Chromium: this reader in both homes, and peers.

    python -m bench.browser --frames 30 --install

In one run, on the same film of one face, 640×480, a picture every two seconds, each way warm:

- *device*: this product's page, whose worker reads; until its own emoji changes.
- *service*: this product's page and the local stack; from the capture until the reading arrived.
- *face-api*, *human*: `@vladmandic/face-api` and `@vladmandic/human` in a page of their own, called
  as they document it, with WebAssembly: without a graphics card a browser has nothing faster.

`wire` is what a browser fetches for it the first time, in megabytes: scripts and JSON gzipped, as
sites' servers send them, and other files as they are. `thread` is what a picture costs the page's
own thread: the browser's meter with reading, less the same time without. Times are milliseconds.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

from playwright.sync_api import Browser, Page, Response

from bench import peers
from bench.filmed_browser import filmed_browser
from bench.latency import percentile
from bench.page import PACE, PATIENCE, Meter, be_read, join
from bench.readers.vladmandic import FOLDER
from local.product import product_stack

_HERE: Final = Path(__file__).parent
_OF_THE_READER: Final = (".wasm", ".onnx", "/reader.worker-", "/device-reader-", "/own-readings-")
_TEXT: Final = (".js", ".mjs", ".json")
_PEERS: Final = ("face-api", "human")


def wire(response: Response) -> int:
    """Bytes of one answer's body as a server would send it: scripts and JSON as gzip."""
    body = response.body()
    return len(gzip.compress(body)) if response.url.endswith(_TEXT) else len(body)


@contextmanager
def noting(page: Page, counts: Callable[[str], bool]) -> Iterator[dict[str, Response]]:
    """What a page and its workers fetch meanwhile, by address."""
    fetched: dict[str, Response] = {}

    def note(response: Response) -> None:
        if counts(response.url):
            fetched[response.url] = response

    page.context.on("response", note)
    yield fetched


def row(times: Sequence[float], thread: float, bytes_: float | None) -> dict[str, Any]:
    """The figures of one way of reading.

    Args:
        times: milliseconds from each picture to its expression.
        thread: seconds of the page's own thread that reading took in all.
        bytes_: fetched for the reader; None if unknown.
    """
    return {
        "pictures": len(times),
        "p50": percentile(times, 0.5),
        "p95": percentile(times, 0.95),
        "thread": round(thread / len(times) * 1000, 1),
        "wire_mb": None if bytes_ is None else round(bytes_ / 1e6, 2),
    }


def of_product(browser: Browser, url: str, frames: int, *, device: bool) -> dict[str, Any]:
    """The figures of this product's page in a call with no one else; as for `row`.

    Args:
        browser: has a camera that films a face.
        url: the page's address.
        frames: pictures, one every two seconds.
        device: whether the device reads instead of the service.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
    page.set_default_timeout(PATIENCE)
    page.add_init_script(path=_HERE / "browser_clock.js")
    with noting(page, lambda at: any(part in at for part in _OF_THE_READER)) as fetched:
        join(page, url, device=device)
    meter = Meter(page)
    be_read(page, "When asked")
    page.locator("[data-expression]").wait_for(state="detached")
    without = meter.over(frames * PACE)["TaskDuration"]
    page.evaluate("pictures.length = 0")
    be_read(page, "Live")
    reading = meter.over(frames * PACE)["TaskDuration"]
    times: list[float] = page.evaluate("pictures")
    weight = sum(map(wire, fetched.values())) if device else None
    page.context.close()
    return row(times, reading - without, weight)


def of_peer(browser: Browser, url: str, name: str, frames: int) -> dict[str, Any]:
    """The figures of one peer in a page of its own, and the last expression that it gave."""
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
    page.set_default_timeout(PATIENCE)
    with noting(page, lambda at: "/node_modules/" in at) as fetched:
        page.goto(f"{url}/peer.html?{name}")
        page.wait_for_function("globalThis.ready", timeout=PATIENCE)
    meter = Meter(page)
    without = meter.over(frames * PACE)["TaskDuration"]
    page.evaluate(f"begin({PACE * 1000})")
    reading = meter.over(frames * PACE)["TaskDuration"]
    times: list[float] = page.evaluate("end()")
    seen: str = page.evaluate("seen")
    weight = sum(map(wire, fetched.values()))
    page.context.close()
    return row(times, reading - without, weight) | {"seen": seen}


class _Files(SimpleHTTPRequestHandler):
    """The peers' packages, and the page that runs them."""

    def translate_path(self, path: str) -> str:
        """A package's file, or one of ours."""
        own = {"/peer.html": "browser_peer.html", "/peer.mjs": "browser_peer.mjs"}
        plain = path.split("?", maxsplit=1)[0]
        return str(_HERE / own[plain]) if plain in own else super().translate_path(path)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def peers_site() -> Iterator[str]:
    """Serves the peers on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(FOLDER))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(frames: int, names: Sequence[str]) -> dict[str, Any]:
    """All ways, one after the other, in one browser."""
    figures: dict[str, Any] = {}
    with product_stack() as stack, peers_site() as site, filmed_browser() as browser:
        figures["browser"] = f"Chromium {browser.version}"
        for way in ("device", "service"):
            figures[way] = of_product(browser, stack.url, frames, device=way == "device")
        for name in names:
            figures[name] = of_peer(browser, site, name, frames)
    return figures


def table(figures: dict[str, Any]) -> str:
    """Markdown: a row for each way."""
    lines = [
        "| | p50, ms | p95, ms | page's thread, ms a picture | over the wire, MB |",
        "|---" * 5 + "|",
    ]
    for name, way in figures.items():
        if isinstance(way, dict):
            weight = "–" if way["wire_mb"] is None else way["wire_mb"]
            lines.append(f"| {name} | {way['p50']} | {way['p95']} | {way['thread']} | {weight} |")
    return "\n".join(lines)


def main() -> None:
    """Install if asked, measure, print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.browser",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--install", action="store_true", help="install the peers first")
    parser.add_argument("--peers", nargs="*", choices=_PEERS, default=_PEERS)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if arguments.install:
        peers.install(list(arguments.peers))
    before = round(os.getloadavg()[0], 1)
    figures = run(arguments.frames, arguments.peers)
    figures |= {"load_average": before, "machine_cores": os.cpu_count()}
    if arguments.json:
        print(json.dumps(figures))
        return
    day = datetime.datetime.now(datetime.UTC).date()
    print(f"{day}, {peers.processor()}, {figures['browser']}, load average {before}\n")
    print(table(figures))


if __name__ == "__main__":
    main()
