"""Real people in a real browser: each has a context of their own and a camera the test paints."""

from __future__ import annotations

import base64
import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from azure.storage.blob import BlobServiceClient
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
)

from functions.contract import Expression
from local.product import product_stack
from local.stack import Stack
from tests import chromium
from tests.browser.colours import colour_of

Met = TypeVar("Met")

expect.set_options(timeout=15_000)

_CAMERA = (Path(__file__).parent / "camera.js").read_text()
_CHROMIUM = chromium.find()
_PHOTOGRAPH = Path(__file__).parents[1] / "faces" / "astronaut.jpg"
# Where the face is in the photograph, in fractions of it, seen by eye.
FACE_IN_PHOTOGRAPH = (0.34, 0.10, 0.19, 0.25)
CAMERA_SIZE = (640, 480)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the Chromium that was found on this machine."""
    return browser_type_launch_args | {
        "executable_path": str(_CHROMIUM),
        "args": list(chromium.ARGUMENTS),
    }


@pytest.fixture(scope="session")
def real_stack() -> Iterator[Stack]:
    """The product as it ships, with the embedded reader."""
    with product_stack() as stack:
        yield stack
        assert_no_frame_is_left(stack)


@pytest.fixture(scope="session")
def scripted_stack() -> Iterator[Stack]:
    """The product with a reader of painted colours."""
    with product_stack(app="tests.browser.scripted_app:app") as stack:
        yield stack
        assert_no_frame_is_left(stack)


def frames_left(stack: Stack) -> list[str]:
    """What is in the frames container."""
    with BlobServiceClient.from_connection_string(stack.storage) as storage:
        return list(storage.get_container_client("frames").list_blob_names())


def assert_no_frame_is_left(stack: Stack) -> None:
    """After whatever happened, the frames container is empty."""
    until(lambda: frames_left(stack) == [], "every frame is deleted", seconds=30)


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
        """Fill the lobby in as a user does, enter, and switch live reading as wanted."""
        if self.page.url != link:
            self.page.goto(link)
        self.page.get_by_role("textbox", name="Your name").fill(self.name)
        box = self.page.get_by_role("checkbox", name=re.compile("Read my facial expression"))
        expect(box).not_to_be_checked()
        box.set_checked(consent)
        self.page.get_by_role("button", name=re.compile("Start a new call|Join now")).click()
        expect(self.tile(self)).to_be_visible()
        if not live:
            self.switch("Live").set_checked(False)

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

    def switch(self, name: str) -> Locator:
        """A switch of the bottom bar."""
        return self.page.get_by_role("switch", name=name)

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
        return panel

    def tile(self, other: Person) -> Locator:
        """The tile of somebody, perhaps this person's own."""
        name = f"{other.name} (you)" if other is self else other.name
        return self.page.get_by_role("group", name=name, exact=True)

    def badges(self, other: Person) -> Locator:
        """The emoji at the faces of somebody."""
        return self.tile(other).locator("[data-expression]")

    def sees(self, other: Person, expression: str) -> None:
        """Assert that the only emoji on somebody's tile is this one."""
        expect(self.badges(other)).to_have_count(1)
        expect(self.badges(other)).to_have_attribute("data-expression", expression)

    def sees_moving_video_of(self, other: Person) -> None:
        """Assert that new pictures of somebody keep coming."""
        video = self.tile(other).locator("video")
        frames = "video => video.getVideoPlaybackQuality().totalVideoFrames"
        until(lambda: video.evaluate(frames) > 0, f"{self.name} sees {other.name}")
        seen = video.evaluate(frames)
        until(lambda: video.evaluate(frames) > seen + 2, f"{other.name} moves for {self.name}")


def meet(stack: Stack, first: Person, *others: Person, live: bool = False) -> None:
    """Join one room, everybody agreeing to be read; live reading only if wanted."""
    first.join(stack.url, live=live)
    for other in others:
        other.join(first.link, live=live)


def until(condition: Callable[[], Met], what: str, seconds: float = 15) -> Met:
    """Wait for a condition and give what met it, or fail saying what did not happen."""
    deadline = time.monotonic() + seconds
    while not (met := condition()):
        assert time.monotonic() < deadline, f"did not happen within {seconds} s: {what}"
        time.sleep(0.05)
    return met


def new_person(browser: Browser, name: str, **context: Any) -> Person:
    """Somebody at a page of their own, whose errors are noted."""
    of_their_own = browser.new_context(**context)
    of_their_own.add_init_script(_CAMERA)
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
            somebody.page.screenshot(path=results / f"{file}.png")
        somebody.context.close()
    assert errors == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let the fixture above know that its test failed, so that it keeps screenshots."""
    report = yield
    item.failed = getattr(item, "failed", False) or report.failed  # type: ignore[attr-defined]
    return report
