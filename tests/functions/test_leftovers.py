"""The timer that deletes what no event brought to an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from azure.functions.timer import TimerRequest

from tests.functions.conftest import App

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()


def test_only_frames_that_nobody_would_read_any_more_are_deleted(
    make_app: Callable[..., App],
) -> None:
    """A frame of now stays for its event; one of two lifetimes ago goes."""
    app = make_app(FRAME_LIFETIME_SECONDS="1")
    ada = app.join(app.room())
    app.upload(ada, SMILE)
    time.sleep(3.1)  # the storage keeps whole seconds
    waiting = app.upload(ada, SMILE).removeprefix("frames/")
    app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
    assert app.frames() == [waiting]
    app.storage.get_blob_client("frames", waiting).delete_blob()
