"""The page in another language, from right to left."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, as_painted

HAPPY = Expression.HAPPINESS
# How far across a tile the emoji's middle is, if the emoji is there with this word.
_PLACE = """(tile, word) => {
  const badge = tile.querySelector('[data-expression=happiness]');
  if (!badge?.textContent.includes(word)) return null;
  const { left, width } = badge.querySelector('.badge-emoji').getBoundingClientRect();
  const picture = tile.getBoundingClientRect();
  return (left + width / 2 - picture.left) / picture.width;
}"""


def test_the_language_is_chosen_in_the_lobby_and_remembered(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Arabic turns the page round at once and stays after reloading; English comes back."""
    page = person("Ada").page
    page.goto(scripted_stack.url)
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "en")
    page.get_by_label("Language").select_option("العربية")
    expect(page.get_by_role("heading", name="ابدأ مكالمة")).to_be_visible()
    expect(html).to_have_attribute("dir", "rtl")
    page.reload()
    expect(page.get_by_role("button", name="ابدأ مكالمة جديدة")).to_be_visible()
    expect(html).to_have_attribute("lang", "ar")
    page.get_by_label("اللغة").select_option("English")
    expect(page.get_by_role("button", name="Start a new call")).to_be_visible()
    expect(html).to_have_attribute("dir", "ltr")


def test_an_emoji_stands_at_its_face_in_either_direction(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The emoji is at the same place in a right-to-left page, because pictures do not flip."""
    ada = person("Ada")
    zoe = person("زوي", locale="ar-EG")
    ada.join(scripted_stack.url)
    zoe.page.goto(ada.link)
    zoe.page.get_by_role("textbox", name="اسمك").fill(zoe.name)
    zoe.page.get_by_role("button", name="انضم الآن").click()
    for viewer in (ada, zoe):
        viewer.sees_moving_video_of(ada)
    ada.look(HAPPY, x=60, y=120)  # at the left of the picture as others see it
    everyone = zoe.page.get_by_role("button", name="اقرأ الجميع الآن", exact=True)
    ada.sees(ada, HAPPY, asked_by=ada)
    place = zoe.asks_until(
        lambda: zoe.tile(ada).evaluate(as_painted(_PLACE), "سعيد"),
        "the emoji and its word",
        everyone.click,
    )
    assert place < 0.5
