"""Sharing a screen: everybody sees all of it, and nobody reads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from playwright.sync_api import Locator, Request, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.colours import colour_of
from tests.browser.conftest import Person, as_painted, meet
from tests.waiting import until

HAPPY, SAD = Expression.HAPPINESS, Expression.SADNESS


def share(somebody: Person, expression: Expression) -> None:
    """Share a screen that shows nothing but the colour of an expression."""
    somebody.page.evaluate("colour => { camera.screen = colour }", colour_of(expression))
    somebody.button("Share screen").click()
    expect(somebody.page.get_by_role("group", name="Your screen")).to_be_visible()


def screen_of(viewer: Person, other: Person) -> Locator:
    """The tile with somebody's screen."""
    return viewer.page.get_by_role("group", name=f"{other.name}’s screen")


def assert_moves(tile: Locator) -> None:
    """New pictures of a screen keep coming, all of each picture being shown."""
    video = tile.locator("video")
    frames = "video => video.getVideoPlaybackQuality().totalVideoFrames"
    until(lambda: video.evaluate(frames) > 0, "the screen is seen")
    seen = video.evaluate(frames)
    until(lambda: video.evaluate(frames) > seen + 2, "the screen moves")
    assert video.evaluate("video => getComputedStyle(video).objectFit") == "contain"


def test_a_shared_screen_is_seen_by_all_and_read_by_nobody(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """What is read is the camera beside the screen; without a camera no picture leaves at all."""
    ada, zoe, kim = person("Ada"), person("Zoë"), person("Kim")
    meet(scripted_stack, ada, zoe, kim)
    ada.look(SAD)
    share(ada, HAPPY)
    for viewer in (zoe, kim):
        assert_moves(screen_of(viewer, ada))
        large, small = viewer.boxes(screen_of(viewer, ada), viewer.tile(ada))
        assert large["width"] > 2 * small["width"]
    for viewer in (ada, zoe, kim):
        viewer.sees(ada, SAD, asked_by=zoe)
    ada.button("Camera").click()
    expect(zoe.badges(ada)).to_have_count(0)
    uploads: dict[Person, list[str]] = {ada: [], zoe: []}

    def note(whose: Person, request: Request) -> None:
        if request.method == "PUT" and "/frames/" in request.url:
            uploads[whose].append(request.url)

    for somebody in uploads:
        somebody.page.on("request", partial(note, somebody))
        somebody.is_read("Live")
    zoe.look(HAPPY)
    ada.button("Read everyone now").click()
    ada.sees(zoe, HAPPY)  # so what was asked for has been read
    until(lambda: zoe.still() and len(uploads[zoe]) > 2, "live reading has had its time")
    assert uploads[ada] == []
    expect(zoe.badges(ada)).to_have_count(0)
    assert screen_of(zoe, ada).locator("[data-expression]").count() == 0


def test_sharing_ends_by_the_button_and_by_the_browsers_own_bar(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """However it ends, the tile goes everywhere; sharing again, even both at once, works."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe)
    share(ada, HAPPY)
    assert_moves(screen_of(zoe, ada))
    ada.page.evaluate("() => camera.endScreen()")
    for tile in (screen_of(zoe, ada), ada.page.get_by_role("group", name="Your screen")):
        expect(tile).to_have_count(0)
    share(zoe, SAD)
    assert_moves(screen_of(ada, zoe))
    share(ada, HAPPY)
    assert_moves(screen_of(zoe, ada))
    assert_moves(screen_of(ada, zoe))
    ada.button("Stop sharing").click()
    expect(screen_of(zoe, ada)).to_have_count(0)
    zoe.button("Share screen").click()
    expect(screen_of(ada, zoe)).to_have_count(0)


def test_who_comes_later_sees_the_screen(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Somebody who joins while a screen is shared gets it, as does who reloads the page."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada)
    share(ada, HAPPY)
    zoe.join(ada.link)
    assert_moves(screen_of(zoe, ada))
    zoe.page.reload()
    zoe.join(ada.link)
    assert_moves(screen_of(zoe, ada))


def test_refusing_to_choose_a_screen_changes_nothing(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """A closed chooser is the person's own no: no words, no tile."""
    ada = person("Ada")
    meet(scripted_stack, ada)
    ada.page.evaluate("() => { camera.refused = true }")
    ada.button("Share screen").click()
    expect(ada.page.get_by_role("group", name="Your screen")).to_have_count(0)
    expect(ada.button("Dismiss")).to_have_count(0)


# The dot that says somebody is read, and the badge at their face, from the lowest to the uppermost.
_LIES_BELOW = as_painted("""tile => {
  const [dot, badge] = ['.tile-state', '.badge'].map((part) => tile.querySelector(part));
  if (!dot || !badge) return [];
  badge.style.pointerEvents = 'auto';
  const boxes = [dot, badge].map((part) => part.getBoundingClientRect());
  const middle = (from, to) =>
    (Math.max(...boxes.map((box) => box[from])) + Math.min(...boxes.map((box) => box[to]))) / 2;
  const [x, y] = [middle('left', 'right'), middle('top', 'bottom')];
  const parts = document.elementsFromPoint(x, y).map((one) => one.closest('.tile-state, .badge'));
  return [...new Set(parts)].filter(Boolean).reverse().map((one) => one.classList[0]);
}""")


def test_a_pinned_person_is_large(scripted_stack: Stack, person: Callable[..., Person]) -> None:
    """Pinning, by keyboard too, makes one tile large for oneself alone; again undoes it."""
    ada, zoe, kim = person("Ada"), person("Zoë"), person("Kim")
    meet(scripted_stack, ada, zoe, kim)

    def width_of(other: Person) -> float:
        (box,) = ada.boxes(ada.tile(other))
        return box["width"]

    expect(ada.tile(kim)).to_be_visible()
    until(lambda: width_of(zoe) == width_of(kim), "all are equal")
    ada.button("Pin Zoë").focus()
    ada.page.keyboard.press("Enter")
    until(lambda: width_of(zoe) > 2 * width_of(kim), "the pinned tile is large")
    expect(ada.button("Pin Zoë")).to_have_attribute("aria-pressed", "true")
    expect(kim.button("Pin Zoë")).to_have_attribute("aria-pressed", "false")
    ada.page.keyboard.press("Enter")
    until(lambda: width_of(zoe) == width_of(kim), "all are equal again")
    ada.page.keyboard.press("Enter")
    ada.button("Share screen").click()
    ada.page.set_viewport_size({"width": 390, "height": 844})
    until(lambda: width_of(kim) < 125, "no name fits")
    kim.look(Expression.HAPPINESS, x=160, y=10, side=300)
    ada.asks_until(
        lambda: ada.tile(kim).evaluate(_LIES_BELOW) == ["tile-state", "badge"],
        "the emoji's word lies over the dot",
    )
