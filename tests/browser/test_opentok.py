"""The call over OpenTok: its real library, which no server answers here, and one in its place."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Request, Response, Route, expect

from functions.contract import Expression
from local.product import product_stack
from local.stack import Stack
from tests.browser.conftest import UNHURRIED, Person, frames_left, meet
from tests.functions.stub_opentok import SETTINGS, StubOpenTok
from tests.waiting import until

A, D = Expression.ANGER, Expression.HAPPINESS
BLUE, GREEN = (0, 0, 255), (0, 255, 0)
LIBRARY = re.compile(r"/assets/opentok\.min-[\w-]+\.js$")
STAND_IN = Path(__file__).parent / "opentok_stand_in.js"
# What the library logs, and the browser for it, where its servers do not answer.
UNREACHABLE = (
    r"^a request to (\w+\.)+(opentok|tokbox)\.com$",
    r"Failed to load resource: net::ERR_\w+ https://(\w+\.)+(opentok|tokbox)\.com/",
    r"^%cOpenTok:StaticConfig:error %ccould not reach Config Service",
    r"^%cOpenTok:(Session|GlobalExceptionHandler):error .*\(1006\)",
)


@pytest.fixture(scope="module")
def opentok_stack() -> Iterator[Stack]:
    """The product over OpenTok."""
    with StubOpenTok() as opentok:
        settings = SETTINGS | UNHURRIED | {"OPENTOK_API_URL": opentok.url}
        app = "tests.browser.scripted_app:app"
        with product_stack(app=app, settings=settings) as stack:
            yield stack


def is_local(url: str) -> bool:
    """Whether an address is on this machine."""
    return urlsplit(url).hostname in ("127.0.0.1", None)


@pytest.fixture
def offline(person: Callable[..., Person], tolerated: list[str]) -> Callable[[str], Person]:
    """Make people whose browser reaches nobody outside this machine, with OpenTok's own library."""
    tolerated += UNREACHABLE

    def make(name: str) -> Person:
        somebody = person(name)
        cut_off(somebody.context)
        return somebody

    return make


def cut_off(context: BrowserContext) -> None:
    """Let no request out, and fail if one is answered nevertheless."""

    def check(response: Response) -> None:
        assert is_local(response.url), response.url

    context.route(lambda url: not is_local(url), lambda route: route.abort("connectionrefused"))
    context.on("response", check)


@pytest.fixture
def played(person: Callable[..., Person]) -> Callable[[str], Person]:
    """Make people whose OpenTok is played by the test."""

    def make(name: str) -> Person:
        somebody = person(name)
        cut_off(somebody.context)
        somebody.context.route(
            LIBRARY,
            lambda route: route.fulfill(path=STAND_IN, content_type="text/javascript"),
        )
        return somebody

    return make


def connect(somebody: Person) -> None:
    """Wait until somebody's page has loaded OpenTok and says so."""
    expect(somebody.page.get_by_text("Video goes over OpenTok")).to_be_visible()


def requests_of(somebody: Person) -> list[str]:
    """The addresses that somebody's page asks from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    somebody.context.on("request", note)
    return asked


def sees_colour(viewer: Person, other: Person, colour: tuple[int, int, int]) -> None:
    """Assert that the middle of somebody's picture comes to have this colour."""
    video = viewer.tile(other).locator("video")
    middle = """video => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
      const context = canvas.getContext('2d');
      const [x, y] = [video.videoWidth / 2, video.videoHeight / 2];
      context.drawImage(video, x, y, 1, 1, 0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    }"""

    def is_seen() -> bool:
        return all(abs(a - b) < 40 for a, b in zip(video.evaluate(middle), colour, strict=True))

    until(is_seen, f"{viewer.name} sees {other.name} in {colour}")


def id_of(viewer: Person, other: Person) -> str:
    """Somebody's participant id."""
    participant = viewer.tile(other).get_attribute("data-participant")
    assert participant
    return participant


def test_a_call_between_browsers_never_loads_the_library(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Where the video is direct, the page says so and asks for nothing of OpenTok's."""
    ada, zoe = person("Ada"), person("Zoë")
    asked = requests_of(ada)
    meet(scripted_stack, ada, zoe)
    ada.sees_moving_video_of(zoe)
    expect(ada.page.get_by_text("Video goes straight from person to person")).to_be_visible()
    assert [url for url in asked if "opentok" in url] == []


def test_the_real_library_is_loaded_and_publishes_the_camera(
    opentok_stack: Stack, offline: Callable[[str], Person]
) -> None:
    """Its own file is fetched once; its publisher shows our camera, and a new one after a break."""
    ada = offline("Ada")
    ada.context.add_init_script("""
      let library;
      Object.defineProperty(window, 'OT', {
        get: () => library,
        set: (loaded) => {
          const { initPublisher } = loaded;
          library = loaded;
          loaded.initPublisher = (...properties) => {
            const publisher = initPublisher(...properties);
            publisher.on('videoElementCreated', ({ element }) => (window.publisherShows = element));
            return publisher;
          };
        },
      });
    """)
    asked = requests_of(ada)
    ada.join(opentok_stack.url)
    connect(ada)
    shows = "() => window.publisherShows?.getVideoPlaybackQuality().totalVideoFrames ?? 0"
    tracks = """() => publisherShows.srcObject?.getTracks()
      .map(({ kind, readyState }) => `${kind} ${readyState}`).sort()"""
    until(lambda: ada.page.evaluate(shows) > 2, "the publisher shows moving pictures")
    assert ada.page.evaluate("[publisherShows.videoWidth, publisherShows.muted]") == [640, True]
    assert ada.page.evaluate("document.contains(publisherShows)") is False
    ada.button("Camera").click()
    until(lambda: ada.page.evaluate(tracks) == ["audio live", "video ended"], "the camera is off")
    ada.button("Camera").click()
    until(lambda: ada.page.evaluate(tracks) == ["audio live", "video live"], "the camera is on")
    until(lambda: ada.page.evaluate(shows) > 2, "the new publisher shows moving pictures")
    ada.sees_moving_video_of(ada)
    assert len([url for url in asked if LIBRARY.search(url)]) == 1


def test_a_refused_connection_is_told_and_the_room_goes_on(
    opentok_stack: Stack, offline: Callable[[str], Person]
) -> None:
    """When OpenTok cannot be reached the page says so, offers another try, and readings arrive."""
    ada, zoe = offline("Ada"), offline("Zoë")
    meet(opentok_stack, ada, zoe)
    notice = ada.page.locator(".notice", has_text="The video service cannot be reached")
    expect(notice).to_be_visible()
    expect(ada.tile(zoe)).to_be_visible()  # she is in, and hears who asks
    zoe.look(A)
    ada.look(D)
    for viewer, (other, expression) in itertools.product((ada, zoe), ((zoe, A), (ada, D))):
        viewer.sees(other, expression, asked_by=ada)
    with ada.page.expect_request(re.compile(r"opentok\.com/session/")):
        notice.get_by_role("button", name="Try again").click()
    ada.button("Leave call").click()
    expect(ada.page.get_by_role("heading", name="You left the call")).to_be_visible()
    expect(zoe.tile(ada)).to_have_count(0)
    until(lambda: frames_left(opentok_stack) == [], "every frame is deleted")


def test_a_library_that_does_not_load_is_asked_for_again(
    opentok_stack: Stack, played: Callable[[str], Person], tolerated: list[str]
) -> None:
    """A file that could not be fetched is told as missing video, and fetched again by itself."""
    tolerated.append(r"Failed to load resource: net::ERR_FAILED .*/assets/opentok")
    ada = played("Ada")

    def nothing(route: Route) -> None:
        route.abort()

    ada.context.route(LIBRARY, nothing)
    ada.join(opentok_stack.url)
    notice = ada.page.locator(".notice", has_text="could not be started")
    expect(notice).to_be_visible()
    ada.context.unroute(LIBRARY, nothing)
    expect(notice).to_have_count(0)
    connect(ada)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as they joined", "the other way round"])
def test_streams_in_any_order_end_on_the_right_tiles(
    opentok_stack: Stack, played: Callable[[str], Person], order: tuple[int, int]
) -> None:
    """Two participants' pictures and readings are on their own tiles, whoever's stream is first."""
    ada, zoe, kim = played("Ada"), played("Zoë"), played("Kim")
    meet(opentok_stack, ada, zoe, kim)
    connect(ada)
    streams = [(id_of(ada, zoe), "#0000ff"), (id_of(ada, kim), "#00ff00")]
    for number in order:
        ada.page.evaluate("stream => openTok.send(...stream)", streams[number])
    sees_colour(ada, zoe, BLUE)
    sees_colour(ada, kim, GREEN)
    zoe.look(A)
    kim.look(D)
    ada.sees(zoe, A, asked_by=ada)
    ada.sees(kim, D, asked_by=ada)
    sees_colour(ada, zoe, BLUE)
    sees_colour(ada, kim, GREEN)


def test_what_the_session_tells_shows_on_the_tile(
    opentok_stack: Stack, played: Callable[[str], Person]
) -> None:
    """Mute, reconnecting, the end of a stream and a new one: each shows where it belongs."""
    ada, zoe = played("Ada"), played("Zoë")
    meet(opentok_stack, ada, zoe)
    connect(ada)
    who, tile = id_of(ada, zoe), ada.tile(zoe)
    expect(tile).to_contain_text("Connecting")
    ada.page.evaluate("who => openTok.send(who, '#0000ff')", who)
    sees_colour(ada, zoe, BLUE)
    expect(tile).not_to_contain_text("onnecting")
    ada.page.evaluate("who => openTok.change(who, { hasAudio: false, hasVideo: false })", who)
    expect(tile.get_by_role("img", name="Microphone off")).to_be_visible()
    expect(tile.get_by_role("img", name="Camera off")).to_be_visible()
    ada.page.evaluate("who => openTok.change(who, { hasAudio: true, hasVideo: true })", who)
    expect(tile.get_by_role("img", name="Camera off")).to_have_count(0)
    ada.page.evaluate("openTok.session.emit('sessionReconnecting')")
    expect(tile).to_contain_text("Reconnecting")
    ada.page.evaluate("openTok.session.emit('sessionReconnected')")
    expect(tile).not_to_contain_text("Reconnecting")
    ada.page.evaluate("who => openTok.end(who)", who)
    expect(tile).to_contain_text("Connecting")
    ada.page.evaluate("who => openTok.send(who, '#00ff00')", who)
    sees_colour(ada, zoe, GREEN)


def test_our_switches_reach_what_we_publish(
    opentok_stack: Stack, played: Callable[[str], Person]
) -> None:
    """Mute and camera work over OpenTok, and a camera that is off is let go of."""
    ada = played("Ada")
    ada.join(opentok_stack.url)
    connect(ada)
    sent = "() => openTok.sent()"
    on = [{"audio": True, "video": True, "camera": "live"}]
    until(lambda: ada.page.evaluate(sent) == on, "both are sent")
    ada.button("Microphone").click()
    muted = [{"audio": False, "video": True, "camera": "live"}]
    until(lambda: ada.page.evaluate(sent) == muted, "the microphone is muted")
    ada.button("Camera").click()
    off = [{"audio": False, "video": False, "camera": "ended"}]
    until(lambda: ada.page.evaluate(sent) == off, "the camera is off")
    ada.button("Camera").click()
    until(lambda: ada.page.evaluate(sent) == muted, "the camera is sent again")
