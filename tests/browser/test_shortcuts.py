"""The call by keys."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, as_painted, meet
from tests.waiting import until


def test_the_keys_of_the_call(scripted_stack: Stack, person: Callable[..., Person]) -> None:
    """Meet's keys switch microphone and camera, others read and open panels; one lists them all."""
    ada = person("Ada")
    meet(scripted_stack, ada)
    keyboard = ada.page.keyboard
    for name, key in (("Microphone", "d"), ("Camera", "e")):
        expect(ada.button(name)).to_have_attribute("aria-pressed", "true")
        for pressed in ("false", "true"):
            keyboard.press(f"Control+{key}")
            expect(ada.button(name)).to_have_attribute("aria-pressed", pressed)
    ada.look(Expression.HAPPINESS)
    happy = ada.badges(ada).and_(ada.page.locator("[data-expression=happiness]"))
    ada.asks_until(happy.is_visible, "Ada is read", lambda: keyboard.press("Control+Alt+a"))
    keyboard.press("Control+Alt+l")
    mine = ada.switch("Read my expression")
    expect(mine).to_have_accessible_description(re.compile("^Live "))
    keyboard.press("Control+Alt+r")
    expect(mine).not_to_be_checked()
    with ada.is_told("You are not read."):
        keyboard.press("Control+Alt+l")  # nobody is live who is not read
    keyboard.press("Control+Alt+p")
    expect(ada.page.get_by_role("complementary", name="People")).to_be_visible()
    keyboard.press("?")
    sheet = ada.page.get_by_role("complementary", name="Keyboard shortcuts")
    expect(sheet.get_by_text("Camera on or off")).to_be_visible()
    sheet.get_by_role("switch", name="Use these keys").click()
    keyboard.press("Control+d")
    keyboard.press("Control+Alt+p")
    expect(sheet).to_be_visible()
    expect(ada.button("Microphone")).to_have_attribute("aria-pressed", "true")


def test_a_small_window_keeps_everybody_in_view(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Picture-in-picture shows the tiles and the emojis; it goes when the call is left."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe, live=True)  # what is asked for fades on a slow machine
    ada.button("More").click()
    with ada.context.expect_page() as opened:
        ada.button("Picture-in-picture").click()
    small = opened.value
    tile = small.get_by_role("group", name="Zoë", exact=True)
    expect(tile).to_be_visible()
    for somebody in (ada, zoe):
        somebody.look(Expression.HAPPINESS)
    expect(tile.locator("[data-expression=happiness]")).to_be_visible()
    small.get_by_role("group", name="Ada (you)").hover()  # a small tile's tools come then
    small.get_by_role("button", name="That was wrong").click()
    words = small.get_by_role("group", name=re.compile("own word"))
    expect(words).to_be_visible()
    place = "words => [words.getBoundingClientRect().toJSON(), innerWidth, innerHeight]"
    box, width, height = words.evaluate(as_painted(place))
    assert min(box["x"], box["y"]) >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    ada.button("Leave call").click()
    expect(ada.button("Join again")).to_be_visible()
    until(lambda: ada.still() and small.is_closed(), "the small window goes")
