"""A page that is open while the next release is deployed: its files are gone, its call goes on."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Route, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, meet
from tests.waiting import until


def test_a_call_goes_on_over_a_deployment(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """What it may still open was loaded while it was quiet: panels open without the site."""
    ada, zoe = person("Ada"), person("Zoë")
    loaded: list[str] = []
    ada.page.on("requestfinished", lambda request: loaded.append(request.url))
    meet(scripted_stack, ada, zoe)
    panels = ("people", "expressions", "timeline", "own-readings", "settings", "shortcuts")

    def all_there() -> bool:
        ada.still()
        return all(any(f"/assets/{name}-panel" in url for url in loaded) for name in panels)

    until(all_there, "the panels are loaded")

    def gone(route: Route) -> None:
        route.fulfill(status=404, body="")

    ada.page.route("**/assets/**", gone)
    for title in ("People", "Expressions", "Timeline"):
        panel = ada.open_panel(title)
        expect(panel.get_by_role("alert")).to_have_count(0)
        expect(panel.locator(".loading")).to_have_count(0)
        expect(panel.get_by_role("heading").first).to_be_visible()
    ada.look(Expression.HAPPINESS)
    ada.button("Read everyone now").click()
    zoe.sees(ada, "happiness")
