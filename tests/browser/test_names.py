"""Names of any script are shown as people write and paste them."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from local.stack import Stack
from tests.browser.conftest import Person, as_painted

# A sentence, and where each name in it is painted, in CSS pixels from the left.
PLACES = """(element, names) => {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const places = {};
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        for (const name of names) {
            const at = node.data.indexOf(name);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + name.length);
            places[name] = range.getBoundingClientRect().left;
        }
    }
    return [element.innerText, places];
}"""


def enter(somebody: Person, link: str) -> None:
    """Join under the name as it is written, without agreeing to be read."""
    somebody.page.goto(link)
    somebody.page.get_by_role("textbox", name="Your name").fill(somebody.name)
    somebody.page.get_by_role("button", name=re.compile("Start a new call|Join now")).click()
    expect(somebody.button("Leave call")).to_be_visible()


def test_names_are_taken_as_people_write_and_paste_them(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """New emoji, sixty emoji, and invisible marks give the name that was meant."""
    written = {
        "Ada \U0001fa77": "Ada \U0001fa77",
        "\u202aZoë Kay\u202c": "Zoë Kay",
        "👩" * 60: "👩" * 60,
    }
    link = scripted_stack.url
    for name, meant in written.items():
        somebody = person(name)
        enter(somebody, link)
        own = somebody.page.get_by_role("group", name=f"{meant} (you)", exact=True)
        expect(own).to_be_visible()
        link = somebody.link


def test_two_people_of_one_name_can_be_told_apart(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The second Ada is called Ada (2) on every page, also on her own."""
    first, second = person("Ada"), person("Ada")
    first.join(scripted_stack.url)
    enter(second, first.link)
    expect(second.page.get_by_role("group", name="Ada (2) (you)", exact=True)).to_be_visible()
    expect(first.page.get_by_role("group", name="Ada (2)", exact=True)).to_be_visible()


def test_names_of_any_script_keep_their_order(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Arabic names in an English list are painted in the order of the list."""
    ada, *others = (person(name) for name in ("Ada", "علي", "سلمى", "نور"))
    ada.join(scripted_stack.url)
    for other in others:
        enter(other, ada.link)
    panel = ada.open_panel("Timeline")
    words = panel.get_by_text(re.compile("^Not read:"))
    for other in others:
        expect(words).to_contain_text(other.name)
    text, places = words.evaluate(PLACES, [other.name for other in others])
    painted = sorted(places, key=lambda name: float(places[name]))
    assert painted == sorted(places, key=text.index), (text, places)


def test_whose_screen_it_is_reads_in_the_order_of_the_page(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """An Arabic name stands before the English words for that person's screen."""
    ada, ali = person("Ada"), person("علي")
    enter(ada, scripted_stack.url)
    enter(ali, ada.link)
    ali.button("Share screen").click()
    words = ada.page.get_by_text("’s screen")
    expect(words).to_be_visible()
    _, places = words.evaluate(PLACES, [ali.name, "screen"])
    assert places[ali.name] < places["screen"], places
    panel = ada.open_panel("People")
    people = panel.get_by_role("list").filter(has_text=ali.name)
    _, places = people.evaluate(as_painted(PLACES), [ada.name, ali.name])
    assert places[ada.name] == places[ali.name], "each name begins where the list does"
