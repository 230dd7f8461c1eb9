"""The functions' clock is set while a call goes on."""

from __future__ import annotations

import pytest

from tests.functions.conftest import App
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
