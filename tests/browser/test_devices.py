"""Choosing devices, and devices that come and go."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from local.stack import Stack
from tests.browser.conftest import Person, meet
from tests.waiting import until

FRONT, DESK = "Front camera", "Desk camera"


def plug(somebody: Person, *cameras: str) -> None:
    """These cameras are plugged in from now on, and no other."""
    somebody.page.evaluate("cameras => camera.plug(cameras)", list(cameras))


def test_the_lobby_shows_that_the_microphone_hears(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The level follows the sound, is zero while muted, and is text with reduced motion."""
    ada, zoe = person("Ada"), person("Zoë")
    ada.page.goto(scripted_stack.url)
    level = ada.page.get_by_role("meter", name="Microphone level")
    ada.page.get_by_role("textbox", name="Your name").click()  # lets the page listen
    until(lambda: float(level.get_attribute("value") or 0) > 0, "the microphone is heard")
    ada.button("Microphone").click()
    until(lambda: level.get_attribute("value") == "0", "silence")
    zoe.page.emulate_media(reduced_motion="reduce")
    zoe.page.goto(scripted_stack.url)
    expect(zoe.page.get_by_text("The microphone hears")).to_be_visible()
    expect(zoe.page.get_by_role("meter")).to_have_count(0)


def test_the_preview_moves_nothing_when_it_arrives(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """No control of the lobby moves while the browser asks for camera and microphone."""
    ada = person("Ada")
    ada.context.add_init_script(
        """const ask = navigator.mediaDevices.getUserMedia;
        window.answer = new Promise((resolve) => { window.allow = resolve; });
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          await window.answer;
          return ask(wanted);
        };"""
    )
    ada.page.goto(scripted_stack.url)
    start = ada.button("Start a new call")
    selects = ada.page.get_by_role("combobox", name="Microphone")
    before = ada.boxes(start, selects)
    ada.page.evaluate("() => window.allow()")
    expect(selects).to_be_enabled()
    expect(ada.page.get_by_role("group", name="Who reads your camera")).to_be_visible()
    assert ada.boxes(start, selects) == before


def test_a_camera_is_chosen_and_remembered(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The camera chosen in the lobby is used, also after reloading; the call can change it."""
    ada = person("Ada")
    ada.context.add_init_script(f"camera.cameras = {[FRONT, DESK]}")
    ada.page.goto(scripted_stack.url)
    ada.page.get_by_role("combobox", name="Camera").select_option(DESK)
    ada.page.reload()
    chosen = ada.page.get_by_role("combobox", name="Camera")
    expect(chosen).to_have_value(DESK)
    meet(scripted_stack, ada)
    settings = ada.open_panel("Settings")
    expect(settings.get_by_role("combobox", name="Camera")).to_have_value(DESK)
    settings.get_by_role("combobox", name="Camera").select_option(FRONT)
    label = "video => video.srcObject?.getVideoTracks()[0]?.label"
    video = ada.tile(ada).locator("video")
    until(lambda: video.evaluate(label) == FRONT, "the other camera is in use")
    ada.sees_moving_video_of(ada)


def test_an_unplugged_camera_is_stood_in_for_until_it_is_back(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Another camera replaces an unplugged one with a notice, until the chosen one is back."""
    ada, zoe = person("Ada"), person("Zoë")
    ada.context.add_init_script(f"camera.cameras = {[FRONT, DESK]}")
    ada.page.goto(scripted_stack.url)
    ada.page.get_by_role("combobox", name="Camera").select_option(DESK)
    meet(scripted_stack, ada, zoe)
    settings = ada.open_panel("Settings")
    chosen = settings.get_by_role("combobox", name="Camera")
    expect(chosen).to_have_value(DESK)
    plug(ada, FRONT)
    expect(ada.page.get_by_text("Front camera stands in for it.").first).to_be_visible()
    expect(chosen).to_have_value(FRONT)
    zoe.sees_moving_video_of(ada)
    plug(ada, FRONT, DESK)
    expect(ada.page.get_by_text("Camera in use again: Desk camera.").first).to_be_visible()
    expect(chosen).to_have_value(DESK)
    plug(ada)
    expect(ada.page.locator(".notice").filter(has_text="unplugged")).to_be_visible()
    expect(zoe.tile(ada).get_by_role("img", name="Camera off")).to_be_visible()
    plug(ada, DESK)
    expect(ada.page.locator(".notice").filter(has_text="unplugged")).to_have_count(0)
    zoe.sees_moving_video_of(ada)
