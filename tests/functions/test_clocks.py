"""The functions' clock is set while a call goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from azure.core.exceptions import HttpResponseError

from tests.functions.conftest import App, ScriptedReader
from tests.functions.test_device_readings import tell

HOUR = 3600


@pytest.mark.parametrize("step", [-HOUR, -400, 60])
def test_a_clock_that_is_set_throws_nobody_out(app: App, step: int) -> None:
    """Tickets and seats survive a clock that is set back or forward during a call."""
    ada = app.join(app.room())
    app.clock.set_by(step)
    assert app.member("heartbeat", ada).status == 200
    assert tell(app, ada).status == 202


def test_a_used_frame_stays_used_whatever_the_clock_says(app: App) -> None:
    """Setting the clock does not make the replay cache forget a frame."""
    ada = app.join(app.room())
    assert tell(app, ada).status == 202
    app.clock.set_by(60)
    zoe = app.join(app.room())
    assert tell(app, zoe).status == 202  # what is over is forgotten with each reading
    app.clock.set_by(-60)
    app.clock.advance(-app.slot)
    again = app.member("tell_reading", ada, {"reason": "no-face", "mode": "open"})
    assert (again.status, again.body["error"]) == (429, "too-many-readings")


@pytest.mark.parametrize(
    ("ahead", "reason"), [(-100, "no-face"), (8, "no-face"), (12, "late")], ids=str
)
def test_a_clock_ahead_of_the_storages_takes_frames_for_late(
    make_app: Callable[..., App], ahead: int, reason: str
) -> None:
    """Frames are read while the functions' clock is less than a frame's lifetime ahead."""
    app = make_app(ScriptedReader())
    ada = app.join(app.room())
    app.clock.set_by(ahead)
    (sent,) = app.trigger(app.upload(ada, b"a picture"))
    assert sent["arguments"][0]["reason"] == reason


def test_a_clock_two_minutes_behind_the_storages_signs_tickets_that_are_over(app: App) -> None:
    """The storage takes no upload with a ticket that ended before it was signed."""
    ada = app.join(app.room())
    app.clock.set_by(-125)
    with pytest.raises(HttpResponseError):
        app.upload(ada, b"a picture")


def test_a_clock_seventy_six_seconds_ahead_of_the_storages_takes_all_for_absent(app: App) -> None:
    """A seat that was taken just now counts as one without a sign of life."""
    app.clock.set_by(76)
    ada = app.join(app.room())
    assert app.member("heartbeat", ada).status == 404
