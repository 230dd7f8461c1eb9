"""A frame is drawn and encoded outside the page's own thread if the browser can do so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.contract import Expression
from local.stack import Stack
from tests.browser.conftest import Person, meet

# With one of these missing on the page's own thread, what is left must do.
_NO_DRAWING = "delete globalThis.OffscreenCanvas;"
_NO_VIDEO_FRAME = "delete globalThis.VideoFrame;"
_NO_WORKER = "delete globalThis.Worker;"
_SILENT_WORKER = (
    "globalThis.Worker = class extends EventTarget { postMessage() {} terminate() {} };"
)


@pytest.mark.parametrize(
    "missing",
    [_NO_DRAWING, _NO_DRAWING + _NO_VIDEO_FRAME, _NO_WORKER, _SILENT_WORKER],
    ids=["the page draws nothing", "no VideoFrame", "no worker", "a worker that never answers"],
)
def test_a_frame_is_read_whatever_the_browser_lacks(
    scripted_stack: Stack, person: Callable[..., Person], missing: str
) -> None:
    """A worker draws the frame; if there is none, or it fails, the page draws it."""
    ada = person("Ada")
    ada.page.add_init_script(missing)
    meet(scripted_stack, ada)
    ada.look(Expression.SURPRISE)
    ada.sees(ada, Expression.SURPRISE, asked_by=ada)


def test_a_worker_that_cannot_be_loaded_is_done_without(
    scripted_stack: Stack, person: Callable[..., Person], tolerated: list[str]
) -> None:
    """Reading continues if the worker's file is gone, as after a new deployment."""
    tolerated.append("capture.worker")
    ada = person("Ada")
    ada.page.route("**/*capture.worker*", lambda route: route.abort())
    meet(scripted_stack, ada)
    ada.look(Expression.ANGER)
    ada.sees(ada, Expression.ANGER, asked_by=ada)


def test_each_frame_tells_what_it_cost_the_page(
    scripted_stack: Stack, person: Callable[..., Person]
) -> None:
    """The browser's performance timeline holds the time of each capture on the page's thread."""
    ada = person("Ada")
    meet(scripted_stack, ada)
    ada.look(Expression.SURPRISE)
    ada.sees(ada, Expression.SURPRISE, asked_by=ada)
    # One for each frame: where a machine is slow, she is asked again before the emoji shows.
    assert ada.page.evaluate("performance.getEntriesByName('capture', 'measure').length") >= 1
