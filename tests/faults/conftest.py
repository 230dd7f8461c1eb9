"""What the fault tests share: how long their streams are, and the table they print at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from local.product import product_stack
from local.stack import Stack
from tests.faults.stream import Account

APP = "tests.faults.marked_app:app"
LIFETIME = 60  # s; a slow machine reads a frame late, and yet well
SETTINGS = {"FRAME_SLOT_SECONDS": "0.05", "FRAME_LIFETIME_SECONDS": str(LIFETIME)}

Report = Callable[[str, Account], None]


@pytest.fixture(params=[120, pytest.param(2000, marks=pytest.mark.long)])
def frames(request: pytest.FixtureRequest) -> int:
    """How many frames a stream has; a long run has many."""
    count: int = request.param
    return count


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """A stack for this file alone, because its tests kill its parts."""
    with product_stack(app=APP, site=None, settings=SETTINGS) as running:
        yield running


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """Adds a row to the table of faults, which the end of the run prints."""

    def note(what: str, account: Account) -> None:
        endings = account.endings
        unread = ", ".join(
            f"{count} {reason}"
            for reason, count in sorted(endings.items())
            if reason not in ("reading", "untold")
        )
        record_property(
            "fault",
            f"| {what} | {len(account.frames)} | {endings['reading']} | {unread or 0} "
            f"| {endings['untold']} | {account.refused} "
            f"| {account.fault_ended - account.fault_began:.1f} | {account.silence:.1f} |",
        )

    return note
