"""Each participant's newest expression is shown on their own tile."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from functions.contract import Expression
from local.signalr.access import SignalRConnection
from local.stack import Stack
from tests import waiting
from tests.browser.conftest import Person, frames_left, meet
from tests.waiting import until

A, B, C, D = Expression.ANGER, Expression.SURPRISE, Expression.SADNESS, Expression.HAPPINESS


def test_everybody_keeps_their_own_expression_while_it_changes(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Three faces change twice; no screen swaps two of them or keeps an old expression."""
    people = [person("Ada"), person("Zoë"), person("Kim")]
    meet(scripted_stack, *people, live=True)
    for round_of_looks in ((A, B, C), (B, C, A), (C, D, D)):
        looks = dict(zip(people, round_of_looks, strict=True))
        for somebody, expression in looks.items():
            somebody.look(expression)
        for viewer in people:
            for other, expression in looks.items():
                viewer.sees(other, expression)
    for viewer in people:
        legend = viewer.open_panel("Expressions")
        for words in ("looks sad: 1 now", "looks happy: 2 now", "looks angry: 0 now"):
            expect(legend).to_contain_text(words)


def test_live_reading_follows_a_changing_face(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """In live mode the emoji follows a changed face within seconds, without a press."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe, live=True)
    for expression in (D, A, B):
        ada.look(expression)
        zoe.sees(ada, expression)
        ada.sees(ada, expression)


def test_an_older_reading_never_replaces_a_newer_one(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Readings that come twice, late or out of order show once, the newest last."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe)
    room = re.search(r"room=([\w-]{22})", zoe.link)
    participant, herself = (zoe.tile(p).get_attribute("data-participant") for p in (ada, zoe))
    assert room
    assert participant
    assert herself

    def deliver(frame: int, expression: Expression, whose: str = participant) -> None:
        send_to_room(scripted_stack, room[1], reading(whose, frame, expression))

    def shown(whose: str) -> list[str]:
        """What the tile has shown, one after another: an emoji may have faded since."""
        looks: list[str] = zoe.page.evaluate("whose => looks[whose] ?? []", whose)
        return looks

    def arrived() -> bool:
        deliver(1763834400000, B)  # again: the page may not hear the room yet
        return shown(participant) == [B]

    until(arrived, "the first reading is shown")
    deliver(1763834400002, B)
    deliver(1763834400001, A)  # older
    deliver(1763834400002, C)  # the same frame again
    deliver(1763834400001, A, herself)
    until(lambda: shown(herself) == [A], "what was sent before it has come")
    assert shown(participant) == [B]
    deliver(1763834400003, D)
    deliver(1763834400002, B)
    deliver(1763834400002, B, herself)
    until(lambda: shown(herself) == [A, B], "what was sent before it has come")
    assert shown(participant) == [B, D]


def test_a_reading_fades_and_goes_when_nothing_new_comes(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """An emoji fades and disappears when no newer reading replaces it."""
    ada = person("Ada")
    meet(scripted_stack, ada)
    ada.look(D)
    ada.sees(ada, D, asked_by=ada)
    fading = ada.badges(ada).filter(has_text="s ago")
    ada.asks_until(fading.is_visible, "how old the reading is stands beside it")
    expect(ada.badges(ada)).to_have_count(0)


def test_without_consent_nobody_is_read_until_they_agree(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Without consent no picture is sent; consent in the call starts it, withdrawal stops it."""
    ada, zoe = person("Ada"), person("Zoë")
    uploads: list[str] = []
    zoe.page.on("request", lambda r: uploads.append(r.url) if r.method == "PUT" else None)
    tickets: list[str] = []
    zoe.page.on("request", lambda r: tickets.append(r.url) if "upload-tickets" in r.url else None)
    ada.join(scripted_stack.url, live=True)
    zoe.join(ada.link, consent=False, live=True)
    ada.look(A)
    zoe.look(D)
    ada.button("Read everyone now").click()
    zoe.sees(ada, A)
    expect(ada.tile(zoe).get_by_text("Not read")).to_be_visible()
    expect(ada.tile(zoe).get_by_title("Is read")).to_have_count(0)
    expect(ada.badges(zoe)).to_have_count(0)
    assert uploads == []
    assert tickets == []

    zoe.switch("Read my expression").set_checked(True)
    ada.sees(zoe, D)
    expect(ada.tile(zoe).get_by_title("Is read")).to_be_visible()

    zoe.switch("Read my expression").set_checked(False)
    expect(ada.tile(zoe).get_by_text("Not read")).to_be_visible()
    expect(ada.badges(zoe)).to_have_count(0)
    expect(zoe.badges(zoe)).to_have_count(0)
    frames = [url for url in uploads if "/frames/" in url]
    others: list[str] = []
    ada.page.on("request", lambda r: others.append(r.url) if r.method == "PUT" else None)
    until(lambda: ada.still() and len(others) > 2, "live reading has gone on meanwhile")
    assert [url for url in uploads if "/frames/" in url] == frames
    expect(ada.page.get_by_role("status")).not_to_contain_text("Zoë looks")
    ada.switch("Read my expression").set_checked(False)  # while she is read there is always one
    until(lambda: frames_left(scripted_stack) == [], "every frame is deleted")


def test_nothing_is_read_while_the_camera_is_off(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Turning the camera off stops reading; turning it on again starts it."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe, live=True)
    ada.look(D)
    zoe.sees(ada, D)
    ada.button("Camera").click()
    expect(zoe.badges(ada)).to_have_count(0)
    expect(zoe.tile(ada).get_by_role("img", name="Camera off")).to_be_visible()
    ada.button("Camera").click()
    ada.look(B)
    zoe.sees(ada, B)


def test_a_camera_unplugged_in_the_call_is_told_each_time(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The page reports each unplugging, also after a dismissed notice; reading then continues."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe, live=True)
    notice = ada.page.locator(".notice").filter(has_text="unplugged")
    for _ in range(2):
        ada.look(D)
        zoe.sees(ada, D)
        ada.page.evaluate("camera.unplug()")
        expect(notice).to_be_visible()
        expect(zoe.badges(ada)).to_have_count(0)
        expect(zoe.tile(ada).get_by_role("img", name="Camera off")).to_be_visible()
        notice.get_by_role("button", name="Dismiss").click()
        expect(notice).to_have_count(0)
        expect(ada.page.get_by_role("heading", level=1)).to_be_focused()  # the button has gone
        ada.button("Camera").click()


@pytest.mark.parametrize(
    ("camera", "words"),
    [("refused", "does not allow the camera"), ("missing", "No camera was found")],
)
def test_somebody_without_a_camera_sees_the_others_read(
    scripted_stack: Stack, person: Callable[..., Person], camera: str, words: str
) -> None:
    """A person without a camera can join, is told why they are not read, and sees all emojis."""
    ada, zoe = person("Ada"), person("Zoë")
    zoe.context.add_init_script(f"camera.{camera} = true")
    meet(scripted_stack, ada)
    zoe.page.goto(ada.link)
    expect(zoe.page.get_by_text(words)).to_be_visible()
    zoe.join(ada.link)
    ada.look(C)
    zoe.sees(ada, C, asked_by=zoe)
    zoe.sees_moving_video_of(ada)


def reading(participant: str, frame: int, expression: Expression) -> dict[str, Any]:
    """A reading of one face, as the functions send it."""
    rest = {e.value: 0.02 for e in Expression}
    return {
        "participant": participant,
        "frame": str(frame),
        "capturedAt": frame,
        "readAt": frame + 40,
        "faces": [
            {
                "box": {"x": 0.3, "y": 0.3, "width": 0.2, "height": 0.3},
                "scores": rest | {expression.value: 0.86},
                "expression": expression.value,
                "confidence": 0.86,
            }
        ],
        "reader": "test",
    }


def send_to_room(stack: Stack, room: str, payload: dict[str, Any]) -> None:
    """Send a reading to the room by the SignalR service's own REST API."""
    connection = SignalRConnection.parse(stack.signalr)
    url = f"{connection.endpoint}/api/hubs/call/groups/{room}/:send"
    httpx.post(
        url,
        json={"target": "reading", "arguments": [payload]},
        headers={"authorization": f"Bearer {connection.server_token(url)}"},
        timeout=waiting.PATIENCE,
    ).raise_for_status()


def test_a_full_room_says_so(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str]
) -> None:
    """The seventh person is told that the room is full."""
    tolerated.append("status of 409")
    ada = person("Ada")
    meet(scripted_stack, ada)
    room = re.search(r"room=([\w-]{22})", ada.link)
    assert room
    late = person("Late", width=360)
    late.page.goto(ada.link)
    late.page.get_by_role("textbox", name="Your name").fill("Late")
    for number in range(5):  # who shows no sign of life is soon forgotten
        httpx.post(
            f"{scripted_stack.url}/api/rooms/{room[1]}/participants",
            json={"name": f"Guest {number}", "consent": False},
            timeout=waiting.PATIENCE,
        ).raise_for_status()
    late.button("Join now").click()
    expect(late.page.get_by_role("alert").filter(has_text="full")).to_be_visible()
