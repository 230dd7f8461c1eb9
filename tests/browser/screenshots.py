"""Take the pictures of the documentation: `python -m tests.browser.screenshots [SCENE …]`.

Everything in them is real: the stack as it ships, its embedded reader, a real browser, and one
page for each person. Only what nobody sees is left out: guests do not send each other video, so
that a small machine carries nine of them.
"""

from __future__ import annotations

import re
import sys
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Route, expect, sync_playwright

from local import product
from local.stack import Stack
from tests import chromium
from tests.browser.conftest import Person, Photograph, new_person
from tests.browser.words import words
from tests.waiting import until

_FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
_DESKTOP = {"width": 1280, "height": 800}
_PHONE = {"width": 360, "height": 740}
_PHONE_ON_ITS_SIDE = {"width": 740, "height": 360}
_GUESTS = ("Zoë", "Kim", "Noor", "Liam", "Mei", "Ivan", "Sara", "Tom")
_NOT_READ, _WITHOUT_CAMERA, _MUTED = "Noor", "Liam", "Mei"
_NEUTRAL = ("Kim", "Ivan", "Tom")  # the others look happy
# Each fills the camera's picture.
_HOST = Photograph(x=-90, y=-30, side=760)
_SMILING = (
    Photograph(x=-10, y=-12, side=690),
    Photograph(x=-140, y=-8, side=800),
    Photograph(x=-20, y=0, side=660),
)
_SERIOUS = Photograph(
    x=-10, y=-50, side=660, file=product.OVERLAY / "demonstration" / "neutral.jpg"
)
_UNSEEN = {"width": 400, "height": 400}  # of a guest
_PATIENCE = 120  # s for what a small machine does for nine people
_STILL = "camera.strip = 0"  # nothing moves over a photograph
_SLOW = 1_000  # ms between two pictures of a camera, where there are many
_QUALITY = 85  # of a JPEG
_SETTLE = 1_200  # ms until a changed layout and the emoji in it stand still


_PICTURES = "video => video.getVideoPlaybackQuality().totalVideoFrames"


def save(person: Person, name: str, *, whole: bool = False) -> None:
    """Write what somebody sees."""
    expect(person.page.locator(".toast")).to_have_count(0)
    person.page.mouse.move(0, 0)  # off what shows that it is pointed at
    person.page.wait_for_timeout(_SETTLE)
    file = _FOLDER / f"{name}.jpg"
    person.page.screenshot(path=file, type="jpeg", quality=_QUALITY, full_page=whole)
    print(file.name)


def silence(folder: Path) -> str:
    """A recording of nothing: the browser's own pretended microphone beeps."""
    file = str(folder / "silence.wav")
    with wave.open(file, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(48_000)
        recording.writeframes(bytes(2 * 48_000))
    return file


def resize(person: Person, size: dict[str, int]) -> None:
    """Give somebody's window another size."""
    person.page.set_viewport_size({"width": size["width"], "height": size["height"]})
    person.page.wait_for_timeout(_SETTLE)  # what has no place in the bar goes into the menu


@contextmanager
def visiting(browser: Browser, name: str, size: dict[str, int], **context: Any) -> Iterator[Person]:
    """Somebody who goes again."""
    somebody = new_person(browser, name, viewport=size, **context)
    somebody.page.add_init_script(_STILL)
    yield somebody
    somebody.context.close()


def lobbies(browser: Browser, stack: Stack) -> None:
    """Before a call: on a desktop, on a phone, refused, and from right to left."""
    with visiting(browser, "Ada", _DESKTOP) as ada:
        ada.page.goto(stack.url)
        ada.show(_HOST)
        save(ada, "lobby")
        ada.page.emulate_media(color_scheme="dark")
        save(ada, "lobby-dark")
        resize(ada, _PHONE)
        ada.page.emulate_media(color_scheme="light")
        save(ada, "lobby-phone", whole=True)
    with visiting(browser, "Ada", _DESKTOP) as ada:
        ada.page.add_init_script("camera.refused = true")
        ada.page.goto(stack.url)
        expect(ada.page.get_by_text("does not allow the camera")).to_be_visible()
        save(ada, "lobby-refused")
    with visiting(browser, "Ada", _DESKTOP, locale="ar") as ada:
        ada.page.goto(stack.url)
        ada.show(_HOST)
        save(ada, "lobby-arabic")


def look_of(name: str) -> str:
    """The expression that is read of somebody here."""
    return "neutral" if name in _NEUTRAL else "happiness"


def invite(browser: Browser, name: str, host: Person) -> Person:
    """A guest who sends video to the host alone."""
    guest = new_person(browser, name, viewport=_UNSEEN, reduced_motion="reduce")
    guest.page.add_init_script(_STILL)
    receiver = host.tile(host).get_attribute("data-participant")

    def to_host(route: Route) -> None:
        to = (route.request.post_data_json or {}).get("to")
        route.continue_() if to == receiver else route.fulfill(
            status=202, json={"delivered": False}
        )

    guest.page.route(re.compile(r"/signals$"), to_host)
    guest.join(host.link, consent=name != _NOT_READ, live=name != _NOT_READ)
    slow_down(guest)
    smiling = _SMILING[_GUESTS.index(name) % len(_SMILING)]
    guest.show(_SERIOUS if name in _NEUTRAL else smiling)
    if name == _WITHOUT_CAMERA:
        guest.button("Camera").click()
    if name == _MUTED:
        guest.button("Microphone").click()
    return guest


def await_picture(host: Person, other: Person) -> None:
    """Until the host sees somebody."""
    video = host.tile(other).locator("video")
    until(lambda: video.evaluate(_PICTURES) > 0, f"a picture of {other.name}", _PATIENCE)


def await_everybody(host: Person, others: Sequence[Person]) -> None:
    """Until the host sees everybody, and the emoji of who is read."""
    for other in (host, *others):
        if other.name == _WITHOUT_CAMERA:
            continue
        await_picture(host, other)
        if other.name != _NOT_READ:
            expect(host.badges(other)).to_have_attribute("data-expression", look_of(other.name))


def slow_down(person: Person) -> None:
    """Let somebody's camera take few pictures: encoding them is most of the work."""
    person.page.evaluate("pace => { camera.pace = pace }", _SLOW)


@contextmanager
def hosting(browser: Browser, stack: Stack, **context: Any) -> Iterator[Person]:
    """Somebody in a call of their own, read live."""
    with visiting(browser, "Ada", _DESKTOP, **context) as ada:
        ada.join(stack.url, live=True)
        ada.show(_HOST)
        await_everybody(ada, ())
        yield ada


def small_call(browser: Browser, stack: Stack) -> None:
    """A call of one, two, three people, in every way, with the panels."""
    with hosting(browser, stack) as ada:
        save(ada, "call-1")
        zoe = invite(browser, "Zoë", ada)
        await_everybody(ada, [zoe])
        save(ada, "call-2")
        kim = invite(browser, "Kim", ada)
        await_everybody(ada, [zoe, kim])
        save(ada, "call")
        in_every_way(ada)
        panels(ada)
        room_only(ada, [zoe, kim])
        for guest in (zoe, kim):
            guest.context.close()


def large_call(browser: Browser, stack: Stack) -> None:
    """A call that grows to nine people, on a desktop and on a phone."""
    with hosting(browser, stack, reduced_motion="reduce") as ada:
        slow_down(ada)
        guests: list[Person] = []
        for name in _GUESTS:
            guests.append(invite(browser, name, ada))
            guests[-1].page.evaluate("document.body.hidden = true")  # drawing costs, unseen too
            people = len(guests) + 1
            if people not in (6, 9):
                continue
            await_everybody(ada, guests)
            save(ada, f"call-{people}")
            resize(ada, _PHONE)
            save(ada, f"call-{people}-phone")
            resize(ada, _DESKTOP)
        for guest in guests:
            guest.context.close()


def in_every_way(ada: Person) -> None:
    """The same call on a phone, upright and on its side, and in the dark."""
    resize(ada, _PHONE)
    save(ada, "call-phone")
    ada.page.emulate_media(color_scheme="dark")
    save(ada, "call-dark")
    ada.page.emulate_media(color_scheme="light")
    resize(ada, _PHONE_ON_ITS_SIDE)
    save(ada, "call-phone-landscape")
    resize(ada, _DESKTOP)


def panels(ada: Person) -> None:
    """What is beside the tiles."""
    for title in ("People", "Expressions", "Timeline"):
        panel = ada.open_panel(title)
        save(ada, f"panel-{title.lower()}")
        panel.get_by_role("button", name="Close panel").click()
    resize(ada, _PHONE)
    panel = ada.open_panel("Timeline")
    save(ada, "panel-timeline-phone")
    panel.get_by_role("button", name="Close panel").click()
    resize(ada, _DESKTOP)


def room_only(ada: Person, guests: Sequence[Person]) -> None:
    """The host lets the room alone be shown, as a guest sees it, and back again."""
    panel = ada.open_panel("People")
    switch = panel.get_by_role("switch", name="Room only")
    switch.click()
    expect(switch).to_be_checked()
    guest = guests[0]
    resize(guest, _DESKTOP)
    expect(guest.badges(ada)).to_have_count(0)
    expect(guest.page.get_by_role("region", name="The room", exact=True)).to_contain_text("happy")
    save(ada, "room-only")
    switch.click()
    expect(switch).not_to_be_checked()
    panel.get_by_role("button", name="Close panel").click()


def call_in_arabic(browser: Browser, stack: Stack) -> None:
    """A call from right to left."""
    say = words("ar")
    with visiting(browser, "سارة", _DESKTOP, locale="ar") as sara:
        page = sara.page
        page.goto(stack.url)
        page.get_by_role("textbox", name=say["lobby.name"]).fill(sara.name)
        box = page.get_by_role("checkbox", name=say["consent.label"])
        box.click()  # shows what it means, and ticks nothing yet
        box.check()
        page.get_by_role("button", name=say["lobby.start"]).click()
        sara.show(_HOST)
        expect(page.locator("[data-expression=happiness]")).to_be_visible()
        page.get_by_role("button", name=say["panel.people"], exact=True).click()
        save(sara, "call-arabic")
        resize(sara, _PHONE)
        page.keyboard.press("Escape")
        save(sara, "call-arabic-phone")


SCENES = (lobbies, call_in_arabic, small_call, large_call)


def main() -> None:
    """Take the pictures of the scenes named, or of all, replacing the old ones."""
    wanted = sys.argv[1:]
    _FOLDER.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=_PATIENCE * 1000)
    chromium_path = chromium.find()
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        nobody_speaks = ["--use-file-for-fake-audio-capture=" + silence(Path(folder))]
        browser = playwright.chromium.launch(
            executable_path=str(chromium_path), args=[*chromium.ARGUMENTS, *nobody_speaks]
        )
        for scene in SCENES:
            if wanted and scene.__name__ not in wanted:
                continue
            room_for_all = {"ROOM_CAPACITY": str(len(_GUESTS) + 1)} if scene is large_call else {}
            with product.product_stack(settings=room_for_all) as stack:
                scene(browser, stack)
        browser.close()


if __name__ == "__main__":
    main()
