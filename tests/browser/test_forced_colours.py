"""In Windows' high contrast mode every state of every control is visible."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Locator, expect

from local.stack import Stack
from tests.browser.conftest import Person, meet
from tests.waiting import until

LEAST = 30  # pixels that clearly differ; the smallest knob of a switch has more than a hundred
CLEARLY = 96  # of 255, in one channel at least
# Some controls must ask the browser or the functions first.
_STATE = """control => JSON.stringify([control.checked, control.ariaChecked, control.ariaPressed,
  control.ariaExpanded, control.ariaInvalid])"""


def picture(control: Locator) -> Image.Image:
    """How a control looks, without focus or a pointer on it."""
    page = control.page
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.blur()")
    drawing = control.screenshot(animations="disabled")  # as it looks after its transitions
    return Image.open(io.BytesIO(drawing)).convert("RGB")


def differ(one: Image.Image, other: Image.Image) -> int:
    """How many pixels differ clearly."""
    width, height = min(one.width, other.width), min(one.height, other.height)
    sizes = (0, 0, width, height)
    difference = ImageChops.difference(one.crop(sizes), other.crop(sizes))
    return int((np.asarray(difference).max(axis=2) >= CLEARLY).sum())


def assert_shows(
    control: Locator,
    name: str,
    change: Callable[[], object],
    back: Callable[[], object] | None = None,
) -> None:
    """The control looks clearly other after the change of its state, which is undone by `back`."""
    before, state = picture(control), control.evaluate(_STATE)
    change()
    until(lambda: control.evaluate(_STATE) != state, f"{name} changes")
    after = picture(control)
    assert differ(before, after) >= LEAST, name
    if back:
        back()
        until(lambda: control.evaluate(_STATE) == state, f"{name} is as before")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_every_control_shows(
    scripted_stack: Stack, person: Callable[..., Person], scheme: str
) -> None:
    """On, open, pinned and invalid differ from their opposites by more than a background."""
    ada = person("Ada", width=1280, height=800, forced_colors="active", color_scheme=scheme)
    page = ada.page
    page.goto(scripted_stack.url)
    box = page.get_by_role("checkbox")
    box.click()  # shows what it means, and ticks nothing yet
    assert_shows(box, "consent", lambda: box.set_checked(True), lambda: box.set_checked(False))
    field = page.get_by_role("textbox", name="Your name")
    field.fill("")
    assert_shows(field, "a name missing", page.get_by_role("button", name="Start a new call").click)
    for device in ("Camera", "Microphone"):
        control = ada.button(device)
        expect(control).to_have_attribute("aria-pressed", "true")  # the browser has answered
        assert_shows(control, f"{device} in the lobby", control.click, control.click)
    meet(scripted_stack, ada)

    for name in ("Read my expression", "Others’ emoji"):
        control = ada.switch(name)
        assert_shows(control, name, control.click, control.click)
    for name in ("Microphone", "Camera", "Share screen", "People", "Expressions", "Timeline"):
        control = ada.button(name)
        assert_shows(control, name, control.click, control.click)
    pin = ada.button("Pin Ada (you)")
    ada.tile(ada).hover()
    assert_shows(pin, "pin", pin.click)
    panel = ada.open_panel("People")
    expect(panel.get_by_role("switch").first).to_be_visible()
    for control in panel.get_by_role("switch").all():
        name = control.get_attribute("aria-label") or "a switch"
        assert_shows(control, name, control.click)
    for title in ("Settings", "Keyboard shortcuts"):
        ada.button("More").click()
        page.get_by_role("button", name=title, exact=True).click()
        panel = page.get_by_role("complementary", name=title)
        expect(panel.get_by_role("switch").first).to_be_visible()
        for control in panel.get_by_role("switch").all():
            assert_shows(control, f"a switch of {title}", control.click)
