"""A participant's own device reads: others see the emoji, and no picture leaves the browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Request, WebSocket, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import CAMERA_SIZE, Person, Photograph, frames_left
from tests.browser.journeys.chromium import Chromium
from tests.browser.journeys.firefox import Firefox
from tests.browser.journeys.somebody import Somebody
from tests.browser.journeys.tab import started
from tests.waiting import until

CLOSE = Photograph(x=80, y=0, side=480)
DEVICE = "Read on this device: no picture leaves your browser"
SERVICE = "Read by the service"


class Sent:
    """What a person's page sends that could be a picture, and what it tells."""

    def __init__(self, who: Person) -> None:
        self.told: list[dict[str, Any]] = []
        self.uploads: list[str] = []
        self.bodies: list[int] = []
        who.context.on("request", self._note)

    def _note(self, request: Request) -> None:
        body = request.post_data_buffer or b""
        self.bodies.append(len(body))
        if request.method == "PUT" and "/frames/" in request.url:
            self.uploads.append("frame")
        if request.url.endswith("/upload-tickets"):
            self.uploads.append("ticket")
        if request.url.endswith("/readings"):
            self.told.append(json.loads(body))


class Heard:
    """The readings that the hub brings a person's page."""

    def __init__(self, who: Person) -> None:
        self.readings: list[dict[str, Any]] = []
        who.page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._note)

    def _note(self, payload: bytes | str) -> None:
        text = payload if isinstance(payload, str) else payload.decode()
        for record in filter(None, text.split("\x1e")):
            message = json.loads(record)
            if message.get("target") == "reading":
                self.readings += message["arguments"]


# From JPEG on: what the page encodes and another decoder unpacks is not pixel for pixel the same.
JPEG_SCORE = 0.05
JPEG_PIXELS = 4


def assert_same_face(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The same face, read once from the camera's pixels and once from a JPEG of them."""
    for expression, score in one["scores"].items():
        assert score == pytest.approx(other["scores"][expression], abs=JPEG_SCORE), expression
    sides = dict(zip(("x", "y", "width", "height"), CAMERA_SIZE * 2, strict=True))
    for side, pixels in sides.items():
        assert one["box"][side] == pytest.approx(other["box"][side], abs=JPEG_PIXELS / pixels), side


def choose(who: Person, way: str) -> None:
    """Choose who reads, in the call's settings."""
    panel = who.open_panel("Settings")
    panel.get_by_role("radio", name=way).check()
    if way == DEVICE:
        expect(panel.get_by_text("This device reads.")).to_be_visible()
    who.button("Close panel").click()


def test_a_device_reads_and_no_picture_leaves_it(
    real_stack: Stack, person: Callable[..., Person]
) -> None:
    """The other participant sees the emoji, and neither network nor storage gets a picture."""
    ada, bob = person("Ada"), person("Bob")
    sent = Sent(ada)
    ada.page.goto(real_stack.url)
    ada.page.get_by_role("radio", name=DEVICE).check()
    expect(ada.page.get_by_text("This device reads.")).to_be_visible()
    until(lambda: frames_left(real_stack) == [], "no frame of another test is under way")
    before = dict(real_stack.operations)
    ada.join(ada.link, live=True)
    bob.join(ada.link, consent=False)
    ada.show(CLOSE)
    bob.sees(ada, "happiness")
    ada.sees(ada, "happiness")
    until(lambda: ada.still() and len(sent.told) > 2, "the device tells several readings")
    assert sent.uploads == []
    assert max(sent.bodies) < 30_000  # an offer of video; a picture of this camera has more
    made = {name for name, count in real_stack.operations.items() if count > before.get(name, 0)}
    assert not [name for name in made if name.endswith(" frames")], made  # lists the sweep asks for
    (face,) = sent.told[-1]["faces"]
    assert set(face) == {"box", "scores", "unsure"}
    panel = bob.open_panel("People")
    expect(panel.get_by_text("Is read on their own device")).to_be_visible()


def test_withdrawing_and_switching_ways_in_the_call(
    real_stack: Stack, person: Callable[..., Person]
) -> None:
    """Service and device give the same reading; a withdrawal stops the device's readings.

    Both read the same of the same face.
    """
    ada, bob = person("Ada"), person("Bob")
    sent, heard = Sent(ada), Heard(bob)
    ada.join(real_stack.url, live=True)
    bob.join(ada.link, consent=False)
    ada.show(CLOSE)
    bob.sees(ada, "happiness")
    assert sent.uploads
    (by_service,) = heard.readings[-1]["faces"]
    choose(ada, DEVICE)
    sent.uploads.clear()
    until(lambda: ada.still() and len(sent.told) > 0, "the device tells")
    bob.sees(ada, "happiness")
    assert sent.uploads == []
    (by_device,) = sent.told[-1]["faces"]
    assert_same_face(by_device, by_service)
    ada.switch("Read my expression").set_checked(False)
    expect(bob.badges(ada)).to_have_count(0)
    told = len(sent.told)
    choose(ada, SERVICE)
    ada.switch("Read my expression").set_checked(True)
    bob.sees(ada, "happiness")
    assert "frame" in sent.uploads
    assert len(sent.told) == told


@pytest.mark.browsers
def test_a_device_reads_in_firefox(real_stack: Stack, browser: Browser) -> None:
    """Firefox reads on its device, Chromium shows the emoji, and no picture is sent."""
    with ExitStack() as ending:
        ada = Somebody.new(started(Firefox(), ending), "Ada")
        zoe = Somebody.new(Chromium(browser), "Zoë")
        ada.tab.open(real_stack.url)
        ada.presses("radio", "^Read on this device")
        until(
            lambda: "This device reads." in ada.tab.evaluate("document.body.innerText"),
            "the reader is loaded",
        )
        ada.enters()
        zoe.joins(ada.link)
        scene = {"photographs": [CLOSE.scene()], "colour": None}
        ada.tab.evaluate(f"camera.show({json.dumps(scene)})")
        for viewer in (ada, zoe):
            viewer.sees(ada, Expression.HAPPINESS)
        fetched = "performance.getEntriesByType('resource').map(({ name }) => name)"
        sent = [url for url in ada.tab.evaluate(fetched) if "/frames/" in url]
        zoe.tab.close()
        assert sent == []
        assert ada.tab.errors == []
