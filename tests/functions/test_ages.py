"""The time from capture to the screen is logged once a minute, without ids."""

from __future__ import annotations

import logging

import pytest

from functions.ages import AGE_MAX, Ages
from tests.functions.conftest import App


def test_a_minute_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """The log gets one line a minute: the number, the median and the 95th percentile."""
    caplog.set_level(logging.INFO)
    at = 1000.0
    ages = Ages(lambda: at)
    ages.note([*range(1, 100), 10 * AGE_MAX, -5])
    at += 59
    ages.note([])
    assert caplog.messages == []
    at += 1
    ages.note([7])
    assert caplog.messages == ["101 readings shown: p50 50 ms, p95 95 ms after capture"]
    at += 60
    ages.note([])
    assert caplog.messages[1:] == ["1 readings shown: p50 7 ms, p95 7 ms after capture"]
    at += 600
    ages.note([])
    assert len(caplog.messages) == 2


def test_ages_ride_on_the_heartbeat_and_name_nobody(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    """Two people's ages become one line; a value that is no list of numbers is refused."""
    caplog.set_level(logging.INFO)
    ada, zoe = (app.join(room, name="Ada Lovelace") for room in (app.room(), app.room()))
    for who, ages in ((ada, [800, 900]), (zoe, [2_000_000])):
        assert app.member("heartbeat", who, {"ages": ages}).status == 200
    wrongs: list[object] = ["800", [0.5], [True], [None], [1] * 17, {}]
    for wrong in wrongs:
        answer = app.member("heartbeat", ada, {"ages": wrong})
        assert (answer.status, answer.body["error"]) == (400, "invalid-field"), wrong
    app.clock.advance(60)
    assert app.member("heartbeat", ada).status == 200
    (line,) = [m for m in caplog.messages if "readings shown" in m]
    assert line == f"3 readings shown: p50 900 ms, p95 {AGE_MAX} ms after capture"
