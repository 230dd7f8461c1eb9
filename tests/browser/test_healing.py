"""A call recovers by itself from broken parts, or says in plain words what is wrong."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect

from functions.contract import Expression
from local.product import product_stack
from local.stack import Name, Stack
from tests.browser.conftest import UNHURRIED, Person, frames_left, meet, new_person
from tests.faults.stream import AZURITES_INDEX
from tests.waiting import until

A, D = Expression.ANGER, Expression.HAPPINESS
NETWORK_ERRORS = ("Failed to load resource", "WebSocket connection to", "ERR_CONNECTION")


@pytest.fixture(scope="module")
def fragile_stack() -> Iterator[Stack]:
    """A stack of these tests' own, whose parts are killed."""
    with product_stack(app="tests.browser.scripted_app:app", settings=UNHURRIED) as stack:
        yield stack


@pytest.fixture(scope="module", autouse=True)
def crashed(browser: Browser, scripted_stack: Stack) -> Iterator[tuple[Person, Person]]:
    """Two people, the second with a crashed tab; it is forgotten while the other tests run."""
    ada, zoe = new_person(browser, "Ada"), new_person(browser, "Zoë")
    meet(scripted_stack, ada, zoe)
    ada.sees_moving_video_of(zoe)
    crash(zoe)
    expect(ada.tile(zoe)).to_contain_text("Reconnecting")
    yield ada, zoe
    for somebody in (ada, zoe):
        somebody.context.close()


def test_leaving_and_joining_again(scripted_stack: Stack, person: Callable[..., Person]) -> None:
    """A person who leaves disappears for the others at once, and one press brings them back."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe)
    zoe.button("Leave call").click()
    expect(zoe.page.get_by_role("heading", name="You left the call")).to_be_visible()
    expect(ada.tile(zoe)).to_have_count(0)
    zoe.button("Join again").click()
    expect(ada.tile(zoe)).to_have_count(1)
    ada.sees_moving_video_of(zoe)


def test_reloading_the_page_and_joining_again(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """A reloaded page keeps room and name, and the others see its person only once."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe)
    zoe.page.reload()
    expect(ada.tile(zoe)).to_have_count(0)
    expect(zoe.page.get_by_role("textbox", name="Your name")).to_have_value("Zoë")
    zoe.join(ada.link)
    expect(ada.tile(zoe)).to_have_count(1)
    ada.sees_moving_video_of(zoe)
    zoe.sees_moving_video_of(ada)
    zoe.look(D)
    ada.sees(zoe, D, asked_by=ada)


def test_a_video_that_starts_late_keeps_nobody_from_being_read(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str]
) -> None:
    """A person without video is present and read; when their video comes, everybody connects."""
    tolerated.append("status of 502")
    ada, zoe = person("Ada"), person("Zoë")
    refusal = {"error": "video-unavailable", "message": "The video service does not answer."}
    zoe.page.route("**/video-token", lambda route: route.fulfill(status=502, json=refusal))
    meet(scripted_stack, ada, zoe)
    notice = zoe.page.locator(".notice").filter(has_text="could not be started")
    expect(notice).to_be_visible()
    zoe.look(D)
    zoe.sees(zoe, D, asked_by=ada)
    zoe.page.unroute("**/video-token")
    zoe.sees_moving_video_of(ada)
    ada.sees_moving_video_of(zoe)
    expect(notice).to_have_count(0)


def crash(somebody: Person) -> None:
    """Kill the renderer of somebody's page: no goodbye, no closing of connections."""
    with somebody.page.expect_event("crash"), contextlib.suppress(Error):
        somebody.page.goto("chrome://crash")


@pytest.mark.parametrize("part", ["signalr", "functions", "azurite"])
def test_a_killed_part_comes_back_in_the_middle_of_a_call(
    fragile_stack: Stack, person: Callable[..., Person], tolerated: list[str], part: Name
) -> None:
    """A part is killed with -9 and restarted: video continues and readings come again."""
    tolerated += NETWORK_ERRORS
    ada, zoe = person("Ada"), person("Zoë")
    meet(fragile_stack, ada, zoe, live=True)
    ada.look(A)
    zoe.sees(ada, A)
    until(lambda: is_saved(fragile_stack, ada), "the storage has saved who is here")
    until(lambda: is_saved(fragile_stack, zoe), "the storage has saved who is here")

    life = fragile_stack[part].kill()
    zoe.sees_moving_video_of(ada)
    fragile_stack[part].wait_ready(after_start=life)

    ada.look(D)
    expect(zoe.badges(ada)).to_have_attribute("data-expression", D)
    zoe.sees_moving_video_of(ada)
    until(lambda: not problems(zoe), "nothing is said to be wrong any more")
    ada.is_read("When asked")
    until(lambda: frames_left(fragile_stack) == [], "every frame is deleted")


def test_a_crashed_tab_is_forgotten(crashed: tuple[Person, Person]) -> None:
    """A person whose tab crashed disappears for the others within two minutes."""
    ada, zoe = crashed
    expect(ada.tile(zoe)).to_have_count(0)
    assert ada.errors == []


def is_saved(stack: Stack, somebody: Person) -> bool:
    """Whether somebody's record outlives the storage's sudden end."""
    participant = somebody.tile(somebody).get_attribute("data-participant")
    index = Path(f"/proc/{stack['azurite'].pid}/cwd") / AZURITES_INDEX
    return bool(participant) and index.is_file() and str(participant) in index.read_text()


def problems(somebody: Person) -> list[str]:
    """What the page says is wrong."""
    notices = somebody.page.locator(".notice").all_inner_texts()
    return [text for text in notices if re.search("interrupted|does not answer|refused", text)]
