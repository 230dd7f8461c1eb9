"""A page shows a person's present state: away, offline, camera held back, or hidden."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Request, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, meet
from tests.waiting import until

HIDE = """hidden => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
}"""
_HOLD_BACK = """held => {
    const [track] = document.querySelector('.tile-own video').srcObject.getVideoTracks();
    Object.defineProperty(track, 'muted', { configurable: true, get: () => held });
    track.dispatchEvent(new Event(held ? 'mute' : 'unmute'));
}"""


def test_who_looks_at_another_tab_is_away_to_everybody(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Others see at once who is away, and *Read everyone now* names them until they are back."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe, live=True)
    ada.look(Expression.HAPPINESS)
    zoe.sees(ada, Expression.HAPPINESS)
    ada.page.evaluate(HIDE, True)
    expect(zoe.tile(ada)).to_contain_text("Away")
    expect(zoe.badges(ada)).to_have_count(0)
    expect(zoe.open_panel("People").get_by_text("Away")).to_be_visible()
    with zoe.is_told("Not read now: Ada (away)."):
        zoe.button("Read everyone now").click()
    ada.page.evaluate(HIDE, False)
    zoe.sees(ada, Expression.HAPPINESS)
    expect(zoe.tile(ada)).not_to_contain_text("Away")


def test_a_camera_held_back_by_the_system_is_said(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Both sides are told when a phone call or privacy switch stops the camera, until it ends."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe, live=True)
    ada.look(Expression.HAPPINESS)
    zoe.sees(ada, Expression.HAPPINESS)
    ada.page.evaluate(_HOLD_BACK, True)
    held = ada.page.locator(".notice").filter(has_text="Your camera is held back")
    expect(held).to_be_visible()
    expect(ada.tile(ada)).to_contain_text("Not read: camera paused")
    expect(zoe.tile(ada).get_by_role("img", name="Camera off")).to_be_visible()
    expect(zoe.tile(ada).locator(".initials")).to_be_visible()
    with zoe.is_told("Ada (camera off)"):
        zoe.button("Read everyone now").click()
    ada.page.evaluate(_HOLD_BACK, False)
    zoe.sees(ada, Expression.HAPPINESS)
    expect(ada.page.locator(".notice")).to_have_count(0)


def test_being_offline_is_said_once_and_as_that(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str]
) -> None:
    """One sentence says offline, the tile says *Not read*, and all continues afterwards."""
    tolerated.append("ERR_INTERNET_DISCONNECTED|Failed to load resource|WebSocket")
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe, live=True)
    ada.look(Expression.HAPPINESS)
    zoe.sees(ada, Expression.HAPPINESS)
    ada.context.set_offline(True)
    offline = ada.page.locator(".notice").filter(has_text="You are offline")
    expect(offline).to_be_visible()
    expect(ada.tile(ada)).to_contain_text("Not read: offline")
    expect(ada.page.locator(".notice")).to_have_count(1)
    ada.context.set_offline(False)
    expect(ada.page.locator(".notice")).to_have_count(0)
    frame = zoe.badges(ada).get_attribute("data-frame")
    until(lambda: zoe.badges(ada).get_attribute("data-frame") != frame, "a reading after it")


def test_storage_that_does_not_answer_is_said_and_nobody_seems_read(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str]
) -> None:
    """While no upload succeeds, the tile does not say that its person is read."""
    tolerated.append("ERR_FAILED|Failed to load resource")
    ada = person("Ada")
    meet(scripted_stack, ada, live=True)
    ada.look(Expression.HAPPINESS)
    expect(ada.tile(ada)).to_contain_text("Being read")
    ada.page.route(re.compile("/frames/"), lambda route: route.abort())
    lost = ada.page.locator(".notice").filter(has_text="Your pictures do not reach the service")
    expect(lost).to_be_visible()
    expect(ada.tile(ada)).not_to_contain_text("Being read")
    ada.page.unroute_all()
    expect(ada.tile(ada)).to_contain_text("Being read")


@pytest.mark.parametrize(
    "missing",
    [
        "delete AbortSignal.any; delete AbortSignal.timeout;",
        "delete HTMLVideoElement.prototype.requestVideoFrameCallback;",
        "delete globalThis.OffscreenCanvas; delete globalThis.Worker;",
    ],
    ids=["AbortSignal", "requestVideoFrameCallback", "OffscreenCanvas"],
)
def test_what_is_cheap_to_do_without_is_done_without(
    scripted_stack: Stack, person: Callable[..., Person], missing: str
) -> None:
    """A browser without a feature that can be replaced is read, and no notice appears."""
    ada = person("Ada")
    ada.page.add_init_script(missing)
    meet(scripted_stack, ada)
    ada.look(Expression.SURPRISE)
    ada.sees(ada, Expression.SURPRISE, asked_by=ada)
    expect(ada.page.locator(".notice")).to_have_count(0)


def test_what_the_page_cannot_do_without_is_named(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """An old browser gets a text that names what it lacks."""
    ada = person("Ada")
    ada.page.add_init_script("delete HTMLElement.prototype.showPopover;")
    ada.page.goto(scripted_stack.url)
    expect(ada.page.get_by_text("It lacks: menus over the page (popover).")).to_be_visible()
    expect(ada.page.get_by_text("Firefox from 125")).to_be_visible()


def test_a_browser_that_hides_pictures_is_named(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """A browser that gives noise for the camera is told so, instead of "No face found"."""
    ada = person("Ada")
    ada.page.add_init_script("""
        delete globalThis.Worker;
        const { prototype } = OffscreenCanvasRenderingContext2D;
        const { getImageData } = prototype;
        prototype.getImageData = function (...place) {
            const picture = getImageData.apply(this, place);
            return { data: picture.data.map(() => Math.random() * 256) };
        };
    """)
    meet(scripted_stack, ada, live=True)
    hides = ada.page.locator(".notice").filter(has_text="Your browser hides pictures")
    expect(hides).to_be_visible()
    expect(ada.tile(ada)).to_contain_text("Not read")
    expect(ada.tile(ada)).not_to_contain_text("No face found")


def test_alone_without_a_camera_nobody_is_asked(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """A person who cannot be read now is named, also to themselves."""
    ada = person("Ada")
    meet(scripted_stack, ada)
    ada.button("Camera").click()
    expect(ada.button("Camera")).to_have_attribute("aria-pressed", "false")
    with ada.is_told("Nobody can be read just now: Ada"):
        ada.button("Read everyone now").click()


def test_each_accepted_upload_ends_well(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """No upload is listed as aborted in the network log, because its answer is read whole."""
    ada = person("Ada")
    failed: list[Request] = []
    done: list[str] = []
    ada.page.on("requestfailed", lambda r: failed.append(r) if r.method == "PUT" else None)
    ada.page.on("requestfinished", lambda r: done.append(r.url) if r.method == "PUT" else None)
    meet(scripted_stack, ada, live=True)
    # Playwright hands events over while it is asked something.
    until(lambda: ada.page.title() and len(done) + len(failed) > 2, "three uploads")
    # One that a slow machine did not answer in time is given up, rightly.
    assert [request.failure for request in failed if request.response()] == []


def test_join_again_leads_back_into_the_call(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """One press joins again with the same name and consent, which are shown before it."""
    ada = person("Ada")
    ada.join(scripted_stack.url, consent=False)
    ada.button("Leave call").click()
    expect(ada.page.get_by_text("come back as Ada, without being read")).to_be_visible()
    ada.button("Join again").click()
    expect(ada.tile(ada)).to_contain_text("Not read")
    expect(ada.tile(ada).locator("video")).to_be_visible()


def test_who_is_not_let_back_has_their_camera_off(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str]
) -> None:
    """*Join again* turns the camera on; if joining fails, it is off again, as the page says."""
    tolerated.append("status of 503")
    ada = person("Ada")
    ada.join(scripted_stack.url, consent=False)
    assert ada.page.evaluate("camera.on")
    ada.button("Leave call").click()
    expect(ada.page.get_by_text("Your camera and microphone are off.")).to_be_visible()
    until(lambda: not ada.page.evaluate("camera.on"), "the camera is off")
    refusal = {"error": "storage-unavailable", "message": "The storage does not answer."}
    ada.page.route(
        re.compile("/participants$"), lambda route: route.fulfill(status=503, json=refusal)
    )
    ada.button("Join again").click()
    expect(ada.page.get_by_role("alert")).not_to_be_empty()
    until(lambda: not ada.page.evaluate("camera.on"), "the camera is off again")
    ada.page.unroute_all()
    ada.button("Join again").click()
    expect(ada.tile(ada)).to_be_visible()
    until(lambda: ada.page.evaluate("camera.on"), "the camera is on in the call")


def test_a_whole_screen_is_not_shown_within_itself(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """A person who shares their whole screen sees a text in place of endless copies."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe)
    ada.page.evaluate("""() => {
        const { getSettings } = MediaStreamTrack.prototype;
        MediaStreamTrack.prototype.getSettings = function () {
            return { ...getSettings.call(this), displaySurface: 'monitor' };
        };
    }""")
    ada.button("Share screen").click()
    own = ada.page.get_by_role("group", name="Your screen", exact=True)
    expect(own).to_contain_text("You share your whole screen")
    expect(own.locator("video")).to_have_count(0)
    expect(zoe.page.get_by_role("group", name="Ada’s screen").locator("video")).to_be_visible()
