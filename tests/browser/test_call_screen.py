"""The call's screen: its bar, its panels, at every size."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from tests.browser.conftest import Person, meet

at_each_size = pytest.mark.parametrize(("width", "height"), [(360, 740), (740, 360), (1000, 720)])


@at_each_size
def test_the_controls_fit_the_window(
    scripted_stack: Stack, person: Callable[..., Person], width: int, height: int
) -> None:
    """Every control is inside the window with a margin, and large enough for a finger."""
    ada = person("Ada", width=width, height=height)
    meet(scripted_stack, ada)
    bar = ada.page.get_by_role("region", name="Call controls")
    boxes = ada.boxes(*bar.locator("button:visible").all())
    assert len(boxes) >= 7
    for box in boxes:
        assert 8 <= box["x"] <= width - 8 - box["width"]
        assert box["y"] + box["height"] <= height - 4
        assert min(box["width"], box["height"]) >= 44


def test_one_panel_is_open_at_a_time(scripted_stack: Stack, person: Callable[..., Person]) -> None:
    """An opened panel gets the focus, replaces the last one, and closes by Escape or button."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe)
    people = ada.open_panel("People")
    expect(people.get_by_role("heading", name="People")).to_be_focused()
    expect(people.get_by_role("listitem").filter(has_text="Zoë")).to_contain_text("Is read")
    zoe.button("Microphone").click()
    muted = people.get_by_role("listitem").filter(has_text="Zoë")
    expect(muted.get_by_role("img", name="Microphone off")).to_be_visible()
    expressions = ada.open_panel("Expressions")
    expect(people).to_have_count(0)
    ada.page.keyboard.press("Escape")
    expect(expressions).to_have_count(0)
    expect(ada.button("Expressions")).to_be_focused()
    ada.open_panel("Expressions").get_by_role("button", name="Close panel").click()
    expect(ada.button("Expressions")).to_be_focused()


def test_a_phone_opens_panels_from_the_menu(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """On a phone a panel lies over the tiles, not over the bar; Escape closes menu, then panel."""
    ada = person("Ada", width=360, height=740)
    meet(scripted_stack, ada)
    people = ada.open_panel("People")
    (box,) = ada.boxes(people)
    assert box["width"] == 360
    expect(ada.tile(ada)).not_to_be_visible()
    expect(ada.button("Read everyone now")).to_be_visible()
    ada.button("More").click()
    expect(ada.button("Expressions")).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(ada.button("Expressions")).not_to_be_visible()
    expect(people).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(people).to_have_count(0)
    expect(ada.button("More")).to_be_focused()
    expect(ada.tile(ada)).to_be_visible()


@at_each_size
def test_a_sentence_for_a_moment_moves_no_tile(
    scripted_stack: Stack, person: Callable[..., Person], width: int, height: int
) -> None:
    """A toast comes and goes while the tiles keep their place, and it can be dismissed."""
    ada = person("Ada", width=width, height=height)
    meet(scripted_stack, ada)
    expect(ada.page.get_by_role("paragraph").filter(has_text="You are alone")).to_be_visible()
    place = ada.boxes(ada.tile(ada))
    ada.button("Copy link").first.click()
    toast = ada.page.locator(".toast")
    expect(toast).to_be_visible()
    assert ada.boxes(ada.tile(ada)) == place
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)
    assert ada.boxes(ada.tile(ada)) == place
