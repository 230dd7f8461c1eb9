"""The journeys in each browser, and between two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser

from functions.contract import Expression
from local.product import product_stack
from local.stack import Stack
from tests.browser.conftest import UNHURRIED, asking, assert_no_frame_is_left
from tests.browser.journeys.chromium import Chromium
from tests.browser.journeys.firefox import Firefox
from tests.browser.journeys.matrix import Matrix
from tests.browser.journeys.somebody import Somebody
from tests.browser.journeys.tab import BrowserOfTests, Kind, started
from tests.browser.journeys.webkit import WebKit
from tests.waiting import until

NO_VIDEO = "This browser cannot take part in the video"
EVERYONE, HOW, CONSENT = "^Read everyone now$", "^How I am read$", "^Read my expression$"
HAPPY, SAD, ANGRY = Expression.HAPPINESS, Expression.SADNESS, Expression.ANGER
# What a journey provokes on purpose.
_TOLERATED = r"Failed to load resource|WebSocket|can.t establish|CORS request did not succeed"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The product with a reader of painted colours."""
    with product_stack(app="tests.browser.scripted_app:app", settings=UNHURRIED) as running:
        yield running
        assert_no_frame_is_left(running)


@dataclass
class Running:
    """The running browsers; each starts when it is first needed."""

    kinds: Mapping[str, Kind]
    ending: ExitStack
    started: dict[str, BrowserOfTests] = field(default_factory=dict)

    def browser(self, name: str) -> BrowserOfTests:
        """The browser of this name; skips the test where there is none, or fails it in CI."""
        if name not in self.started:
            self.started[name] = started(self.kinds[name], self.ending)
        return self.started[name]


@pytest.fixture(scope="module")
def running(browser: Browser) -> Iterator[Running]:
    """The browsers of this file."""
    kinds: tuple[Kind, ...] = (Chromium(browser), Firefox(), WebKit())
    with ExitStack() as ending:
        yield Running({kind.name: kind for kind in kinds}, ending)


@pytest.fixture(scope="module")
def matrix() -> Iterator[Matrix]:
    """The results of this run."""
    walked = Matrix()
    yield walked
    walked.write()


@dataclass
class Pair:
    """Ada and Zoë, each in a browser."""

    browsers: str
    stack: Stack
    ada: Somebody
    zoe: Somebody

    def meet(self) -> None:
        """Both people join one call and agree to be read."""
        self.ada.joins(self.stack.url)
        self.zoe.joins(self.ada.link)


def _pair(*names: str) -> object:
    others = set(names) - {"Chromium"}
    return pytest.param(
        names, id=" and ".join(names), marks=[pytest.mark.browsers] if others else []
    )


@pytest.fixture(
    params=[
        _pair("Chromium", "Chromium"),
        _pair("Firefox", "Firefox"),
        _pair("Firefox", "Chromium"),
        _pair("Chromium", "Firefox"),
        _pair("Chromium", "WebKit"),
    ]
)
def pair(request: pytest.FixtureRequest, stack: Stack, running: Running) -> Iterator[Pair]:
    """Two people; afterwards neither page may have logged an error."""
    browsers = [running.browser(name) for name in request.param]
    ada, zoe = (Somebody.new(b, n) for b, n in zip(browsers, ("Ada", "Zoë"), strict=True))
    versions = dict.fromkeys(browser.version for browser in browsers)
    yield Pair(" and ".join(versions), stack, ada, zoe)
    for somebody in (ada, zoe):
        somebody.tab.close()
    errors = [error for one in (ada, zoe) for error in one.tab.errors]
    assert [error for error in errors if not re.search(_TOLERATED, error)] == []


def video_both_ways(pair: Pair) -> None:
    """Each person sees the other's video move."""
    pair.ada.sees_moving_video_of(pair.zoe)
    pair.zoe.sees_moving_video_of(pair.ada)


def reading(pair: Pair) -> None:
    """Each person sees both expressions, and a change of one."""
    ada, zoe = pair.ada, pair.zoe
    ada.looks(HAPPY)
    zoe.looks(SAD)
    for viewer, other, expression in (
        (ada, zoe, SAD),
        (zoe, ada, HAPPY),
        (ada, ada, HAPPY),
        (zoe, zoe, SAD),
    ):
        viewer.sees(other, expression)
    ada.looks(ANGRY)
    zoe.sees(ada, ANGRY)


def correcting(pair: Pair) -> None:
    """A person's own word replaces the reading on both pages."""
    ada, zoe = pair.ada, pair.zoe
    ada.presses("button", "^That was wrong$")
    ada.presses("button", "neutral$")
    for viewer in (ada, zoe):
        viewer.sees(ada, Expression.NEUTRAL)


def reading_once(pair: Pair) -> None:
    """A person who is not read live is read on request, and only then."""
    ada, zoe = pair.ada, pair.zoe
    zoe.presses("button", HOW)
    zoe.presses("radio", "^When asked")
    zoe.looks(HAPPY)
    asked = asking(lambda: ada.presses("button", EVERYONE), lambda: ada.shows(zoe, HAPPY))
    until(asked, "Ada sees how Zoë looks")
    zoe.presses("radio", "^Live")
    zoe.presses("button", HOW)


def consent(pair: Pair) -> None:
    """One click removes the emoji on the other page, and another brings it back."""
    ada, zoe = pair.ada, pair.zoe
    zoe.presses("switch", CONSENT)
    for viewer in (ada, zoe):
        viewer.sees(zoe, None)
    zoe.presses("switch", CONSENT)
    ada.sees(zoe, HAPPY)


def muting(pair: Pair) -> None:
    """The other page shows that both devices are off, and on again."""
    ada, zoe = pair.ada, pair.zoe

    def told() -> str:
        labels = "[...it.querySelectorAll('[aria-label]')].map(({ ariaLabel }) => ariaLabel)"
        return str(ada.evaluates("group", ada.tile(zoe), labels))

    for device in ("Microphone", "Camera"):
        zoe.presses("button", f"^{device}")
        until(lambda off=f"{device} off": off in told(), f"{device} off is told")  # type: ignore[misc]
        zoe.presses("button", f"^{device}")
    until(lambda: " off" not in told(), "both are on again")


def sharing(pair: Pair) -> None:
    """A shared screen moves on the other page, and ends there."""
    ada, zoe = pair.ada, pair.zoe
    ada.presses("button", "^Share screen$")
    zoe.sees_moving("^Ada.s screen$", "the screen")
    ada.presses("button", "^Share screen$")
    until(lambda: not zoe.has("group", "^Ada.s screen$"), "the screen is gone")


def healing(pair: Pair) -> None:
    """After SignalR is killed and restarted, readings come again by themselves."""
    life = pair.stack["signalr"].kill()
    pair.stack["signalr"].wait_ready(after_start=life)
    pair.ada.looks(SAD)
    pair.zoe.sees(pair.ada, SAD)


def leaving(pair: Pair) -> None:
    """A person who leaves disappears on the other page, and one press brings them back."""
    ada, zoe = pair.ada, pair.zoe
    zoe.presses("button", "^Leave call$")
    zoe.finds("heading", "You left the call")
    until(lambda: not ada.has("group", ada.tile(zoe)), "Zoë is gone")
    zoe.presses("button", "^Join again$")
    ada.finds("group", ada.tile(zoe))


def saying_what_is_missing(pair: Pair) -> None:
    """A person without video is told so, and that readings continue."""
    words = "document.body.innerText"
    until(lambda: NO_VIDEO in pair.zoe.tab.evaluate(words), "Zoë reads why there is no video")


JOURNEYS = (
    video_both_ways,
    saying_what_is_missing,
    reading,
    correcting,
    reading_once,
    consent,
    muting,
    sharing,
    healing,
    leaving,
)

ONLY_WITH_VIDEO = (video_both_ways, muting, sharing)
ONLY_WITHOUT = (saying_what_is_missing,)


def test_every_journey(pair: Pair, matrix: Matrix, subtests: pytest.Subtests) -> None:
    """One call runs all journeys, one after the other.

    Without WebRTC on one side there is no video, no screen, and nothing is told of devices.
    """
    pair.meet()
    has_video = pair.ada.has_video and pair.zoe.has_video
    for journey in JOURNEYS:
        if journey in (ONLY_WITH_VIDEO if not has_video else ONLY_WITHOUT):
            continue
        name = journey.__name__.replace("_", " ")
        matrix.note(pair.browsers, name, passed=False)
        with subtests.test(name):
            journey(pair)
            matrix.note(pair.browsers, name, passed=True)
