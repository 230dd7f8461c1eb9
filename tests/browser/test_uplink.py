"""How much of a picture is sent: what the other page shows of it."""

from __future__ import annotations

from collections.abc import Callable

from local.stack import Stack
from tests.browser.conftest import CONNECTIONS, Person, meet
from tests.browser.test_truth import HIDE
from tests.waiting import until

_SCALE = """
  () => connections.at(-1).getSenders().find(({ track }) => track?.kind === 'video')
    ?.getParameters().encodings[0]?.scaleResolutionDownBy
"""


def test_a_page_is_sent_no_more_of_a_picture_than_it_shows(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """A small window gets a smaller picture than a large one, a hidden page the smallest."""
    ada, zoe = person("Ada"), person("Zoë")
    zoe.context.add_init_script(CONNECTIONS)
    meet(scripted_stack, ada, zoe)
    ada.sees_moving_video_of(zoe)

    def lines() -> float:
        """Of the 480 of Zoë's camera, those that her page sends."""
        return 480 / (zoe.page.evaluate(_SCALE) or 1)

    until(lambda: 360 <= lines() < 480, "half of a large window gets most of the picture")
    ada.page.set_viewport_size({"width": 360, "height": 400})
    until(lambda: 90 < lines() <= 180, "half of a small window gets some of the picture")
    ada.page.evaluate(HIDE, True)
    until(lambda: lines() == 90, "a hidden page gets the smallest picture")
    ada.page.evaluate(HIDE, False)
    ada.page.set_viewport_size({"width": 1000, "height": 720})
    until(lambda: 360 <= lines() < 480, "the large window gets most of the picture again")
    ada.sees_moving_video_of(zoe)
