"""The demonstration participant shows a person who is alone how readings look."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from local.stack import Stack
from tests.browser.conftest import Person
from tests.waiting import until

# The words of its happy badge, and how far across and down the tile its middle is: in one look,
# because the demonstration soon looks otherwise.
_SMILES = """tiles => tiles.flatMap((tile) => {
  const picture = tile.getBoundingClientRect();
  return [...tile.querySelectorAll('[data-expression=happiness]')].map((badge) => {
    const { x, y, width, height } = badge.getBoundingClientRect();
    const across = (x + width / 2 - picture.x) / picture.width;
    return [badge.textContent, across, (y + height / 2 - picture.y) / picture.height];
  });
})"""


def test_one_person_alone_sees_a_demonstration_read_and_removes_it(
    real_stack: Stack, person: Callable[..., Person]
) -> None:
    """One click adds it, with 😁 and later 😐 at its face; the menu removes it again."""
    ada = person("Ada")
    ada.join(real_stack.url, consent=False)
    ada.button("Add a demonstration participant").click()
    tile = ada.page.get_by_role("group", name="Demonstration", exact=True)
    expect(ada.page.get_by_text("A demonstration takes part")).to_contain_text("agreed to be read")
    expect(tile.get_by_title("Is read")).to_be_visible()
    smiles = until(lambda: tile.evaluate_all(_SMILES), "it smiles")
    text, across, down = smiles[0]
    assert "😁" in text
    assert 0.3 < across < 0.8  # the face is in the middle of the canvas, and sways
    assert down < 0.5
    video = tile.locator("video")
    until(
        lambda: video.evaluate("video => video.getVideoPlaybackQuality().totalVideoFrames") > 5,
        "the demonstration's picture moves",
    )
    expect(tile.locator("[data-expression=neutral]")).to_be_visible()

    assert len(ada.page.workers) == 1  # which encodes its pictures
    ada.button("Dismiss").click()
    expect(ada.page.get_by_text("A demonstration takes part")).to_have_count(0)
    expect(ada.page.get_by_role("heading", level=1)).to_be_focused()
    ada.button("More").click()
    ada.button("Remove demonstration").click()
    expect(tile).to_have_count(0)
    expect(ada.button("More")).to_be_focused()  # what opened the menu
    until(lambda: ada.still() and not ada.page.workers, "its worker goes with it")
    expect(ada.page.get_by_role("paragraph").filter(has_text="You are alone")).to_be_visible()


def test_a_demonstration_goes_with_whoever_added_it(
    real_stack: Stack, person: Callable[..., Person]
) -> None:
    """Another person sees it under its own name; it leaves when the person who added it leaves."""
    ada, zoe = person("Ada"), person("Zoë")
    ada.join(real_stack.url, consent=False)
    ada.button("Add a demonstration participant").click()
    expect(ada.button("Remove demonstration")).to_be_visible()
    zoe.join(ada.link, consent=False)
    seen_by_zoe = zoe.page.get_by_role("group", name="Demonstration", exact=True)
    expect(seen_by_zoe).to_be_visible()
    expect(zoe.button("Remove demonstration")).to_have_count(0)
    ada.button("Leave call").click()
    expect(seen_by_zoe).to_have_count(0)


def test_a_page_offers_no_demonstration_that_its_settings_do_not_name(
    real_stack: Stack, person: Callable[..., Person]
) -> None:
    """With a deployment's settings the page has neither the button nor the photographs."""
    ada = person("Ada")
    ada.page.route("**/config.json", lambda route: route.fulfill(json={"api": ""}))
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url))
    ada.join(real_stack.url, consent=False)
    expect(ada.page.get_by_role("paragraph").filter(has_text="You are alone")).to_be_visible()
    expect(ada.page.get_by_text("from person to person")).to_be_visible()
    expect(ada.button("Add a demonstration participant")).to_have_count(0)
    assert not [url for url in asked if "demonstration" in url]
