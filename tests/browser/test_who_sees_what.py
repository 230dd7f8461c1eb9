"""Who is shown what is read: room-only mode, one's own word, and what one wants to see oneself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, WebSocket, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, as_painted, meet
from tests.browser.test_sizes import assert_fits
from tests.waiting import until

HAPPY, SAD, ANGRY = Expression.HAPPINESS, Expression.SADNESS, Expression.ANGER


class HubTap:
    """Everything the hub brings to somebody's page, as it comes over the wire."""

    def __init__(self, person: Person) -> None:
        self.received: list[dict[str, Any]] = []
        person.page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._take)

    def _take(self, payload: str | bytes) -> None:
        text = payload if isinstance(payload, str) else payload.decode()
        for record in filter(None, text.split("\x1e")):
            message = json.loads(record)
            if message.get("target"):
                self.received.append(message)

    def of(self, *targets: str) -> list[dict[str, Any]]:
        """The bodies of these messages."""
        return [m["arguments"][0] for m in self.received if m["target"] in targets]


def participant(person: Person) -> str:
    """Somebody's own participant id."""
    return person.tile(person).get_attribute("data-participant") or ""


def room(person: Person) -> Locator:
    """What somebody's page says of the room as a whole."""
    return person.page.get_by_role("region", name="The room", exact=True)


def test_room_only_shows_the_room_from_three_people_up_and_nobodys_own_emoji(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The host switches; from then on nothing reaches a page that says whose a reading is."""
    ada, zoe, kim = person("Ada"), person("Zoë"), person("Kim")
    taps = {somebody: HubTap(somebody) for somebody in (ada, zoe, kim)}
    meet(scripted_stack, ada, zoe, live=True)
    for somebody in (ada, zoe):
        somebody.look(SAD)
    ada.sees(zoe, SAD)
    zoes_panel = zoe.open_panel("People")
    expect(zoes_panel.get_by_role("switch", name="Room only")).to_have_count(0)
    switch = ada.open_panel("People").get_by_role("switch", name="Room only")
    switch.click()
    expect(switch).to_be_checked()  # once the functions say so, not before
    for viewer, other in ((ada, zoe), (zoe, ada)):
        expect(room(viewer)).to_contain_text("Room only")
        expect(room(viewer)).to_contain_text("Shown once 3 people are read")
        expect(viewer.badges(other)).to_have_count(0)
    expect(zoes_panel).to_contain_text("Your own emoji is seen by you alone")
    zoe.look(HAPPY)
    zoe.sees(zoe, HAPPY)
    assert taps[ada].of("anonymous") == []

    for tap in taps.values():
        tap.received.clear()
    kim.join(ada.link, live=True)
    kim.look(HAPPY)
    for viewer in (ada, zoe, kim):
        expect(room(viewer)).to_contain_text(re.compile(r"happy.*%"))
        expect(room(viewer)).to_contain_text(re.compile(r"sad.*%"))
    ada.look(HAPPY)
    for viewer in (ada, zoe, kim):
        viewer.sees(viewer, HAPPY)
        expect(room(viewer).locator("[data-room-expression]").first).to_contain_text("happy")
        expect(room(viewer)).not_to_contain_text("sad")
        expect(viewer.page.locator("[data-expression]")).to_have_count(1)
    for viewer, tap in taps.items():
        own = until(
            lambda v=viewer, t=tap: v.still() and t.of("reading", "unread", "corrected"),  # type: ignore[misc]
            "readings come",
        )
        assert {body["participant"] for body in own} == {participant(viewer)}
        faces = tap.of("anonymous")
        assert faces
        told = json.dumps(faces)
        assert not any(participant(other) in told for other in taps)
        keys = {key for face in faces for key in face}
        assert keys == {"face", "scores", "expression", "confidence", "unsure"}

    # What a screen reader is told of the room can be turned off here, too.
    expect(kim.open_panel("Expressions").get_by_role("switch", name="Announce")).to_be_checked()
    kim.switch("Read my expression").set_checked(False)
    for viewer in (ada, zoe, kim):
        expect(room(viewer)).to_contain_text("Shown once 3 people are read")
        expect(room(viewer).locator("[data-room-expression]")).to_have_count(0)
    switch.click()
    expect(switch).not_to_be_checked()
    kim.sees(zoe, HAPPY)
    expect(room(kim)).not_to_contain_text("Room only")


def test_who_agreed_to_room_only_is_asked_before_everybody_is_shown_theirs(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Opening the room shows nobody's emoji who came while it was room-only, until they say so."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada)
    switch = ada.open_panel("People").get_by_role("switch", name="Room only")
    switch.click()
    expect(switch).to_be_checked()
    zoe.join(ada.link, live=True)
    zoe.look(HAPPY)
    zoe.sees(zoe, HAPPY)
    switch.click()
    question = zoe.page.get_by_role("alert").filter(has_text="The host opened this call")
    expect(question).to_be_visible()
    zoe.look(SAD)
    zoe.sees(zoe, SAD)
    expect(ada.badges(zoe)).to_have_count(0)
    question.get_by_role("button", name="Show mine to everybody").click()
    expect(question).to_have_count(0)
    ada.sees(zoe, SAD)


def test_while_everybody_is_shown_the_room_shows_its_mean(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Two who look different make a room of both; one alone makes none."""
    ada, zoe = person("Ada"), person("Zoë", width=360, height=740)
    meet(scripted_stack, ada, zoe, live=True)
    ada.look(HAPPY)
    ada.sees(ada, HAPPY)
    expect(room(ada)).to_contain_text("once two faces are read")
    zoe.look(SAD)
    for viewer in (ada, zoe):
        expect(room(viewer)).to_contain_text(re.compile(r"(happy|sad) 41%"))


def test_that_was_wrong_shows_everybody_the_persons_own_word(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The word stands while the reading says the same again, and a new expression is read anew."""
    ada, zoe = person("Ada"), person("Zoë")
    tap = HubTap(ada)
    meet(scripted_stack, ada, zoe, live=True)
    zoe.look(ANGRY)
    ada.sees(zoe, ANGRY)
    zoe.sees(zoe, ANGRY)
    expect(ada.tile(zoe).get_by_role("button", name="That was wrong")).to_have_count(0)
    tops = "tools => new Set(tools.map((tool) => tool.getBoundingClientRect().top)).size"
    assert (
        zoe.tile(zoe).locator(".tile-corner > button").evaluate_all(as_painted(tops)) == 1
    )  # in one row
    zoe.tile(zoe).get_by_role("button", name="That was wrong").click()
    words = zoe.page.get_by_role("group", name=re.compile("own word"))
    expect(words.get_by_role("button")).to_have_count(8)
    words.get_by_role("button", name="neutral").click()
    for viewer in (ada, zoe):
        viewer.sees(zoe, "neutral")
        expect(viewer.badges(zoe)).to_have_accessible_name("looks neutral, in their own word")

    def corrected() -> list[Any]:
        ada.page.wait_for_timeout(100)  # what came meanwhile is taken in
        return [b for b in tap.of("reading") if b["faces"] and b["faces"][0]["ownWord"]]

    until(lambda: len(corrected()) > 1, "the word goes with the frames that follow")
    for body in corrected():
        assert body["faces"][0]["scores"]["anger"] == 0
    ada.sees(zoe, "neutral")
    zoe.look(HAPPY)
    ada.sees(zoe, HAPPY)
    expect(ada.badges(zoe)).to_have_accessible_name(re.compile("looks happy, .* sure"))


@pytest.mark.parametrize(("width", "height"), [(320, 568), (740, 360)])
def test_the_words_and_the_room_fit_a_small_phone(
    scripted_stack: Stack, person: Callable[..., Person], width: int, height: int
) -> None:
    """In room-only mode, with the eight words open: all in the window, all for a finger."""
    ada = person("Ada", width=width, height=height)
    meet(scripted_stack, ada, live=True)  # what is asked for fades on a slow machine
    ada.look(HAPPY)
    panel = ada.open_panel("People")
    switch = panel.get_by_role("switch", name="Room only")
    switch.click()
    expect(switch).to_be_checked()
    assert_fits(ada.page, "people")
    panel.get_by_role("button", name="Close panel").click()
    ada.sees(ada, HAPPY)
    ada.tile(ada).get_by_role("button", name="That was wrong").click()
    words = ada.page.get_by_role("group", name=re.compile("own word"))
    expect(words).to_be_visible()
    assert_fits(ada.page, "own words")
    (box,) = ada.boxes(words)
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= height
    for button in words.get_by_role("button").all():
        assert button.evaluate("button => button.scrollWidth <= button.clientWidth")
    ada.page.keyboard.press("Escape")
    expect(words).to_be_hidden()
    expect(ada.tile(ada).get_by_role("button", name="That was wrong")).to_be_focused()


def test_everybody_chooses_whose_emoji_they_see_and_how_large(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Hiding and sizing are one's own: nothing changes for the other, nor at one's own face."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe, live=True)
    for somebody, expression in ((ada, HAPPY), (zoe, SAD)):
        somebody.look(expression)
    ada.sees(zoe, SAD)
    emoji = ada.badges(zoe).locator(".badge-emoji")
    panel = ada.open_panel("People")
    size = panel.get_by_role("combobox", name="Size of the emoji of Zoë")
    said = panel.get_by_role("listitem").filter(has_text="Zoë").get_by_text("Size of the emoji")
    expect(said).to_be_in_viewport(ratio=1)

    def font_size() -> float:
        return float(emoji.evaluate("emoji => parseFloat(getComputedStyle(emoji).fontSize)"))

    usual = font_size()
    size.select_option("Large")
    until(lambda: font_size() > usual * 1.2, "the emoji is larger")
    size.select_option("Small")
    until(lambda: font_size() < usual * 0.9, "the emoji is smaller")
    shown = panel.get_by_role("switch", name="Emoji of Zoë")
    shown.set_checked(False)
    expect(ada.badges(zoe)).to_have_count(0)
    ada.sees(ada, HAPPY)
    zoe.sees(zoe, SAD)
    zoe.sees(ada, HAPPY)
    expect(panel.get_by_role("switch", name="Emoji of Ada")).to_have_count(0)
    shown.set_checked(True)
    ada.sees(zoe, SAD)


def test_everything_off_is_one_click_and_others_readings_stay_off(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """One click hides all of the others, remembered for the next call; one stops being read."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe, live=True)
    for somebody, expression in ((ada, HAPPY), (zoe, SAD)):
        somebody.look(expression)
    ada.sees(zoe, SAD)
    others = room(ada).get_by_role("switch", name="Others’ emoji")
    others.click()
    expect(others).not_to_be_checked()
    expect(ada.badges(zoe)).to_have_count(0)
    expect(room(ada)).to_contain_text("Others’ emoji are hidden")
    ada.sees(ada, HAPPY)
    zoe.sees(ada, HAPPY)
    ada.switch("Read my expression").click()
    expect(ada.badges(ada)).to_have_count(0)
    expect(zoe.badges(ada)).to_have_count(0)
    ada.page.reload()
    ada.join(zoe.link)
    expect(others).not_to_be_checked()
    zoe.button("Read everyone now").click()
    zoe.sees(zoe, SAD)
    expect(ada.badges(zoe)).to_have_count(0)
    others.click()
    zoe.button("Read everyone now").click()
    ada.sees(zoe, SAD)
