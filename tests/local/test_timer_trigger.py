"""Timer triggers are called by the clock and by the admin API."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from local.functions_host.timer_trigger import Schedule
from local.signalr.access import SignalRConnection
from tests.local.conftest import HUB
from tests.local.official_client import OfficialClient


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("* * * * * *", "2026-03-01T23:58:31"),
        ("*/20 * * * * *", "2026-03-01T23:58:40"),
        ("30 * * * * *", "2026-03-01T23:59:30"),
        ("0 */5 * * * *", "2026-03-02T00:00:00"),
        ("15 */7 * * * *", "2026-03-02T00:00:15"),
        ("0 30 4 * * *", "2026-03-02T04:30:00"),
        ("31 58 23 * * *", "2026-03-01T23:58:31"),
        ("30 58 23 * * *", "2026-03-02T23:58:30"),
    ],
)
def test_a_schedule_says_when_it_is_due(schedule: str, due: str) -> None:
    """The next time is later than now, across minutes, hours and days."""
    now = datetime(2026, 3, 1, 23, 58, 30, 500_000, tzinfo=UTC)
    assert Schedule(schedule).after(now) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule", ["", "0 5 * * *", "0 0 4 * * MON", "60 * * * * *", "a * * * * *"]
)
def test_a_schedule_that_is_not_understood_is_refused(schedule: str) -> None:
    """An unknown schedule stops the start."""
    with pytest.raises(ValueError):  # noqa: PT011 - each says what is wrong in its own words
        Schedule(schedule)


def test_the_clock_calls_a_function(signalr: SignalRConnection) -> None:
    """The clock calls a timer's function repeatedly, and its output reaches the hub."""
    token = signalr.client_token(HUB, "lighthouse")
    with OfficialClient(signalr.client_url(HUB), token, "tide") as client:
        assert client.receive() == {"late": False}
        assert client.receive() == {"late": False}


def test_a_timer_is_called_by_hand(http: httpx.Client) -> None:
    """The admin API calls timers by name, and no other functions."""
    assert http.post("/admin/functions/tide", json={}).status_code == 202
    assert http.post("/admin/functions/nobody", json={}).status_code == 404
    assert http.post("/admin/functions/unload", json={}).status_code == 404
