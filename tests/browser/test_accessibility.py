"""Every screen and panel, light and dark, in each language, as axe-core judges it.

A new screen is one function more in `SCREENS`; panels are found by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person
from tests.browser.words import LANGUAGES, words
from tests.waiting import until

_AXE = (
    Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
).read_text()
_VIOLATIONS = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
  .flatMap(({ id, nodes }) => nodes.map(({ failureSummary, target }) =>
    `${id} at ${target}: ${failureSummary}`))"""
# Nothing moves, and no emoji fades because a slow machine has read nothing for a while.
_SETTLED = """() => document.getAnimations().every(({ playState, effect }) =>
    playState !== 'running' || effect.getTiming().iterations !== 1)
  && [...document.querySelectorAll('[data-expression]')].every(({ style }) => style.opacity === '1')
"""


_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass
class Visit:
    """Somebody who goes through the page in one language."""

    stack: Stack
    somebody: Person
    language: str
    violations: list[str]
    screen: str = ""

    def say(self, key: str) -> str:
        """What the page calls it in this language."""
        return words(self.language)[key]

    def button(self, key: str) -> Locator:
        """The button that is called so."""
        return self.somebody.page.get_by_role("button", name=self.say(key), exact=True)

    def shows(self, key: str) -> None:
        """Wait for words of the page."""
        shown = self.somebody.page.locator("p:not([role=status])")  # that one is only heard
        expect(shown.filter(has_text=self.say(key))).to_be_visible()

    def judge(self, where: str = "") -> None:
        """Have axe look at what is there now, in both schemes."""
        page = self.somebody.page
        if not page.evaluate("'axe' in globalThis"):
            page.evaluate(_AXE)  # no script of the page's: its policy lets none in
        for scheme in _SCHEMES:
            page.emulate_media(color_scheme=scheme)
            until(lambda: page.evaluate(_SETTLED), "the screen is still")
            found = page.evaluate(_VIOLATIONS)
            self.violations += [f"{self.screen}{where}, {scheme}: {one}" for one in found]


def lobby(visit: Visit) -> None:
    """Before a call."""
    visit.somebody.page.goto(visit.stack.url)
    expect(visit.button("lobby.start")).to_be_visible()
    visit.judge()


def lobby_that_complains(visit: Visit) -> None:
    """A name is missing, a link is wrong."""
    page = visit.somebody.page
    visit.button("lobby.start").click()
    page.get_by_role("textbox", name=visit.say("lobby.link")).fill("https://example.com/")
    visit.button("lobby.follow").click()
    visit.shows("lobby.wrongLink")
    visit.judge()


def lobby_without_devices(visit: Visit) -> None:
    """The browser refuses camera and microphone."""
    page = visit.somebody.page
    expect(visit.button("device.camera")).to_have_attribute("aria-pressed", "true")
    page.evaluate("camera.refused = true")
    visit.button("device.camera").click()
    visit.button("device.camera").click()
    visit.shows("device.problem.camera.denied")
    visit.judge()
    page.evaluate("camera.refused = false")
    visit.button("device.camera").click()


def call_alone(visit: Visit) -> None:
    """In a call, before anybody else."""
    page = visit.somebody.page
    page.get_by_role("textbox", name=visit.say("lobby.name")).fill(visit.somebody.name)
    box = page.get_by_role("checkbox", name=visit.say("consent.label"))
    box.click()  # shows what it means, and ticks nothing yet
    box.check()
    visit.button("lobby.start").click()
    visit.shows("call.alone")
    visit.judge()


def call_with_emoji(visit: Visit) -> None:
    """Somebody is read; another is unmistakably not, without camera and microphone."""
    somebody = visit.somebody
    somebody.look(Expression.HAPPINESS)
    expect(somebody.page.locator("[data-expression=happiness]").first).to_be_visible()
    visit.judge()
    for device in ("device.microphone", "device.camera"):
        visit.button(device).click()
    visit.judge(", devices off")
    for device in ("device.microphone", "device.camera"):
        visit.button(device).click()


def own_words(visit: Visit) -> None:
    """What somebody says of themselves, and before, what there is to choose from."""
    page = visit.somebody.page
    visit.button("ownWord.wrong").click()
    expect(page.locator(".own-words")).to_be_visible()
    visit.judge()
    page.get_by_role("button", name=visit.say("expressions.sadness"), exact=True).click()
    expect(page.locator("[data-expression=sadness]").first).to_be_visible()
    visit.judge(", said")


def room_only(visit: Visit) -> None:
    """Only the room is shown; then nothing of anybody else."""
    page = visit.somebody.page
    visit.button("panel.people").click()
    switch = page.get_by_role("switch", name=visit.say("room.only"))
    others = page.get_by_role("switch", name=visit.say("room.others"))
    switch.click()
    expect(switch).to_be_checked()
    visit.judge()
    others.click()
    visit.judge(", others off")
    others.click()
    switch.click()
    expect(switch).not_to_be_checked()
    visit.button("panel.close").click()


def call_with_notices(visit: Visit) -> None:
    """A camera is unplugged; somebody asked to read everyone."""
    page = visit.somebody.page
    page.evaluate("camera.unplug()")
    visit.shows("device.problem.camera.lost")
    visit.button("call.readEveryone").click()
    visit.judge()
    visit.button("device.camera").click()


def menu(visit: Visit) -> None:
    """What is behind More."""
    visit.button("call.more").click()
    expect(visit.somebody.page.locator("[popover]:popover-open")).to_be_visible()
    visit.judge()
    visit.somebody.page.keyboard.press("Escape")


def panels(visit: Visit) -> None:
    """Every side panel there is, from the bar and from the menu."""
    page = visit.somebody.page
    panel = page.locator("aside.panel")
    titles = [
        *page.locator(".controls-panels [aria-expanded]").evaluate_all(
            "buttons => buttons.map((button) => button.getAttribute('aria-label'))"
        ),
        *page.locator("[popover] button[data-panel]:not(.more-when-narrow)").all_text_contents(),
    ]
    assert len(titles) >= 2
    for title in titles:
        button = page.get_by_role("button", name=title, exact=True)
        if not button.is_visible():
            visit.button("call.more").click()
        button.click()
        expect(panel.get_by_role("heading", name=title, level=2)).to_be_visible()
        expect(panel.locator("[aria-busy=true]")).to_have_count(0)
        visit.judge(f", {title}")
        visit.button("panel.close").click()
        expect(panel).to_have_count(0)


def goodbye(visit: Visit) -> None:
    """After a call."""
    visit.button("call.leave").click()
    expect(visit.button("end.home")).to_be_visible()
    visit.judge()


SCREENS: tuple[Callable[[Visit], None], ...] = (
    lobby,
    lobby_that_complains,
    lobby_without_devices,
    call_alone,
    call_with_emoji,
    own_words,
    room_only,
    call_with_notices,
    menu,
    panels,
    goodbye,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_serious(
    scripted_stack: Stack, person: Callable[..., Person], language: str
) -> None:
    """axe-core finds no serious and no critical violation on any screen."""
    ada = person("Ada", width=1280, height=800, locale=language)
    visit = Visit(scripted_stack, ada, language, [])
    for screen in SCREENS:
        visit.screen = screen.__name__
        screen(visit)
    assert visit.violations == []
