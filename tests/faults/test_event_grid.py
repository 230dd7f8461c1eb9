"""Event Grid delivers twice, out of order, or late, to the local host's real webhook."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from local.azurite import Creation
from local.event_grid import EventGrid
from local.product import product_stack
from local.stack import Stack
from tests.faults.conftest import APP, LIFETIME, SETTINGS, Report
from tests.faults.stream import Fault, Stream

BRIEF = 10  # s; a lifetime in which a slow machine, too, reads a frame that is told at once
LATE = 11.5  # s; the storage keeps creation times in whole seconds
UNORDERED = 0.5  # s; so much later than the next event of its person one comes
FAULT = 3.0  # s


class UnreliableEventGrid(EventGrid):
    """Does what Event Grid may do: https://learn.microsoft.com/azure/event-grid/delivery-and-retry."""

    mode: ClassVar[str] = "once"
    held: ClassVar[dict[str, Creation]] = {}  # an event by its person, until their next one

    def publish(self, creation: Creation) -> None:
        """Takes one new blob."""
        if creation.container != "frames":
            return
        person = creation.blob.rpartition("/")[0]
        if self.mode == "late":
            self._later(LATE, creation)
        elif self.mode == "unordered" and person not in self.held:
            self.held[person] = creation
        else:
            for _ in range(3 if self.mode == "three times" else 1):
                super().publish(creation)
            if (earlier := self.held.pop(person, None)) is not None:
                self._later(UNORDERED, earlier)

    def _later(self, seconds: float, creation: Creation) -> None:
        timer = threading.Timer(seconds, super().publish, [creation])
        timer.daemon = True
        timer.start()


@pytest.fixture(params=[LIFETIME], scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A stack with that Event Grid; its frames live so many seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("local.stack.EventGrid", UnreliableEventGrid)
        settings = {**SETTINGS, "FRAME_LIFETIME_SECONDS": str(request.param)}
        with product_stack(app=APP, site=None, settings=settings) as running:
            yield running


def unreliable(mode: str) -> Fault:
    """Event Grid does so for a while."""

    async def fault() -> None:
        UnreliableEventGrid.mode = mode
        await asyncio.sleep(FAULT)
        UnreliableEventGrid.mode = "once"

    return fault


def test_events_that_come_three_times_are_told_once(
    stack: Stack, frames: int, report: Report
) -> None:
    """Each event is delivered three times at once; every frame is read and sent once."""
    account = asyncio.run(Stream(stack).run(frames, unreliable("three times")))
    report("events three times", account)
    account.check(frames)
    assert account.endings == {"reading": frames}


def test_events_in_any_order_are_all_read(stack: Stack, frames: int, report: Report) -> None:
    """Of each person every other event overtakes the one before, and every frame is read."""
    account = asyncio.run(Stream(stack).run(frames, unreliable("unordered"), waits=False))
    report("events in any order", account)
    account.check(frames)
    assert account.endings == {"reading": frames}
    everybody = [[f for f in account.frames if f.sender == person] for person in account.people]
    assert any(
        [f.number for f in sorted(sent, key=lambda f: f.heard[f.sender][0].received_at)]
        != [f.number for f in sorted(sent, key=lambda f: f.at)]
        for sent in everybody
    ), "no two frames of one person were told out of order"


@pytest.mark.parametrize("stack", [BRIEF], indirect=True)
def test_events_that_come_late_are_told_as_late(stack: Stack, frames: int, report: Report) -> None:
    """A frame whose event comes after its lifetime is deleted and sent as `late`."""
    account = asyncio.run(Stream(stack).run(frames, unreliable("late")))
    report(f"events {LATE} s late", account)
    account.check(frames)
    assert account.endings["late"] > 0
