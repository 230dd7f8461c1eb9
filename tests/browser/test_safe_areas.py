"""Under a phone's notch, round corners and bars lies nothing that people read or press."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, as_painted
from tests.browser.words import LANGUAGES, words

# What a notched phone takes of its screen (px): upright in a window of its own, and on its side.
UPRIGHT = ((390, 844), {"top": 59, "right": 0, "bottom": 34, "left": 0})
ON_ITS_SIDE = ((740, 360), {"top": 0, "right": 59, "bottom": 21, "left": 59})
# Which of the page's texts and controls are seen beyond the safe area. What scrolls in a box of its
# own counts as far as the box shows it; the page itself is looked at from its start and its end.
_FAULTS = as_painted("""(insets) => {
  const seen = (element, { left, top, right, bottom }) => {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.clipPath !== 'none') return null;
      if (style.overflow !== 'visible' && at !== document.documentElement) {
        const box = at.getBoundingClientRect();
        [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
        [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
      }
      if (style.position === 'fixed') break;
    }
    return right - left > 1 && bottom - top > 1 ? { left, top, right, bottom } : null;
  };
  const parts = () => {
    const found = [...document.querySelectorAll('button, select, input, summary, a')].map(
      (control) => [control, control.getBoundingClientRect()],
    );
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      const element = texts.currentNode.parentElement;
      found.push(...[...range.getClientRects()].map((box) => [element, box]));
    }
    return found.filter(([element]) => element.checkVisibility({ visibilityProperty: true }));
  };
  const page = document.documentElement;
  const faults = new Set();
  for (const end of [false, true]) {
    page.scrollTop = end ? page.scrollHeight : 0;
    const above = page.scrollTop;
    const below = page.scrollHeight - above - innerHeight;
    for (const [element, whole] of parts()) {
      const box = seen(element, whole);
      if (!box) continue;
      const beyond = [
        box.left < insets.left - 0.5 && 'left',
        box.right > innerWidth - insets.right + 0.5 && 'right',
        above < 1 && box.top < insets.top - 0.5 && 'top',
        below < 1 && box.bottom > innerHeight - insets.bottom + 0.5 && 'bottom',
      ].filter(Boolean);
      const name = element.getAttribute('aria-label') || element.textContent.trim();
      if (beyond.length) faults.add(`${beyond}: ${name.slice(0, 40)}`);
    }
  }
  page.scrollTop = 0;
  return [...faults];
}""")
_BOTTOM = """() => {
  const probe = document.body.appendChild(document.createElement('div'));
  probe.style.height = 'env(safe-area-inset-bottom)';
  const { height } = probe.getBoundingClientRect();
  probe.remove();
  return height;
}"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [UPRIGHT, ON_ITS_SIDE], ids=["upright", "on its side"])
def test_nothing_lies_under_a_notch(
    scripted_stack: Stack,
    person: Callable[..., Person],
    tolerated: list[str],
    phone: tuple[tuple[int, int], Mapping[str, int]],
    language: str,
) -> None:
    """Lobby, call, menus, panels, notices, toasts and goodbye keep to the safe area."""
    tolerated.append("ERR_INTERNET_DISCONNECTED|Failed to load resource|WebSocket")
    (width, height), insets = phone
    say = words(language)
    ada = person("Ada", width=width, height=height, locale=language, reduced_motion="reduce")
    page = ada.page
    notch = ada.context.new_cdp_session(page)
    notch.send("Emulation.setSafeAreaInsetsOverride", {"insets": dict(insets)})
    found: dict[str, list[str]] = {}

    def look(where: str) -> None:
        if faults := page.evaluate(_FAULTS, dict(insets)):
            found[where] = faults

    def press(name: str) -> None:
        page.get_by_role("button", name=say[name], exact=True).click()

    page.goto(scripted_stack.url)
    assert page.evaluate(_BOTTOM) == insets["bottom"]
    page.get_by_role("textbox", name=say["lobby.name"]).fill("Ada")
    agree = page.get_by_role("checkbox", name=say["consent.label"])
    agree.click()  # shows what it means, and ticks nothing yet
    look("lobby")
    agree.check()
    press("lobby.start")
    correct = page.get_by_role("button", name=say["ownWord.wrong"], exact=True)
    ada.look(Expression.HAPPINESS)
    expect(correct).to_be_visible()
    look("call")
    for menu in ("call.more", "call.howRead"):
        press(menu)
        look(menu)
        page.keyboard.press("Escape")
    correct.click()
    look("own words")
    page.keyboard.press("Escape")
    panels = page.locator(".more [data-panel]")
    for panel in panels.evaluate_all("all => all.map((one) => one.dataset.panel)"):
        panels.and_(page.locator(f"[data-panel={panel}]")).evaluate("one => one.click()")
        expect(page.get_by_role("complementary")).to_be_visible()
        expect(page.locator(".loading")).to_have_count(0)
        look(panel)
        press("panel.close")
    ada.context.set_offline(True)
    expect(page.locator(".notice")).to_have_count(1)
    page.get_by_role("button", name=say["call.copyLink"], exact=True).first.click()
    expect(page.locator(".toast")).to_be_visible()
    look("notice and toast")
    ada.context.set_offline(False)
    press("call.leave")
    expect(page.get_by_role("button", name=say["end.again"])).to_be_visible()
    look("goodbye")
    assert found == {}
