"""The page suits small windows, zoom, large letters, fingers, and reduced motion."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, as_painted, meet
from tests.waiting import until

# A window of 1280 × 800 at 200 % zoom has 640 × 400 pixels of the page's.
SIZES = [(360, 740), (640, 400), (320, 568), (740, 360)]
_TARGETS = "button, select, summary, a[href], input, [role=switch], [role=tab]"
_MEASURE = as_painted("""selector => ({
  width: innerWidth,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  targets: [...document.querySelectorAll(selector)]
    .filter((target) => target.checkVisibility())
    .map((target) => {
      const { width, height, left, right, top, bottom } = (target.closest('label.check') ?? target)
        .getBoundingClientRect();
      const name = target.getAttribute('aria-label') ?? target.textContent ?? '';
      return { name: name || target.name, width, height, left, right, top, bottom };
    }),
})""")

# How far what one sees moved by itself, as Lighthouse counts it (web.dev/cls).
_SHIFT = """() => new Promise((done) => {
  let sum = 0;
  const notes = new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) sum += value;
  });
  notes.observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(sum), 100); // when it has heard of what was
})"""


def assert_fits(page: Page, where: str) -> None:
    """Nothing scrolls sideways, and every target is in the window and large enough for a finger."""
    measured = page.evaluate(_MEASURE, _TARGETS)
    assert measured["overflow"] == 0, where
    assert measured["targets"], where
    for target in measured["targets"]:
        assert min(target["width"], target["height"]) >= 44, f"{where}: {target}"
        assert target["left"] >= 0, f"{where}: {target}"
        assert target["right"] <= measured["width"], f"{where}: {target}"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_target_is_in_reach_of_a_finger(
    scripted_stack: Stack, person: Callable[..., Person], width: int, height: int
) -> None:
    """In lobby, call and panels each target has 44 pixels, and nothing scrolls sideways."""
    ada = person("Ada", width=width, height=height)
    ada.page.goto(scripted_stack.url)
    expect(ada.button("Start a new call")).to_be_visible()
    assert_fits(ada.page, "lobby")
    expect(ada.page.get_by_role("group", name="Who reads your camera")).to_be_visible()
    ada.drawn()
    assert ada.page.evaluate(_SHIFT) < 0.01, "what comes late has its place"
    meet(scripted_stack, ada)
    assert_fits(ada.page, "call")
    (tile,) = ada.boxes(ada.tile(ada))
    assert tile["height"] >= 100
    ada.button("More").click()
    assert_fits(ada.page, "menu")
    for target in ada.page.evaluate(_MEASURE, ".more button")["targets"]:
        assert target["top"] >= 0, f"menu: {target}"
        assert target["bottom"] <= height, f"menu: {target}"
    ada.page.keyboard.press("Escape")
    for title in ("People", "Expressions"):
        panel = ada.open_panel(title)
        assert_fits(ada.page, title)
        panel.get_by_role("button", name="Close panel").click()
    ada.button("Leave call").click()
    expect(ada.button("Join again")).to_be_visible()
    assert_fits(ada.page, "goodbye")


def test_letters_of_twice_the_size_fit(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """With the browser's letters at 200 % all texts and controls can be reached."""
    ada = person("Ada", width=1280, height=800)
    ada.page.goto(scripted_stack.url)
    expect(ada.button("Start a new call")).to_be_visible()
    double = "document.documentElement.style.fontSize = '200%'"
    ada.page.evaluate(double)
    assert_fits(ada.page, "lobby")
    meet(scripted_stack, ada)
    ada.page.evaluate(double)
    until(
        lambda: ada.page.evaluate(_MEASURE, _TARGETS)["overflow"] == 0,
        "the layout follows its letters",
    )
    assert_fits(ada.page, "call")
    (bar,) = ada.boxes(ada.page.get_by_role("region", name="Call controls"))
    assert bar["y"] + bar["height"] <= 800
    ada.page.set_viewport_size({"width": 320, "height": 800})
    (name,) = ada.boxes(ada.tile(ada).get_by_text("(you)"))
    assert name["width"] >= 64, "a name is read rather than that somebody is a host"


def test_nothing_moves_for_who_asked_for_that(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """With reduced motion no animation and no transition runs."""
    ada = person("Ada", reduced_motion="reduce")
    ada.page.goto(scripted_stack.url)
    running = (
        "document.getAnimations().map((animation) => String(animation.effect?.target?.className))"
    )
    assert ada.page.evaluate(running) == []
    meet(scripted_stack, ada, live=True)
    ada.look(Expression.HAPPINESS, x=40)
    ada.sees(ada, Expression.HAPPINESS)
    ada.look(Expression.SURPRISE, x=400)
    ada.sees(ada, Expression.SURPRISE)
    assert ada.page.evaluate(running) == []
    ada.open_panel("Expressions")
    assert ada.page.evaluate(running) == []
