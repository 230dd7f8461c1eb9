"""At every width each control is inside the window and covers no other, in each language."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from playwright.sync_api import Page, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, as_painted, meet
from tests.browser.words import words

WIDTHS = range(320, 1301)
HEIGHTS = (360, 568, 800)
# iPads, half a screen, where the bar's old break points were, 1280 at 150 %.
KNOWN = {320, 360, 480, 560, 568, 640, 740, 760, 761, 768, 820, 834, 853, 860, 922, 1160, 1300}
SOME = sorted(KNOWN | set(range(320, 1301, 45)))
# Each control of the bar and each thing of the header: outside the window, or over another?
_FAULTS = as_painted("""(width) => {
  if (innerWidth !== width) return null; // the window is still being resized
  const parts = [...document.querySelectorAll(
    '.controls :is(button, select), .call-header :is(header > *, button, p, span.room-share)')]
    .filter((part) => part.checkVisibility() && !part.closest('[popover]'))
    .map((part) => ({ part, box: part.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 1);
  const faults = [];
  const name = (part) => part.getAttribute('aria-label') || part.className || part.textContent;
  for (const { part, box } of parts) {
    if (box.left < -0.5 || box.right > innerWidth + 0.5) faults.push(`${name(part)} outside`);
    if (box.top < -0.5 || box.bottom > innerHeight + 0.5) faults.push(`${name(part)} outside`);
    for (const other of parts) {
      if (part === other.part || part.contains(other.part) || other.part.contains(part)) continue;
      const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
      if (wide > 0.5 && high > 0.5) faults.push(`${name(part)} over ${name(other.part)}`);
    }
    for (const words of [part, ...part.querySelectorAll('*')]) {
      const cuts = getComputedStyle(words).overflow !== 'visible' && words.clientWidth > 1;
      if (cuts && words.scrollWidth > words.clientWidth + 1) faults.push(`${name(words)} cut`);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push('scrolls sideways');
  return faults;
}""")

_FIT = as_painted("""(width) =>
  innerWidth === width ? document.querySelector('.call-header').dataset.fit : null""")


def faults(page: Page, widths: Iterable[int]) -> dict[str, list[str]]:
    """What is wrong at which size."""
    found: dict[str, list[str]] = {}
    for height in HEIGHTS:
        for width in widths:
            page.set_viewport_size({"width": width, "height": height})
            while (wrong := page.evaluate(_FAULTS, width)) is None:
                pass
            if wrong:
                found[f"{width} × {height}"] = wrong
    return found


def assert_fits(stack: Stack, ada: Person, language: str, widths: Iterable[int]) -> None:
    """In the call, at every size."""
    say = words(language)
    page = ada.page
    page.goto(stack.url)
    page.get_by_role("textbox", name=say["lobby.name"]).fill("Ada")
    page.get_by_role("button", name=say["lobby.start"]).click()
    expect(page.get_by_role("button", name=say["call.leave"], exact=True)).to_be_visible()
    assert faults(page, widths) == {}


def in_one_line(page: Page, width: int) -> bool:
    """Whether the header's words fit into one line at this width."""
    page.set_viewport_size({"width": width, "height": 800})
    while (fit := page.evaluate(_FIT, width)) is None:
        pass
    return bool(fit == "row")


def test_the_rooms_look_is_inside_at_many_widths(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The room's two longest words cover nothing, in an open room and in room-only mode."""
    ada, zoe, kim = (person(name) for name in ("Ada", "Zoë", "Kim"))
    meet(scripted_stack, ada, zoe, kim, live=True)
    expect(ada.tile(kim)).to_be_visible()
    expect(ada.page.get_by_text("Video goes straight")).to_be_visible()
    assert in_one_line(ada.page, 1280)
    eye = ada.page.get_by_role("switch", name="Others’ emoji")
    before = ada.boxes(eye)
    for somebody in (ada, zoe):
        somebody.look(Expression.SURPRISE)
    kim.look(Expression.CONTEMPT)
    shares = ada.page.locator(".room-share")
    expect(shares).to_have_count(2)
    assert ada.boxes(eye) == before, "the words beside it have changed"
    header = ada.page.locator(".call-header")
    width = next(width for width in range(1280, 480, -20) if not in_one_line(ada.page, width))
    two_lines = ada.boxes(header)
    eye.click()  # fewer words: they would fit into one line
    expect(shares).to_have_count(0)
    assert ada.boxes(header) == two_lines, f"the tiles moved at {width} px"
    eye.click()
    expect(shares).to_have_count(2)
    assert faults(ada.page, SOME) == {}
    ada.page.set_viewport_size({"width": 1280, "height": 800})
    panel = ada.open_panel("People")
    panel.get_by_role("switch", name="Room only").click()
    expect(ada.page.locator(".room-mode")).to_be_visible()
    expect(shares).to_have_count(2)
    panel.get_by_role("button", name="Close panel").click()
    assert faults(ada.page, SOME) == {}


@pytest.mark.parametrize(("language", "locale"), [("en", "en-GB"), ("ar", "ar-EG")])
def test_everything_is_inside_at_many_widths(
    scripted_stack: Stack, person: Callable[..., Person], language: str, locale: str
) -> None:
    """Each control is inside and covers no other at known widths and between them."""
    assert_fits(scripted_stack, person("Ada", locale=locale), language, SOME)


@pytest.mark.long
@pytest.mark.parametrize(("language", "locale"), [("en", "en-GB"), ("ar", "ar-EG")])
def test_everything_is_inside_at_every_width(
    scripted_stack: Stack, person: Callable[..., Person], language: str, locale: str
) -> None:
    """Each control is inside at every width from 320 to 1,300 pixels, at three heights."""
    assert_fits(scripted_stack, person("Ada", locale=locale), language, WIDTHS)
