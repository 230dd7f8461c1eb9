"""Three people in a call with the embedded reader and a real photograph."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from playwright.sync_api import expect

from local.stack import Stack
from tests.browser.conftest import CAMERA_SIZE, Person, Photograph, as_painted, frames_left, meet
from tests.waiting import until

_PLACES = """(tile) => {
  const emoji = tile.querySelector('.badge-emoji');
  if (!emoji) return null;
  const video = tile.querySelector('video');
  const [badge, box] = [emoji, video].map((one) => one.getBoundingClientRect().toJSON());
  return { badge, box, fit: getComputedStyle(video).objectFit };
}"""
LEFT = Photograph(x=-60, y=0, side=400)
RIGHT = Photograph(x=280, y=40, side=400)
SMALL = Photograph(x=180, y=160, side=230)


def assert_badge_at_face(viewer: Person, other: Person, photograph: Photograph) -> None:
    """The emoji's middle lies at most a face's width beside the face, mirrored for oneself."""
    tile = viewer.tile(other)
    places = viewer.asks_until(
        lambda: tile.evaluate(as_painted(_PLACES)), f"{viewer.name} sees an emoji at {other.name}"
    )
    badge, box = places["badge"], places["box"]
    scales = (box["width"] / CAMERA_SIZE[0], box["height"] / CAMERA_SIZE[1])
    scale = max(scales) if places["fit"] == "cover" else min(scales)
    width, height = CAMERA_SIZE[0] * scale, CAMERA_SIZE[1] * scale
    x, y, face_width, face_height = photograph.face
    if viewer is other:
        x = 1 - x - face_width
    face_x = box["x"] + (box["width"] - width) / 2 + (x + face_width / 2) * width
    face_y = box["y"] + (box["height"] - height) / 2 + y * height
    badge_x, badge_y = badge["x"] + badge["width"] / 2, badge["y"] + badge["height"] / 2
    who = f"{other.name} seen by {viewer.name}"
    assert abs(badge_x - face_x) <= 1.5 * face_width * width, who
    assert abs(badge_y - face_y) <= face_height * height, who


def test_three_people_see_each_others_smile_at_the_face(
    real_stack: Stack, person: Callable[..., Person]
) -> None:
    """Once all are read, each smile is on all three screens, on its own tile, at its own face."""
    places = {person("Ada"): LEFT, person("Zoë"): RIGHT, person("Kim"): SMALL}
    meet(real_stack, *places)
    for somebody, photograph in places.items():
        somebody.show(photograph)
    for viewer, other in product(places, places):
        viewer.sees_moving_video_of(other)

    for viewer in places:
        for other, photograph in places.items():
            viewer.sees(other, "happiness", asked_by=viewer)
            assert_badge_at_face(viewer, other, photograph)
    until(lambda: frames_left(real_stack) == [], "every frame is deleted")


def test_each_face_of_a_picture_gets_its_own_emoji(
    real_stack: Stack, person: Callable[..., Person]
) -> None:
    """Two faces before one camera show two emojis, apart from each other; no face says so."""
    ada, zoe = person("Ada"), person("Zoë")
    meet(real_stack, ada, zoe)
    ada.show(Photograph(x=-40, y=60, side=330), Photograph(x=310, y=60, side=330))
    zoe.sees_moving_video_of(ada)
    emojis = zoe.badges(ada).locator(".badge-emoji")
    places = "emojis => emojis.length === 2 && emojis.map((e) => e.getBoundingClientRect().x)"
    left, right = ada.asks_until(
        lambda: emojis.evaluate_all(as_painted(places)), "both faces have an emoji"
    )
    assert abs(left - right) > 100
    ada.show()
    told = zoe.tile(ada).get_by_text("No face found")
    ada.asks_until(told.is_visible, "that there is no face is said")
    expect(zoe.badges(ada)).to_have_count(0)
