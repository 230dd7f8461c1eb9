"""The door in three browsers: knocking, letting in, refusing, muting, removing, no host."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from local.stack import Stack
from tests.browser.conftest import Person


def _knock(who: Person, link: str) -> None:
    who.page.goto(link)
    who.page.get_by_label("Your name").fill(who.name)
    who.button("Join now").click()
    expect(who.page.get_by_role("heading", name="Waiting to be let in")).to_be_visible()


def _alert(host: Person, name: str) -> None:
    expect(
        host.page.get_by_role("alert").filter(has_text=f"{name} asks to come in")
    ).to_be_visible()


def test_a_host_lets_in_refuses_mutes_and_removes(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str]
) -> None:
    """The admitted join, the refused and removed are told so, and the muted can unmute."""
    tolerated.append("status of 403")  # the refused and the removed are answered so
    host, mo, eve = person("Hetty"), person("Mo"), person("Eve")
    host.join(scripted_stack.url)
    host.open_panel("People")
    host.switch("Close the door").click()
    expect(host.page.get_by_text("The door is closed")).to_be_visible()

    _knock(mo, host.link)
    _alert(host, "Mo")
    host.button("Let in Mo").click()
    expect(mo.tile(host)).to_be_visible()
    expect(host.tile(mo)).to_be_visible()

    _knock(eve, host.link)
    _alert(host, "Eve")
    host.button("Refuse Eve").click()
    expect(eve.page.get_by_role("heading", name="You were not let in")).to_be_visible()

    with mo.is_told("Hetty muted you"):
        host.button("Mute Mo").click()
    expect(mo.button("Microphone")).to_have_attribute("aria-pressed", "false")
    mo.button("Microphone").click()
    expect(mo.button("Microphone")).to_have_attribute("aria-pressed", "true")

    host.button("Remove Mo").press("Enter")
    expect(host.button("Yes, remove")).to_be_focused()
    host.button("Cancel").press("Enter")
    expect(host.button("Remove Mo")).to_be_focused()
    host.button("Remove Mo").press("Enter")
    host.button("Yes, remove").press("Enter")
    expect(mo.page.get_by_role("heading", name="A host removed you")).to_be_visible()
    expect(host.tile(mo)).to_have_count(0)
    expect(host.page.get_by_role("heading", name="People")).to_be_focused()  # the button is gone


def test_without_a_host_the_closed_door_opens_and_everybody_is_told(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The last host leaves: waiting people get in, and people in the room read the reason."""
    host, zoe, mo = person("Hetty"), person("Zoë"), person("Mo")
    host.join(scripted_stack.url)
    zoe.join(host.link)
    expect(host.tile(zoe)).to_be_visible()
    host.open_panel("People")
    with zoe.is_told("Hetty closed the door"):
        host.switch("Close the door").click()
    _knock(mo, host.link)
    with zoe.is_told("No host is here any more"):
        host.button("Leave call").click()
    expect(mo.tile(zoe)).to_be_visible()
