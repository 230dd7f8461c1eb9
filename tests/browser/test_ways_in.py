"""Wrong links, ended calls and panels that do not load are reported, with a way to continue."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from tests.browser.conftest import Person, meet

_SIZES = [(1280, 800), (360, 740)]


@pytest.mark.parametrize(("width", "height"), _SIZES)
def test_a_wrong_link_is_said_where_one_looks(
    scripted_stack: Stack, person: Callable[..., Person], width: int, height: int
) -> None:
    """The notice is visible without scrolling, and a new call can be started."""
    ada = person("Ada", width=width, height=height)
    ada.page.goto(scripted_stack.url + "#room=half")
    wrong = ada.page.get_by_text("That is not the link of a call")
    expect(wrong).to_be_in_viewport(ratio=1)
    ada.page.goto(scripted_stack.url)
    expect(wrong).to_have_count(0)
    field = ada.page.get_by_role("textbox", name="Join with a link")
    field.fill("https://calls.example/")
    field.press("Enter")
    expect(wrong).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("tolerated", [["404"]])
@pytest.mark.parametrize(("width", "height"), _SIZES)
def test_a_call_that_is_gone_leads_to_a_new_one(
    scripted_stack: Stack, person: Callable[..., Person], width: int, height: int
) -> None:
    """The lobby says after the attempt that the call is gone; one more click starts a new one."""
    ada = person("Ada", width=width, height=height)
    ada.page.goto(scripted_stack.url + "#room=" + "A" * 22)
    ada.page.get_by_role("textbox", name="Your name").fill("Ada")
    ada.button("Join now").click()
    expect(ada.page.get_by_text("This call does not exist any more")).to_be_in_viewport(ratio=1)
    ada.button("Start a new call").click()
    expect(ada.page.get_by_role("heading", name="Start a call")).to_be_focused()
    ada.button("Start a new call").click()
    expect(ada.tile(ada)).to_be_visible()


@pytest.mark.parametrize("tolerated", [["ERR_FAILED", "Unable to preload"]])
def test_a_panel_that_does_not_load_can_be_tried_again(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The panel shows that it loads; after a failure the second attempt opens it."""
    ada = person("Ada")
    files = re.compile(r"/timeline-panel-.*\.(js|css)$")
    ada.page.route(files, lambda route: route.abort())  # also when all panels are loaded ahead
    meet(scripted_stack, ada)
    with ada.is_told("One moment…"):
        panel = ada.open_panel("Timeline")
    expect(panel.get_by_role("alert")).to_contain_text("could not be loaded")
    ada.page.unroute(files)
    panel.get_by_role("button", name="Try again").click()
    expect(panel.get_by_role("slider")).to_be_visible()
    expect(panel.locator(".timeline")).to_have_css("display", "grid")
