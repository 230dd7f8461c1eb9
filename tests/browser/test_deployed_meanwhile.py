"""A page stays open while the next release replaces its files, and its call continues."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, meet
from tests.waiting import until


def gone(route: Route) -> None:
    """A file of the former release."""
    route.fulfill(status=404, body="")


def test_a_call_goes_on_over_a_deployment(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Panels still open after the site is gone, because the call loaded them before."""
    ada, zoe = person("Ada"), person("Zoë")
    asked: list[str] = []
    loaded: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url))
    ada.page.on("requestfinished", lambda request: loaded.append(request.url))
    meet(scripted_stack, ada, zoe)
    panels = ("people", "expressions", "timeline", "own-readings", "settings", "shortcuts")

    def all_there() -> bool:
        ada.still()
        files = {url for url in asked if "/assets/" in url}
        code = [re.compile(rf"/{name}-panel-.*\.js$") for name in panels]
        return all(any(map(one.search, files)) for one in code) and files <= {*loaded}

    until(all_there, "the panels are loaded")

    ada.page.route("**/assets/**", gone)
    for title in ("People", "Expressions", "Timeline"):
        panel = ada.open_panel(title)
        expect(panel.get_by_role("alert")).to_have_count(0)
        expect(panel.locator(".loading")).to_have_count(0)
        expect(panel.get_by_role("heading").first).to_be_visible()
    ada.look(Expression.HAPPINESS)
    zoe.sees(ada, "happiness", asked_by=ada)


@pytest.mark.parametrize("tolerated", [["Failed to load resource.*404"]])
@pytest.mark.parametrize("files", ["**/assets/**", "**/assets/stay-*"])
def test_a_lobby_that_cannot_go_on_says_what_to_do(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str], files: str
) -> None:
    """If any of the call's files is gone, the page says to reload it, and reloading helps."""
    assert tolerated
    ada = person("Ada")
    ada.page.goto(scripted_stack.url)
    ada.page.route(files, gone)
    ada.page.get_by_role("textbox", name="Your name").fill("Ada")
    ada.button("Start a new call").click()
    expect(ada.page.get_by_role("alert")).to_contain_text("reload the page")
    ada.page.unroute_all()
    ada.page.reload()
    ada.button("Join now").click()
    expect(ada.tile(ada)).to_be_visible()


@pytest.mark.parametrize("tolerated", [["Failed to load resource.*404"]])
def test_without_its_own_reader_the_page_says_so(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str]
) -> None:
    """If the device's reader cannot be loaded, the page says so, and the service does not read."""
    assert tolerated
    ada = person("Ada")
    ada.page.goto(scripted_stack.url)
    ada.page.get_by_role("radio", name="Read on this device").check()
    ada.page.route("**/assets/own-way*", gone)
    ada.page.reload()
    expect(ada.page.get_by_role("main")).to_contain_text("reload the page")
