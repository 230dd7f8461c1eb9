"""Each part of the stack is killed with -9 in the middle of a stream of frames, and comes back."""

from __future__ import annotations

import asyncio

import pytest

from local.stack import Name, Stack
from tests.faults.conftest import Report
from tests.faults.stream import Stream


@pytest.mark.parametrize("part", ["functions", "signalr", "azurite"])
def test_a_killed_part_loses_what_was_in_flight_at_most(
    stack: Stack, frames: int, report: Report, part: Name
) -> None:
    """Each person loses at most the frame in flight; all other readings reach everybody.

    Azurite writes what it did every five seconds: a frame it deleted just before may come back, and
    is told again.
    """

    async def kill() -> None:
        life = stack[part].kill()
        await asyncio.to_thread(stack[part].wait_ready, after_start=life)

    saved = part == "azurite"
    account = asyncio.run(Stream(stack).run(frames, kill, loses=True, saved=saved))
    report(f"{part} killed", account)
    account.check(frames, again=saved)
