"""A whole call works without a mouse and with a screen reader."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, meet
from tests.browser.words import LANGUAGES, words

_FURTHEST = 60  # presses of Tab; more than any screen has to focus
_HAS_FOCUS = "element => element === document.activeElement"
_SHOWS_FOCUS = "element => getComputedStyle(element).outlineStyle !== 'none'"


def tab_to(page: Page, target: Locator) -> Locator:
    """Press Tab until the target has the focus, and see that it shows it."""
    for _ in range(_FURTHEST):
        page.keyboard.press("Tab")
        if target.evaluate(_HAS_FOCUS):
            assert target.evaluate(_SHOWS_FOCUS), f"{target} does not show that it has the focus"
            return target
    raise AssertionError(f"Tab does not lead to {target}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_call_needs_no_mouse(
    scripted_stack: Stack, person: Callable[..., Person], language: str
) -> None:
    """Joining, muting, reading, panels and leaving work with Tab, Space and Enter."""
    say = words(language)
    ada = person("Ada", locale=language)
    page, keys = ada.page, ada.page.keyboard

    def button(key: str) -> Locator:
        return page.get_by_role("button", name=say[key], exact=True)

    page.goto(scripted_stack.url)
    tab_to(page, page.get_by_role("textbox", name=say["lobby.name"]))
    keys.type("Ada")
    consent = tab_to(page, page.get_by_role("checkbox", name=say["consent.label"]))
    keys.press("Space")  # shows what it means
    expect(page.get_by_text(say["consent.readFirst"])).to_be_visible()
    expect(consent).not_to_be_checked()
    keys.press("Space")
    expect(consent).to_be_checked()
    tab_to(page, button("lobby.start"))
    keys.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_be_focused()
    read = page.get_by_role("switch", name=say["call.read"])
    expect(read).to_have_accessible_description(re.compile(f"^{say['pace.live']} "))
    tab_to(page, button("call.howRead"))
    keys.press("Enter")
    asked = page.get_by_role("radio", name=say["pace.asked"])
    tab_to(page, page.get_by_role("radio", name=say["pace.live"]))
    keys.press("ArrowDown")
    expect(asked).to_be_checked()
    keys.press("Escape")
    expect(button("call.howRead")).to_be_focused()
    expect(read).to_have_accessible_description(re.compile(f"^{say['pace.asked']} "))
    ada.look(Expression.SURPRISE)
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    expect(button("call.readEveryone")).to_be_focused()
    ada.asks_until(
        page.locator("[data-expression=surprise]").is_visible,
        "Ada is read",
        lambda: button("call.readEveryone").press("Enter"),
    )
    tab_to(page, read)
    keys.press("Space")
    expect(read).not_to_be_checked()
    expect(read).to_have_accessible_description(re.compile(f"^{say['pace.off']} "))
    expect(page.locator("[data-expression]")).to_have_count(0)
    microphone = tab_to(page, button("device.microphone"))
    keys.press("Space")
    expect(microphone).to_have_attribute("aria-pressed", "false")

    people = tab_to(page, button("panel.people"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name=say["panel.people"])).to_be_focused()
    keys.press("Escape")
    expect(people).to_be_focused()

    tab_to(page, button("call.leave"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name=say["end.left"])).to_be_focused()


def test_a_screen_reader_hears_who_comes_and_how_they_look_unless_it_should_not(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Arrivals and expressions are announced; turning that off holds."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada)
    heard = ada.page.get_by_role("status")
    with ada.is_told("Zoë joined."):
        zoe.join(ada.link)
    zoe.look(Expression.SURPRISE)
    looks = heard.filter(has_text=re.compile(r"^Zoë looks surprised\.$"))
    ada.asks_until(lambda: looks.count() == 1, "how Zoë looks is told")

    announced = ada.open_panel("Expressions").get_by_role("switch", name="Announce expressions")
    expect(announced).to_be_checked()
    announced.click()
    expect(heard).not_to_contain_text("looks")
    zoe.look(Expression.HAPPINESS)
    ada.sees(zoe, Expression.HAPPINESS, asked_by=ada)
    with ada.is_told("Zoë left."):  # events are told all the same
        zoe.button("Leave call").click()
    assert "Zoë looks happy." not in ada.page.evaluate("said")

    ada.page.reload()
    ada.join(ada.link)
    announced = ada.open_panel("Expressions").get_by_role("switch", name="Announce expressions")
    expect(announced).not_to_be_checked()


def test_a_button_that_cannot_be_pressed_for_now_keeps_the_focus(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Who reads everyone, or clears what is held, by the keyboard stays where they were."""
    ada = person("Ada")
    meet(scripted_stack, ada)
    everyone = ada.button("Read everyone now")
    everyone.focus()
    ada.page.keyboard.press("Enter")
    expect(everyone).to_be_enabled()
    expect(everyone).to_be_focused()
    ada.look(Expression.HAPPINESS)
    ada.sees(ada, Expression.HAPPINESS, asked_by=ada)
    clear = ada.open_panel("My readings").get_by_role("button", name="Clear")
    clear.focus()
    ada.page.keyboard.press("Enter")
    expect(clear).to_be_disabled()
    expect(clear).to_be_focused()
