"""What people read where their network or browser lets the video or the readings not through."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, as_painted, meet
from tests.waiting import PATIENCE

HAPPY = Expression.HAPPINESS
_WAIT = PATIENCE * 1000
_BOXES = "parts => parts.map((part) => part.getBoundingClientRect().toJSON())"

# As in a network that lets no direct way through and has no TURN server: no candidate is of use.
_NO_DIRECT_WAY = """
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(configuration) {
      super({ ...configuration, iceTransportPolicy: 'relay' });
    }
  };
"""
_NO_WEBRTC = "delete window.RTCPeerConnection"
_NO_WEBSOCKETS = """
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor() {
      super(`ws://${location.host}/nothing-is-here`);
    }
  };
"""


def notice(somebody: Person, words: str) -> Locator:
    """What the page says is wrong, until it is right again."""
    return somebody.page.locator(".notice").get_by_text(words)


def apart(viewer: Person, other: Person) -> bool:
    """Whether what is said of the connection and the emoji do not lie over each other."""
    parts = (
        viewer.tile(other)
        .locator(".tile-connection, [data-expression]")
        .evaluate_all(as_painted(_BOXES))
    )
    if len(parts) != 2:
        return False
    upper, lower = sorted(parts, key=lambda part: float(part["top"]))
    return bool(upper["bottom"] <= lower["top"])


@pytest.mark.parametrize(("width", "height"), [(1000, 720), (360, 640)])
def test_a_network_that_blocks_direct_connections_is_named(
    scripted_stack: Stack, person: Callable[..., Person], width: int, height: int
) -> None:
    """Instead of "Connecting…" for ever: what blocks, what to do, and the emoji beside it."""
    ada, zoe = (person(name, width=width, height=height) for name in ("Ada", "Zoë"))
    for somebody in (ada, zoe):
        somebody.context.add_init_script(_NO_DIRECT_WAY)
    meet(scripted_stack, ada, zoe)
    for somebody, other in ((ada, zoe), (zoe, ada)):
        label = somebody.tile(other).get_by_text("No video connection")
        expect(label).to_be_visible(timeout=_WAIT)
        expect(notice(somebody, "blocks direct video connections")).to_be_visible()
    zoe.look(HAPPY, x=260, y=0, side=120)  # at the upper edge, where the words are
    ada.sees(zoe, HAPPY, asked_by=ada)
    ada.asks_until(lambda: apart(ada, zoe), "the emoji stands beside the words")
    expect(ada.button("Try again")).to_be_visible()


def test_a_browser_without_webrtc_reads_and_shows_all_the_same(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """It is said, once; reading, hub and emoji go on, in both directions."""
    ada, zoe = person("Ada"), person("Zoë")
    zoe.context.add_init_script(_NO_WEBRTC)
    meet(scripted_stack, ada, zoe)
    expect(notice(zoe, "cannot take part in the video")).to_be_visible(timeout=_WAIT)
    expect(zoe.tile(ada).get_by_text("No video connection")).to_be_visible()
    expect(zoe.button("Try again")).to_have_count(0)
    ada.look(HAPPY)
    zoe.look(HAPPY)
    for viewer, other in ((ada, zoe), (zoe, ada)):
        viewer.sees(other, HAPPY, asked_by=zoe)


@pytest.mark.parametrize("tolerated", [["WebSocket connection to .* failed"]])
def test_where_websockets_are_blocked_it_is_said(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str]
) -> None:
    """Neither video nor readings can come; the words name what blocks them."""
    assert tolerated
    ada = person("Ada")
    ada.context.add_init_script(_NO_WEBSOCKETS)
    meet(scripted_stack, ada)
    expect(notice(ada, "calls need (WebSocket)")).to_be_visible(timeout=_WAIT)
    expect(notice(ada, "Live updates are interrupted")).to_have_count(0)
