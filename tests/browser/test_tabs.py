"""The same person in a second tab of the same browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from tests.browser.conftest import Person, meet


def test_a_second_tab_says_so_and_may_join_all_the_same(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The lobby of a second tab says that another tab is in the call, until that one leaves."""
    ada = person("Ada")
    meet(scripted_stack, ada)
    again = Person("Ada again", ada.context.new_page(), ada.context, ada.errors)
    again.page.goto(ada.link)
    note = again.page.get_by_text("in this call in another tab already")
    expect(note).to_be_visible()
    again.join(ada.link)
    expect(ada.tile(again)).to_be_visible()
    again.button("Leave call").click()
    expect(again.button("Join again")).to_be_visible()
    again.page.reload()  # the lobby; "Join again" passes it by
    expect(note).to_be_visible()
    ada.page.close()
    expect(note).to_have_count(0)
    again.page.close()


@pytest.mark.parametrize(("width", "height"), [(360, 740), (740, 360)])
def test_three_people_see_each_other_on_phones(
    scripted_stack: Stack, person: Callable[..., Person], width: int, height: int
) -> None:
    """On a phone, upright or on its side, three tiles fit the window without overlap."""
    people = [person(name, width=width, height=height) for name in ("Ada", "Zoë", "Kim")]
    meet(scripted_stack, *people)
    for viewer in people:
        for other in people:
            viewer.sees_moving_video_of(other)
        boxes = viewer.boxes(*(viewer.tile(other) for other in people))
        for box in boxes:
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height
            assert min(box["width"], box["height"]) >= 90
        for number, one in enumerate(boxes):
            for two in boxes[:number]:
                beside = one["x"] >= two["x"] + two["width"] or two["x"] >= one["x"] + one["width"]
                below = one["y"] >= two["y"] + two["height"] or two["y"] >= one["y"] + one["height"]
                assert beside or below
    expect(people[0].page.get_by_role("group", name=re.compile("Ada|Zoë|Kim"))).to_have_count(3)
