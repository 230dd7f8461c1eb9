"""The timeline shows what was seen; one's own readings can be downloaded and cleared."""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Download, Locator, expect

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, meet
from tests.browser.test_expressions import reading, send_to_room
from tests.waiting import until

_FRAME = 9000000000000  # later than any picture that a camera of a test was in time to send
_STEP = 5  # s; what one arrow key moves
_WORDS = {
    Expression.ANGER: "angry 86%",
    Expression.SURPRISE: "surprised 86%",
    Expression.SADNESS: "sad 86%",
}
# Where parts of the timeline are that reach out of a window of this width.
_BEYOND = """(parts, width) => parts.map((part) => part.getBoundingClientRect().toJSON())
  .filter((box) => box.width > 0 && (box.left < 0 || box.right > width))"""


def test_the_timeline_tells_who_looked_how_when_by_keyboard_and_by_pointing(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """Arrow keys, pointer and text all show a known sequence, with its gap."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe)
    open_panel(ada, "Timeline")
    mine, room = _strip(ada, "Ada (you)"), _strip(ada, "The whole room")
    _read(scripted_stack, ada, ada, 0, Expression.ANGER)
    ada.page.wait_for_timeout((_STEP + 1) * 1000)
    _read(scripted_stack, ada, ada, 10, Expression.SURPRISE, mine, room)
    expect(room).to_contain_text("Ada and Zoë")
    expect(_strip(ada, "Zoë")).to_contain_text("nothing read")

    slider = _back_to(ada, mine, Expression.ANGER)
    angry = int(slider.input_value())
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"Ada \(you\): angry 86%"))
    slider.press("Home")
    expect(mine).to_contain_text("nothing read")
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^now"))

    def points_at(time: int, words: str) -> bool:
        chart = mine.locator(".u-over").bounding_box()
        assert chart
        first, last = (int(slider.get_attribute(end) or 0) for end in ("min", "max"))
        share = (time - first) / (last - first)
        x = chart["x"] + chart["width"] * max(share, 0.01)
        ada.page.mouse.move(x, chart["y"] + chart["height"] / 2)
        return words in (mine.text_content() or "")

    # Time goes on under a pointer that stands still, so each look points anew.
    until(lambda: points_at(angry - 500, _WORDS[Expression.ANGER]), "anger is pointed at")
    until(lambda: points_at(0, "nothing read"), "the time before is pointed at")
    ada.page.mouse.move(5, 5)
    expect(ada.page.locator(".timeline-time")).to_have_text("now")


def test_a_latecomer_sees_the_timeline_from_their_own_coming(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """A latecomer's timeline begins when they join."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada)
    _read(scripted_stack, ada, ada, 0, Expression.ANGER)
    zoe.join(ada.link, live=False)
    open_panel(zoe, "Timeline")
    expect(_strip(zoe, "Ada")).to_contain_text("nothing read")
    _read(scripted_stack, zoe, ada, 10, Expression.SURPRISE, _strip(zoe, "Ada"))
    expect(_strip(zoe, "Ada")).not_to_contain_text("angry")


def test_who_stops_being_read_takes_their_strip_along(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """After a withdrawal nobody else's timeline shows that person's past."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe)
    open_panel(zoe, "Timeline")
    _read(scripted_stack, zoe, ada, 0, Expression.ANGER, _strip(zoe, "Ada"))
    ada.switch("Read my expression").set_checked(False)
    expect(_strip(zoe, "Ada")).to_have_count(0)
    expect(zoe.page.get_by_text("Not read: Ada.")).to_be_visible()


def test_my_readings_are_downloaded_as_they_were_and_cleared_for_good(
    scripted_stack: Stack, person: Callable[..., Person], tmp_path: Path
) -> None:
    """CSV and JSON hold each reading's UTC time and scores; clearing removes all."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(scripted_stack, ada, zoe)
    open_panel(ada, "My readings")
    expect(ada.page.get_by_text("Nothing was read of you so far.")).to_be_visible()
    expect(ada.button("Download as CSV")).to_be_disabled()
    _read(scripted_stack, ada, ada, 0, Expression.ANGER)
    _read(scripted_stack, ada, ada, 10, Expression.SURPRISE)
    _read(scripted_stack, ada, zoe, 10, Expression.SADNESS)
    expect(ada.page.get_by_text("This page holds 2 readings of you")).to_be_visible()

    table = _download(ada, "Download as CSV", tmp_path / "mine.csv")
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["expression"] for row in rows] == ["anger", "surprise"]
    assert datetime.fromisoformat(rows[1]["captured_at"]) == datetime.fromtimestamp(
        _FRAME / 1000 + 10, UTC
    )
    assert float(rows[0]["anger"]) == 0.86
    assert all(float(rows[0][e.value]) == 0.02 for e in Expression if e is not Expression.ANGER)
    document = json.loads(_download(ada, "Download as JSON", tmp_path / "mine.json").read_bytes())
    assert [one["faces"][0]["expression"] for one in document["readings"]] == ["anger", "surprise"]

    ada.button("Clear my readings").click()
    expect(ada.page.get_by_text("Nothing was read of you so far.")).to_be_visible()
    expect(ada.button("Download as JSON")).to_be_disabled()
    open_panel(ada, "Timeline")
    for strip in ("Ada (you)", "The whole room"):
        expect(_strip(ada, strip)).to_contain_text("nothing read")
        expect(_strip(ada, strip).locator(".strip-chart")).to_have_count(0)
    _back_to(ada, _strip(ada, "Zoë"), Expression.SADNESS)


def test_the_timeline_fits_a_phone_from_right_to_left(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """In Arabic at 360 pixels nothing leaves the screen, and time runs to the right."""
    ada = person("Ada", width=360, height=740)
    meet(scripted_stack, ada)
    _read(scripted_stack, ada, ada, 0, Expression.ANGER)
    open_panel(ada, "Timeline")
    ada.page.evaluate("document.documentElement.dir = 'rtl'")
    slider = _back_to(ada, _strip(ada, "Ada (you)"), Expression.ANGER)
    slider.press("ArrowLeft")  # to a moment that stands still, as "now" does not
    still = int(slider.input_value())
    slider.press("ArrowLeft")
    assert int(slider.input_value()) == still - _STEP * 1000
    slider.press("ArrowRight")
    assert int(slider.input_value()) == still
    assert ada.page.locator(".timeline *").evaluate_all(_BEYOND, 360) == []


def open_panel(somebody: Person, title: str) -> None:
    """Open a panel by its button in the bar, or under More where it is not in the bar."""
    button = somebody.button(title).and_(somebody.page.locator(":visible"))
    if button.count() == 0:
        somebody.button("More").click()
    button.click()
    expect(somebody.page.get_by_role("heading", name=title)).to_be_visible()


def _strip(viewer: Person, title: str) -> Locator:
    return viewer.page.get_by_role("region", name=title, exact=True)


def _read(
    stack: Stack,
    viewer: Person,
    whose: Person,
    second: int,
    expression: Expression,
    *strips: Locator,
) -> None:
    """Deliver a reading to the room until the viewer has seen it, and while these strips show it.

    What a strip says of now is soon gone, so with strips each attempt is a reading of its own.
    """
    room = re.search(r"room=([\w-]{22})", viewer.link)
    participant = viewer.tile(whose).get_attribute("data-participant")
    assert room
    assert participant
    frames = itertools.count(_FRAME + second * 1000, 1 if strips else 0)

    def arrived() -> bool:
        # Again: the viewer's hub may not be in the group yet.
        send_to_room(stack, room[1], reading(participant, next(frames), expression))
        viewer.page.wait_for_timeout(200)
        seen = viewer.page.evaluate("whose => looks[whose] ?? []", participant)
        return expression in seen and all(
            _WORDS[expression] in (s.text_content() or "") for s in strips
        )

    until(arrived, f"{viewer.name} sees {expression}")


def _back_to(viewer: Person, strip: Locator, expression: Expression) -> Locator:
    """Go back in time by keys until the strip shows this expression; returns the slider."""
    slider = viewer.page.get_by_role("slider", name="Moment to look at")
    time = viewer.page.locator(".timeline-time")  # the slider's own value moves with the present
    # The present moment is the second that has begun: what came in it is shown with the next.
    began = slider.input_value()
    until(lambda: slider.input_value() != began, "the next second has begun")
    slider.focus()

    def reached() -> bool:
        if _WORDS[expression] in (strip.text_content() or ""):
            return True
        before = time.text_content()
        slider.press("ArrowLeft")
        until(lambda: time.text_content() != before, "the timeline shows an earlier moment")
        return False

    until(reached, f"the slider is at the moment of {expression}")
    return slider


def _download(somebody: Person, button: str, path: Path) -> Path:
    with somebody.page.expect_download() as waiting:
        somebody.button(button).click()
    download: Download = waiting.value
    assert re.fullmatch(
        r"expression-readings-[\dT-]+" + re.escape(path.suffix), download.suggested_filename
    )
    download.save_as(path)
    return path
