"""What phones do otherwise, as far as this browser can be made to: docs/browsers.md lists it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azure.storage.blob import BlobServiceClient
from playwright.sync_api import expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, as_painted, meet
from tests.waiting import until

HAPPY, SAD = Expression.HAPPINESS, Expression.SADNESS
UPRIGHT, ON_ITS_SIDE = {"width": 390, "height": 844}, {"width": 844, "height": 390}
# How far an emoji's middle lies from the top of the middle of a face, in the face's widths and
# heights: given the face's place in the camera's picture, in pixels of it.
_FROM_FACE = """(tile, { face, mirrored }) => {
  const video = tile.querySelector('video');
  const emoji = tile.querySelector('.badge-emoji')?.getBoundingClientRect();
  if (!emoji || video.videoWidth * face.height !== video.videoHeight * face.width) return null;
  const box = video.getBoundingClientRect();
  const scales = [box.width / face.width, box.height / face.height];
  const cover = getComputedStyle(video).objectFit === 'cover';
  const scale = cover ? Math.max(...scales) : Math.min(...scales);
  const x = mirrored ? face.width - face.x - face.side : face.x;
  const left = box.x + (box.width - face.width * scale) / 2 + x * scale;
  const top = box.y + (box.height - face.height * scale) / 2 + face.y * scale;
  return [
    (emoji.x + emoji.width / 2 - left) / (face.side * scale) - 0.5,
    (emoji.y + emoji.height / 2 - top) / (face.side * scale),
  ];
}"""
# A phone that saves power: no video begins without a press, not even a silent one by its own
# attribute, and what is drawn is drawn thirty times a second.
_SAVES_POWER = """
window.held = true;
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (!window.held) return play.call(this);
  return Promise.reject(new DOMException('saving power', 'NotAllowedError'));
};
Object.defineProperty(HTMLMediaElement.prototype, 'autoplay', { set() {}, get: () => false });
window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 33);
window.cancelAnimationFrame = clearTimeout;
"""
# How many locks hold the screen on.
_LOCKS = """
window.locks = 0;
WakeLock.prototype.request = async (kind) => {
  window.locks += kind === 'screen' ? 1 : 0;
  return { release: async () => (window.locks -= 1) };
};
"""
# Every video element that was made, also those that are in no page.
_VIDEOS = """
window.videos = new Set();
for (const name of ['createElement', 'createElementNS']) {
  const create = Document.prototype[name];
  Document.prototype[name] = function (...what) {
    const element = create.apply(this, what);
    if (element instanceof HTMLVideoElement) window.videos.add(element);
    return element;
  };
}
"""
_LACKS = """
delete navigator.mediaDevices?.getDisplayMedia;
delete MediaDevices.prototype.getDisplayMedia;
delete HTMLMediaElement.prototype.setSinkId;
delete window.documentPictureInPicture;
delete Navigator.prototype.wakeLock;
Object.defineProperty(Document.prototype, 'fullscreenEnabled', { get: () => undefined });
"""


def stands_at_face(viewer: Person, other: Person, face: dict[str, int]) -> bool:
    """Whether the emoji of the one whose camera shows this face stands at it."""
    what: dict[str, Any] = {"face": face, "mirrored": viewer is other}
    off = viewer.tile(other).evaluate(as_painted(_FROM_FACE), what)
    return bool(off) and abs(off[0]) < 0.5 and -0.8 < off[1] < 0.5


def test_the_emoji_stays_at_its_face_when_a_phone_is_turned(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The camera's picture changes width and height; the emoji follows on both pages."""
    ada, zoe = person("Ada", **UPRIGHT), person("Zoë")
    ada.page.add_init_script("window.camera?.turn()")
    meet(scripted_stack, ada, zoe, live=True)
    for window, width, height, x, y in (
        (ON_ITS_SIDE, 640, 480, 60, 200),
        (UPRIGHT, 480, 640, 300, 400),
        (ON_ITS_SIDE, 640, 480, 420, 60),
    ):
        ada.page.evaluate("camera.turn()")
        ada.page.set_viewport_size(window)  # type: ignore[arg-type]
        ada.look(HAPPY, x=x, y=y, side=120)
        face = {"width": width, "height": height, "x": x, "y": y, "side": 120}
        for viewer in (ada, zoe):
            until(
                lambda v=viewer, f=face: stands_at_face(v, ada, f),  # type: ignore[misc]
                f"{viewer.name} sees the emoji at the face in {width} × {height}",
            )


def test_every_video_plays_in_the_page(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Preview, tiles, screen and the frames' own video have playsInline: no full screen opens."""
    ada, zoe = person("Ada"), person("Zoë")
    ada.page.add_init_script(_VIDEOS)
    meet(scripted_stack, ada, zoe)
    zoe.button("Share screen").click()
    expect(ada.page.get_by_role("group", name="Zoë’s screen")).to_be_visible()
    ada.look(HAPPY)
    ada.sees(ada, HAPPY, asked_by=ada)
    assert ada.page.evaluate("videos.size") == len(("preview", "Ada", "Zoë", "screen", "frames"))
    assert ada.page.evaluate("[...videos].every((video) => video.playsInline)")


def test_who_saves_power_sees_and_hears_everybody_after_a_press(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Refused autoplay, silent too: pictures begin with any press, the sound with its button."""
    ada, zoe = person("Ada"), person("Zoë")
    zoe.page.add_init_script(_SAVES_POWER + "camera.missing = true;")
    meet(scripted_stack, ada, zoe)
    ada.button("Share screen").click()
    screen = zoe.page.get_by_role("group", name="Ada’s screen").locator("video")
    expect(screen).to_be_visible()
    expect(zoe.button("Turn sound on")).to_be_visible()
    ada.look(HAPPY)
    zoe.sees(ada, HAPPY, asked_by=ada)
    video = zoe.tile(ada).locator("video")
    for picture in (screen, video):
        assert picture.evaluate("video => video.paused")
    zoe.page.evaluate("held = false")
    zoe.page.get_by_role("region", name="People in the call").click(position={"x": 5, "y": 5})
    zoe.sees_moving_video_of(ada)
    until(lambda: not screen.evaluate("video => video.paused"), "the screen is seen, too")
    assert video.evaluate("video => video.muted")
    zoe.button("Turn sound on").click()
    expect(zoe.button("Turn sound on")).to_have_count(0)
    assert not video.evaluate("video => video.muted")


def test_the_screen_stays_on_during_a_call(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """One lock holds it while the call lasts, and none in the lobby or after leaving."""
    ada = person("Ada")
    ada.page.add_init_script(_LOCKS)
    ada.page.goto(scripted_stack.url)
    assert ada.page.evaluate("locks") == 0
    meet(scripted_stack, ada)
    until(lambda: ada.page.evaluate("locks") == 1, "the screen stays on")
    ada.button("Leave call").click()
    until(lambda: ada.page.evaluate("locks") == 0, "the screen may darken")


def test_a_page_that_was_frozen_takes_its_place_again(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str]
) -> None:
    """A page whose scripts stood still until its place lapsed joins again, seen and read."""
    tolerated.append("Failed to load resource|WebSocket")
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe)
    ada.sees_moving_video_of(zoe)
    before = zoe.tile(zoe).get_attribute("data-participant")
    scripts = zoe.context.new_cdp_session(zoe.page)
    scripts.send("Debugger.enable")
    stopped: list[bool] = []
    scripts.on("Debugger.paused", lambda _: stopped.append(True))
    scripts.send("Debugger.pause")
    until(lambda: ada.still() and stopped, "Zoë's page stands still")
    with BlobServiceClient.from_connection_string(scripted_stack.storage) as storage:
        rooms = storage.get_container_client("rooms")
        [record] = [name for name in rooms.list_blob_names() if before and before in name]
        rooms.delete_blob(record)  # as after 75 seconds without a heartbeat
    expect(ada.tile(zoe)).to_have_count(0)
    scripts.send("Debugger.resume")
    scripts.send("Debugger.disable")
    expect(ada.tile(zoe)).to_have_count(1)
    assert zoe.tile(zoe).get_attribute("data-participant") != before
    for viewer, other in ((ada, zoe), (zoe, ada)):
        viewer.sees_moving_video_of(other)
    zoe.look(SAD)
    ada.sees(zoe, SAD, asked_by=ada)


def test_no_field_makes_a_phone_enlarge_the_page(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Letters of fields have 16 px or more: iOS enlarges the page at a smaller one."""
    ada = person("Ada", **UPRIGHT)
    fields = "fields => fields.map((field) => [field.name, getComputedStyle(field).fontSize])"

    def assert_large(where: str) -> None:
        found = ada.page.locator("select:visible, input:not([type]):visible").evaluate_all(fields)
        assert found, where
        small = [field for field in found if float(field[1].removesuffix("px")) < 16]
        assert small == [], where

    ada.page.goto(scripted_stack.url)
    assert_large("lobby")
    meet(scripted_stack, ada)
    for title in ("People", "Settings"):
        panel = ada.open_panel(title)
        expect(panel.locator("select").first).to_be_visible()
        assert_large(title)
        panel.get_by_role("button", name="Close panel").click()


def test_nothing_is_offered_that_a_phone_cannot_do(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """No screen to share, no small window, no full screen, no speaker to choose: no button."""
    ada = person("Ada", **UPRIGHT)
    ada.page.add_init_script(_LACKS)
    ada.page.goto(scripted_stack.url)
    expect(ada.page.get_by_role("combobox", name="Camera")).to_be_visible()
    expect(ada.page.get_by_role("combobox", name="Speaker")).to_have_count(0)
    meet(scripted_stack, ada)
    ada.button("More").click()
    expect(ada.button("Settings")).to_be_visible()
    for absent in ("Share screen", "Picture-in-picture", "Full screen"):
        expect(ada.button(absent)).to_have_count(0)
