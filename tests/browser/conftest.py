"""Real people in a real browser: each has a context of their own and a camera the test paints."""

from __future__ import annotations

import base64
import io
import math
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from azure.storage.blob import BlobServiceClient
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from functions.contract import Expression
from local.product import product_stack
from local.stack import Stack
from tests import chromium, waiting
from tests.browser.colours import colour_of
from tests.waiting import Met, until

expect.set_options(timeout=waiting.PATIENCE * 1000)

_CAMERA, _NOTES = (
    (Path(__file__).parent / script).read_text() for script in ("camera.js", "notes.js")
)
_BOXES = "parts => parts.map((part) => part.getBoundingClientRect().toJSON())"
# When a page has drawn itself twice, and what follows its sizes has followed.
_PAINTED = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const sizes = new ResizeObserver(() => { sizes.disconnect(); done(); });
  sizes.observe(document.documentElement);
})))"""
_CHROMIUM = chromium.find()
_TRACES = bool(os.environ.get("TRACES"))  # kept of tests that fail: `playwright show-trace`
_PHOTOGRAPH = Path(__file__).parents[1] / "faces" / "astronaut.jpg"
# Where the face is in the photograph, in fractions of it, seen by eye.
FACE_IN_PHOTOGRAPH = (0.34, 0.10, 0.19, 0.25)
CAMERA_SIZE = (640, 480)
_ASK_AGAIN = 8  # s; an emoji is gone 12 s after its picture was taken
# For a page: its peer connections are then in `connections`.
CONNECTIONS = """
  globalThis.connections = [];
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(...rest) {
      super(...rest);
      connections.push(this);
    }
  };
"""
UNHURRIED = {"FRAME_LIFETIME_SECONDS": "60"}  # a slow machine reads a frame late, and yet well


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The Chromium that was found on this machine.

    It ends with the last test of this folder: while Playwright's event loop runs in the main
    thread, no other (`asyncio.run`) can be started there.
    """
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=_CHROMIUM, args=list(chromium.ARGUMENTS))


@pytest.fixture(scope="package")
def real_stack() -> Iterator[Stack]:
    """The product as it ships, with the embedded reader."""
    with product_stack(settings=UNHURRIED) as stack:
        yield stack
        assert_no_frame_is_left(stack)


@pytest.fixture(scope="package")
def scripted_stack() -> Iterator[Stack]:
    """The product with a reader of painted colours."""
    with product_stack(app="tests.browser.scripted_app:app", settings=UNHURRIED) as stack:
        yield stack
        assert_no_frame_is_left(stack)


def frames_left(stack: Stack) -> list[str]:
    """What is in the frames container."""
    with BlobServiceClient.from_connection_string(stack.storage) as storage:
        return list(storage.get_container_client("frames").list_blob_names())


def assert_no_frame_is_left(stack: Stack) -> None:
    """After whatever happened, the frames container is empty."""
    until(lambda: frames_left(stack) == [], "every frame is deleted")


@dataclass(frozen=True)
class Photograph:
    """A square photograph with one face, at a place in the camera's picture (pixels)."""

    x: float
    y: float
    side: float
    file: Path = _PHOTOGRAPH

    def scene(self) -> dict[str, Any]:
        """As the painted camera wants it."""
        return {
            "url": _url_of(self.file),
            "x": self.x,
            "y": self.y,
            "width": self.side,
            "height": self.side,
        }

    @property
    def face(self) -> tuple[float, float, float, float]:
        """The face's x, y, width and height in fractions of the camera's picture."""
        x, y, width, height = FACE_IN_PHOTOGRAPH
        return (
            (self.x + x * self.side) / CAMERA_SIZE[0],
            (self.y + y * self.side) / CAMERA_SIZE[1],
            width * self.side / CAMERA_SIZE[0],
            height * self.side / CAMERA_SIZE[1],
        )


def _url_of(photograph_file: Path) -> str:
    with Image.open(photograph_file) as photograph:
        file = io.BytesIO()
        photograph.save(file, "JPEG", quality=90)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


@dataclass(eq=False)
class Person:
    """Somebody at a page of their own."""

    name: str
    page: Page
    context: BrowserContext
    errors: list[str] = field(default_factory=list)

    def show(self, *photographs: Photograph) -> None:
        """Hold photographs into the camera."""
        scene = {"photographs": [p.scene() for p in photographs], "colour": None}
        self.page.evaluate("scene => camera.show(scene)", scene)

    def look(self, expression: Expression, *, x: int = 200, y: int = 120, side: int = 160) -> None:
        """Paint the colour of an expression into the camera."""
        place = {"x": x, "y": y, "width": side, "height": side}
        colour = {"fill": colour_of(expression), **place}
        self.page.evaluate("s => camera.show(s)", {"photographs": [], "colour": colour})

    def join(self, link: str, *, consent: bool = True, live: bool = False) -> None:
        """Fill the lobby in as a user does, and enter; read live, if at all, only if wanted."""
        if self.page.url != link:
            self.page.goto(link)
        self.page.get_by_role("textbox", name="Your name").fill(self.name)
        expect(self.page.get_by_text("Your browser asks whether it may use")).to_have_count(0)
        box = self.page.get_by_role("checkbox", name=re.compile("Read my expression"))
        expect(box).not_to_be_checked()
        if consent:
            box.click()  # shows what it means, and ticks nothing yet
        box.set_checked(consent)
        if consent and not live:
            self.page.get_by_role("radio", name="When asked").check()
        self.page.get_by_role("button", name=re.compile("Start a new call|Join now")).click()
        expect(self.tile(self)).to_be_visible()
        self.drawn()

    @property
    def link(self) -> str:
        """The invitation: the address of the page in the call."""
        return self.page.url

    def note(self, message: ConsoleMessage) -> None:
        """Remember an error that the page logged."""
        if message.type == "error":
            self.errors.append(f"{message.text} {message.location.get('url')}")

    def check(self, request: Request) -> None:
        """Remember a request that leaves this machine."""
        host = urlsplit(request.url).hostname
        if host not in (None, "127.0.0.1"):
            self.errors.append(f"a request to {host}")

    def still(self) -> bool:
        """Take in what the page has done meanwhile; true, to be asked beside a condition."""
        self.page.wait_for_timeout(50)
        return True

    def drawn(self) -> None:
        """Wait until the page has drawn itself, and what depends on the sizes it then has."""
        self.page.evaluate(as_painted("() => null"))

    def boxes(self, *parts: Locator) -> list[dict[str, float]]:
        """The places and sizes (px) of these parts, all in one look."""
        handles = [part.element_handle() for part in parts]
        found: list[dict[str, float]] = self.page.evaluate(as_painted(_BOXES), handles)
        return found

    @contextmanager
    def is_told(self, words: str) -> Iterator[None]:
        """Assert that the page says so because of what is done within, if only for a moment."""
        before = self.page.evaluate("said.length")
        yield
        until(
            lambda: any(words in one for one in self.page.evaluate("n => said.slice(n)", before)),
            f"{self.name} is told {words!r}",
        )

    def switch(self, name: str) -> Locator:
        """A switch of the bottom bar."""
        return self.page.get_by_role("switch", name=name)

    def is_read(self, pace: str) -> None:
        """Choose in the call when to be read: `Live` or `When asked`."""
        radio = self.page.get_by_role("radio", name=pace)
        if not radio.is_visible():
            self.button("How I am read").click()
        radio.check()
        self.page.keyboard.press("Escape")

    def button(self, name: str) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def open_panel(self, title: str) -> Locator:
        """Open a side panel, from the bar or, where that is too narrow, from the menu."""
        if not self.button(title).is_visible():
            self.button("More").click()
        self.button(title).click()
        panel = self.page.get_by_role("complementary", name=title)
        expect(panel).to_be_visible()
        self.drawn()  # and the focus is on it
        return panel

    def tile(self, other: Person) -> Locator:
        """The tile of somebody, perhaps this person's own."""
        name = f"{other.name} (you)" if other is self else other.name
        return self.page.get_by_role("group", name=name, exact=True)

    def badges(self, other: Person) -> Locator:
        """The emoji at the faces of somebody."""
        return self.tile(other).locator("[data-expression]")

    def sees(self, other: Person, expression: str, asked_by: Person | None = None) -> None:
        """Assert that the only emoji on somebody's tile is this one, perhaps once asked for."""
        wait = asked_by.asks_until if asked_by else until
        shown = "badges => badges.map((badge) => badge.dataset.expression)"
        wait(  # in one look: between two an emoji may have faded
            lambda: self.badges(other).evaluate_all(shown) == [expression],
            f"{self.name} sees that {other.name} looks like {expression}",
        )

    def asks_until(
        self, condition: Callable[[], Met], what: str, ask: Callable[[], object] | None = None
    ) -> Met:
        """Have everyone read, and again before the emoji fade, until the condition is met."""
        ask = ask or self.button("Read everyone now").click
        return until(asking(ask, condition), what)

    def sees_moving_video_of(self, other: Person) -> None:
        """Assert that new pictures of somebody keep coming."""
        video = self.tile(other).locator("video")
        frames = "video => video.getVideoPlaybackQuality().totalVideoFrames"
        until(lambda: video.evaluate(frames) > 0, f"{self.name} sees {other.name}")
        seen = video.evaluate(frames)
        until(lambda: video.evaluate(frames) > seen + 2, f"{other.name} moves for {self.name}")


def as_painted(measure: str) -> str:
    """A script that measures what people see: amid a change, sizes do not fit each other yet."""
    return f"async (...given) => {{ await {_PAINTED}; return ({measure})(...given); }}"


def asking(ask: Callable[[], object], condition: Callable[[], Met]) -> Callable[[], Met]:
    """The condition, asked for first, and again before what the asking leads to has faded."""
    asked = -math.inf

    def met() -> Met:
        nonlocal asked
        if time.monotonic() - asked > _ASK_AGAIN:
            ask()
            asked = time.monotonic()
        return condition()

    return met


def meet(stack: Stack, first: Person, *others: Person, live: bool = False) -> None:
    """Join one room, everybody agreeing to be read; live reading only if wanted."""
    first.join(stack.url, live=live)
    for other in others:
        other.join(first.link, live=live)


def new_person(browser: Browser, name: str, **context: Any) -> Person:
    """Somebody at a page of their own, whose errors are noted."""
    of_their_own = browser.new_context(**context)
    of_their_own.set_default_timeout(waiting.PATIENCE * 1000)
    if _TRACES:
        of_their_own.tracing.start(screenshots=True, snapshots=True)
    of_their_own.add_init_script(_CAMERA)
    of_their_own.add_init_script(_NOTES)
    somebody = Person(name, of_their_own.new_page(), of_their_own)
    somebody.page.on("pageerror", lambda error: somebody.errors.append(str(error)))
    somebody.page.on("console", somebody.note)
    somebody.page.on("request", somebody.check)
    return somebody


@pytest.fixture
def tolerated() -> list[str]:
    """Patterns of console errors that a test provokes on purpose."""
    return []


@pytest.fixture
def person(
    browser: Browser, tolerated: list[str], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Person]]:
    """Make people; at the end of the test none of their pages may have logged an error."""
    people: list[Person] = []

    def make(name: str, *, width: int = 1000, height: int = 720, **context: Any) -> Person:
        viewport = {"width": width, "height": height}
        somebody = new_person(browser, name, viewport=viewport, **context)
        people.append(somebody)
        return somebody

    yield make
    errors = [
        f"{somebody.name}: {error}"
        for somebody in people
        for error in somebody.errors
        if not any(re.search(pattern, error) for pattern in tolerated)
    ]
    results = Path(request.config.rootpath) / "test-results"
    for number, somebody in enumerate(people):
        if errors or getattr(request.node, "failed", False):
            results.mkdir(exist_ok=True)
            file = re.sub(r"\W+", "-", f"{request.node.name}-{number}-{somebody.name}")
            with suppress(Error):  # a crashed page has no picture
                somebody.page.screenshot(path=results / f"{file}.png")
            if _TRACES:
                somebody.context.tracing.stop(path=results / f"{file}.zip")
        somebody.context.close()
    assert errors == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let the fixture above know that its test failed, so that it keeps screenshots."""
    report = yield
    item.failed = getattr(item, "failed", False) or report.failed  # type: ignore[attr-defined]
    return report
