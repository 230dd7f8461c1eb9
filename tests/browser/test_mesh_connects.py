"""Every join and every shared screen connects, in any order and with slow signals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Error, expect

from local.stack import Stack
from tests.browser.conftest import Person
from tests.waiting import PATIENCE

_ROUNDS = 20
# Twenty of each, with signals that take their time, in every run; the others, up to two hundred of
# each with slow and with quick signals, run with the long tests.
_PIECES = [
    pytest.param(delay, piece, marks=[] if (delay, piece) == (200, 0) else [pytest.mark.long])
    for delay in (0, 200)
    for piece in range(10)
]

_SLOW_SIGNALS = """delay => {
  const sent = window.fetch;
  window.fetch = async (address, init) => {
    if (String(address).endsWith('/signals')) await new Promise((go) => setTimeout(go, delay));
    return sent(address, init);
  };
}"""

# Whether new pictures come of every tile named.
_MOVE = """async (names) => {
  const videos = names.map((name) => document.querySelector(`[aria-label="${name}"] video`));
  if (videos.includes(null)) return false;
  const shown = () => videos.map((video) => video.getVideoPlaybackQuality().totalVideoFrames);
  const before = shown();
  await new Promise((go) => setTimeout(go, 150));
  return shown().every((frames, n) => frames > before[n]);
}"""


def moves(viewer: Person, *tiles: str) -> str | None:
    """Wait until new pictures of every tile come; gives what is missing if they never do."""
    try:
        viewer.page.wait_for_function(_MOVE, arg=list(tiles), timeout=PATIENCE * 1000)
    except Error:
        shown = viewer.page.get_by_role("main").inner_text()
        return f"{viewer.name} does not see all of {', '.join(tiles)}: {shown!r}"
    return None


def enter(somebody: Person, link: str, delay: int) -> None:
    """Join afresh on a page used before."""
    if somebody.page.url == link:
        somebody.page.reload()
    somebody.page.evaluate(_SLOW_SIGNALS, delay)
    somebody.join(link, consent=False, live=True)


def start(stack: Stack, person: Callable[..., Person], delay: int) -> tuple[Person, Person]:
    """Ada alone in her call, and somebody who is going to join it again and again."""
    ada, zoe = person("Ada"), person("Zoë")
    meet_alone(stack, ada)
    ada.page.evaluate(_SLOW_SIGNALS, delay)
    zoe.page.goto(ada.link)
    return ada, zoe


def meet_alone(stack: Stack, ada: Person) -> None:
    """Start a call in which nobody is read."""
    ada.join(stack.url, consent=False, live=True)


def play(rounds: Callable[[int], str | None]) -> None:
    """Play all rounds, and fail with every one that failed."""
    failures = [failure for n in range(_ROUNDS) if (failure := rounds(n))]
    assert failures == [], f"{len(failures)} of {_ROUNDS}"


@pytest.mark.parametrize(("delay", "piece"), _PIECES)
def test_who_joins_sees_the_shared_screen(
    scripted_stack: Stack,
    person: Callable[..., Person],
    delay: int,
    piece: int,  # noqa: ARG001
) -> None:
    """A newcomer gets camera and shared screen, and the sharer gets theirs, whoever yields."""
    ada, zoe = start(scripted_stack, person, delay)
    ada.button("Share screen").click()

    def join(n: int) -> str | None:
        zoe.name = f"Zoë {n}"
        enter(zoe, ada.link, delay)
        return moves(zoe, "Ada", "Ada’s screen") or moves(ada, zoe.name)

    play(join)


@pytest.mark.parametrize(("delay", "piece"), _PIECES)
def test_two_who_share_at_once_see_each_other(
    scripted_stack: Stack,
    person: Callable[..., Person],
    delay: int,
    piece: int,  # noqa: ARG001
) -> None:
    """Two people who share a screen at the same moment for the first time see both screens."""
    ada, zoe = start(scripted_stack, person, delay)

    def share(n: int) -> str | None:
        zoe.name = f"Zoë {n}"
        enter(zoe, ada.link, delay)
        failure = moves(zoe, "Ada") or moves(ada, zoe.name)
        if failure:
            return failure
        buttons = [somebody.button("Share screen") for somebody in (ada, zoe)]
        for button in buttons:
            expect(button).to_be_enabled()
        for button in buttons:
            button.evaluate("button => button.click()")
        failure = moves(zoe, "Ada’s screen") or moves(ada, f"{zoe.name}’s screen")
        ada.button("Stop sharing").click()
        return failure

    play(share)
