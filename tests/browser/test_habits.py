"""Small conveniences of every call are found by role and name."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, meet
from tests.waiting import until

# A microphone that never falls silent, a browser that holds sound back until a press, and a note
# of each tone that the page plays.
_WORLD = """
const ask = navigator.mediaDevices?.getUserMedia;
if (ask) navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (!wanted.audio) return ask(wanted);
  const voice = new AudioContext();
  const tone = voice.createOscillator();
  const microphone = voice.createMediaStreamDestination();
  tone.connect(microphone);
  tone.start();
  for (const press of ['pointerdown', 'keydown']) addEventListener(press, () => voice.resume());
  const stream = wanted.video ? await ask({ video: wanted.video }) : new MediaStream();
  stream.addTrack(microphone.stream.getAudioTracks()[0]);
  return stream;
};
window.held = true;
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (window.held && !this.muted) {
    this.pause();
    return Promise.reject(new DOMException('no gesture', 'NotAllowedError'));
  }
  return play.call(this);
};
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  if (when.length > 0) window.tones += 1;
  return start.apply(this, when);
};
"""
_PHONE = """
camera.cameras = ['Facing front', 'Facing back'];
"""
_MIRRORED = re.compile(r"\bmirrored\b")


def test_the_habits_of_every_call(scripted_stack: Stack, person: Callable[..., Person]) -> None:
    """Sounds, muted talk, blocked sound, own picture, full screen and call time work as named."""
    ada, zoe = person("Ada"), person("Zoë")
    ada.page.add_init_script(_WORLD)
    meet(scripted_stack, ada)
    # A call begins without its habits, and has them when this is said.
    expect(ada.page.get_by_role("paragraph").filter(has_text="You are alone")).to_be_visible()
    zoe.join(ada.link)

    until(lambda: ada.page.evaluate("tones") == 2, "two tones tell that Zoë came")
    time = ada.page.get_by_role("timer", name="Your time in this call")
    expect(time).to_have_text(re.compile(r"^\d+:\d\d$"))
    assert time.get_attribute("aria-live") is None

    _sound_is_held_back(ada, zoe)
    _talking_while_muted(ada)
    _own_picture(ada, zoe)
    _full_screen(ada)

    zoe.button("Leave call").click()
    until(lambda: ada.page.evaluate("tones") == 4, "two tones tell that Zoë went")


def _sound_is_held_back(ada: Person, zoe: Person) -> None:
    ada.sees_moving_video_of(zoe)  # the picture comes all the same
    video = ada.tile(zoe).locator("video")
    assert video.evaluate("video => video.muted")
    ada.page.evaluate("held = false")
    ada.button("Turn sound on").press("Enter")
    expect(ada.button("Turn sound on")).to_have_count(0)
    assert not video.evaluate("video => video.muted")
    assert not video.evaluate("video => video.paused")


def _talking_while_muted(ada: Person) -> None:
    told = ada.page.get_by_role("alert").filter(has_text="You are talking")
    ada.button("Microphone").click()
    expect(told).to_be_visible()
    told.get_by_role("button", name="Unmute microphone").press("Enter")
    expect(told).to_have_count(0)
    expect(ada.button("Microphone")).to_have_attribute("aria-pressed", "true")


def _own_picture(ada: Person, zoe: Person) -> None:
    ada.look(Expression.HAPPINESS)
    video = ada.tile(ada).locator("video")
    expect(video).to_have_class(_MIRRORED)
    settings = ada.open_panel("Settings")
    settings.get_by_role("switch", name="Mirror my own picture").press("Space")
    expect(video).not_to_have_class(_MIRRORED)
    settings.get_by_role("switch", name="Show me my own picture").press("Space")
    expect(video).not_to_be_visible()
    settings.get_by_role("switch", name="Sound when somebody").press("Space")
    assert ada.page.evaluate("localStorage['habit:own-picture']") == "no"
    assert ada.page.evaluate("localStorage['habit:sounds']") == "no"
    settings.get_by_role("switch", name="Sound when somebody").press("Space")
    settings.get_by_role("button", name="Close panel").click()
    look = ada.tile(ada).get_by_role("img", name=re.compile("looks happy")).filter(has_text="happy")
    ada.asks_until(look.is_visible, "how she looks is said in a line")
    own, other = ada.boxes(ada.tile(ada), ada.tile(zoe))
    assert own["height"] <= 48
    assert other["y"] + other["height"] <= own["y"]
    zoe.sees_moving_video_of(ada)  # hidden from herself alone
    ada.button("Show me my own picture").press("Enter")
    expect(video).to_be_visible()
    expect(ada.page.get_by_role("button", name="Show me my own picture")).to_have_count(0)


def _full_screen(ada: Person) -> None:
    full = "document.fullscreenElement !== null"
    ada.button("More").click()
    ada.button("Full screen").click()
    until(lambda: ada.page.evaluate(full), "the call has the whole screen")
    ada.button("More").click()
    expect(ada.button("Leave full screen")).to_be_visible()
    ada.page.keyboard.press("Escape")
    ada.page.keyboard.press("Control+Alt+f")
    until(lambda: not ada.page.evaluate(full), "and gives it back")
    ada.page.keyboard.press("?")
    expect(ada.page.get_by_text("Full screen, or leave it")).to_be_visible()
    ada.page.keyboard.press("Escape")


def test_a_phone_turns_its_camera_round(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The rear camera's preview is not mirrored, the front camera's is, at 360 px."""
    ada = person("Ada", width=360, height=640)
    ada.page.add_init_script(_PHONE)
    ada.page.goto(scripted_stack.url)
    preview = ada.page.get_by_role("region", name="Your camera").locator("video")
    expect(preview).to_have_class(_MIRRORED)

    def turn_to(camera: str) -> None:
        ada.button("Turn the camera round").press("Enter")
        label = "video => video.srcObject?.getVideoTracks()[0]?.label"
        until(lambda: preview.evaluate(label) == camera, camera)

    turn_to("Facing back")
    expect(preview).not_to_have_class(_MIRRORED)
    turn_to("Facing front")
    expect(preview).to_have_class(_MIRRORED)
