"""A person at a tab, who finds things by role and name as assistive technology does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.contract import Expression
from tests.browser.colours import colour_of
from tests.browser.journeys.tab import BrowserOfTests, Tab
from tests.waiting import until

_CAMERA = Path(__file__).parents[1] / "camera.js"
# Roles as HTML gives them, names as the page does: https://www.w3.org/TR/html-aria/
_FINDER = """
window.find = (role, name) => {
  const tags = {
    button: 'button', heading: 'h1,h2,h3', textbox: 'input:not([type]),input[type=text],textarea',
    checkbox: 'input[type=checkbox]', radio: 'input[type=radio]',
    complementary: 'aside', group: 'fieldset',
  };
  const all = document.querySelectorAll(`[role=${role}]` + (tags[role] ? ',' + tags[role] : ''));
  const nameOf = (one) => (one.getAttribute('aria-label')
    ?? document.getElementById(one.getAttribute('aria-labelledby'))?.textContent
    ?? one.labels?.[0]?.textContent ?? one.textContent).replace(/[\\u2066-\\u2069]/g, '').trim();
  return [...all].find((one) => (one.getAttribute('role') ?? role) === role
    && new RegExp(name, 'u').test(nameOf(one)) && one.checkVisibility());
};
"""


@dataclass
class Somebody:
    """A person in a call."""

    name: str
    tab: Tab

    @staticmethod
    def new(browser: BrowserOfTests, name: str) -> Somebody:
        """A person with a window and a painted camera of their own."""
        return Somebody(name, browser.new_tab(_CAMERA.read_text() + _FINDER))

    @property
    def has_video(self) -> bool:
        """Whether the browser has WebRTC."""
        return bool(self.tab.evaluate("'RTCPeerConnection' in window"))

    @property
    def link(self) -> str:
        """The call's link: the address of the page in the call."""
        return str(self.tab.evaluate("location.href"))

    def has(self, role: str, name: str) -> bool:
        """Whether something of this role and name (a regular expression) is shown."""
        return bool(self.tab.evaluate(f"!!find({json.dumps(role)}, {json.dumps(name)})"))

    def evaluates(self, role: str, name: str, of: str) -> Any:
        """The value of a JavaScript expression of `it`, the element found; null without one."""
        find = f"find({json.dumps(role)}, {json.dumps(name)})"
        return self.tab.evaluate(f"(it => it ? ({of}) : null)({find})")

    def finds(self, role: str, name: str) -> None:
        """Wait until something of this role and name is shown."""
        until(lambda: self.has(role, name), f"{self.name} finds the {role} {name}")

    def presses(self, role: str, name: str) -> None:
        """Wait until something of this role and name is enabled, then press its middle."""
        places: list[Any] = [None]

        def stands_still() -> bool:
            middle = "it.left + it.width / 2, it.top + it.height / 2"
            places.append(
                self.evaluates(
                    role,
                    name,
                    "it.disabled || it.ariaDisabled === 'true' ? null :"
                    " (it.scrollIntoView({block: 'nearest'}),"
                    f" it = it.getBoundingClientRect(), [{middle}])",
                )
            )
            return places[-1] is not None and places[-1] == places[-2]

        until(stands_still, f"{self.name} may press {role} {name}")
        self.tab.press(*places[-1])

    def looks(self, expression: Expression) -> None:
        """Paint the colour of an expression into the camera."""
        place = {"x": 200, "y": 120, "width": 160, "height": 160}
        scene = {"photographs": [], "colour": {"fill": colour_of(expression), **place}}
        self.tab.evaluate(f"camera.show({json.dumps(scene)})")

    def joins(self, address: str) -> None:
        """Open the lobby, fill it in, agree to be read, and enter."""
        self.tab.open(address)
        self.enters()

    def enters(self) -> None:
        """Fill the open lobby in, agree to be read, and enter."""
        self._paints_the_camera()
        self.presses("textbox", "Your name")
        self.tab.type(self.name)
        self.presses("checkbox", "Read my expression")  # shows what it means
        self.presses("checkbox", "Read my expression")
        self.presses("button", "Start a new call|Join now")
        self.finds("group", f"^{re.escape(self.name)} \\(you\\)$")

    def _paints_the_camera(self) -> None:
        """Turn the camera off and on if the page opened it before it could be painted."""
        self.finds("button", "^Camera$")
        until(
            lambda: self.evaluates("button", "^Camera$", "it.ariaPressed") == "true",
            f"{self.name} has a camera",
        )
        if not self.tab.evaluate("camera.used"):
            self.presses("button", "^Camera$")
            self.presses("button", "^Camera$")
            until(lambda: self.tab.evaluate("camera.used"), f"{self.name} has the painted camera")

    def tile(self, other: Somebody) -> str:
        """A regular expression for the name of a person's tile on this page."""
        return f"^{re.escape(other.name)}" + (r" \(you\)$" if other is self else "$")

    def sees(self, other: Somebody, expression: Expression | None) -> None:
        """Wait until the only emoji on somebody's tile is this one, or there is none."""
        until(
            lambda: self.shows(other, expression),
            f"{self.name} sees {expression} at {other.name}",
        )

    def shows(self, other: Somebody, expression: Expression | None) -> bool:
        """Whether the only emoji on somebody's tile is this one, or there is none."""
        shown = "[...it.querySelectorAll('[data-expression]')].map((one) => one.dataset.expression)"
        wanted = [] if expression is None else [str(expression)]
        return bool(self.evaluates("group", self.tile(other), shown) == wanted)

    def sees_moving(self, tile: str, what: str) -> None:
        """Wait until the picture of a tile (a regular expression of its name) changes, twice.

        Asked of the pixels: Firefox counts no frames of a stream.
        """
        pixels = """((video) => {
          if (!video?.videoWidth) return '';
          const canvas = Object.assign(document.createElement('canvas'), {width: 160, height: 2});
          canvas.getContext('2d').drawImage(
            video, 0, 0, video.videoWidth, video.videoHeight / 60, 0, 0, 160, 2);
          return canvas.toDataURL();
        })(it.querySelector('video'))"""
        pictures: set[str] = set()

        def three_differ() -> bool:
            pictures.add(self.evaluates("group", tile, pixels) or "")
            return len(pictures - {""}) >= 3

        until(three_differ, f"{what} moves for {self.name}")

    def sees_moving_video_of(self, other: Somebody) -> None:
        """Wait until the pictures of a person's video change."""
        self.sees_moving(self.tile(other), other.name)
