"""A participant's clock is wrong by an hour."""

from __future__ import annotations

import asyncio
import time

import pytest

from local.stack import Stack
from tests.faults.conftest import LIFETIME, Report
from tests.faults.stream import Stream

HOUR = 3600


@pytest.mark.parametrize("skew", [HOUR, -HOUR], ids=["fast", "slow"])
def test_a_wrong_clock_changes_nothing(
    stack: Stack, frames: int, report: Report, skew: int
) -> None:
    """Every frame is read, and shown as taken within its lifetime."""

    async def nothing() -> None:
        pass

    stream = Stream(stack, clocks=lambda: time.time() + skew)
    account = asyncio.run(stream.run(frames, nothing))
    report(f"clock wrong by {skew / HOUR:+.0f} h", account)
    account.check(frames)
    assert account.endings == {"reading": frames}
    for frame in account.frames:
        reading = frame.heard[frame.sender][0].payload
        # It is read within its lifetime, and taken at most a lifetime before it came.
        assert 0 <= reading["readAt"] - reading["capturedAt"] <= (2 * LIFETIME + 1) * 1000
