"""The time of the tests: only a test moves it, for the app and for its storage.

No verdict then depends on how fast the machine is. `TEST_CLOCK_OFFSET` (seconds) starts it at
another time, `STORAGE_DELAY_MS` makes each of the storage's answers take so long; the verdicts
stay the same.
"""

from __future__ import annotations

import math
import os
import struct
import threading
import time
from pathlib import Path
from typing import Final

from functions.clock import Clock

# Twenty seconds into a minute and an hour, so that no slot ends unless a test ends it; this hour,
# because SDKs ask the machine's own clock whether what they sign is not too far from now.
_START: Final = time.time() // 3600 * 3600 + 20 + float(os.environ.get("TEST_CLOCK_OFFSET", "0"))
_PRELOAD: Final = Path(__file__).with_name("storage_clock.cjs")


class TestClock:
    """A time that a test moves.

    Attributes:
        jumps: sleeping moves it at once. Otherwise sleeping takes its while and moves nothing,
            as races need it: who waits for others must not use up their patience meanwhile.
    """

    __test__ = False  # it is no class of tests

    def __init__(self, storage: StorageClock | None = None) -> None:
        self.jumps = False
        self._now = _START
        self._set = 0.0
        self._lock = threading.Lock()
        self._storage = storage
        self.advance(0)

    def now(self) -> float:
        """Seconds since the epoch, as the functions' clock shows it."""
        return self._now + self._set

    def monotonic(self) -> float:
        """Seconds that have passed, however the clock was set."""
        return self._now

    def set_by(self, seconds: float) -> None:
        """Set the functions' clock: no time passes, and the storage keeps its own."""
        self._set += seconds

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass, for the app and for the storage."""
        with self._lock:
            self._now += seconds
            if self._storage:
                self._storage.set(self._now)

    def sleep(self, seconds: float) -> None:
        """Advance by `seconds` if `jumps`, else really wait."""
        if self.jumps:
            self.advance(seconds)
        else:
            time.sleep(seconds)

    @property
    def milliseconds(self) -> int:
        """Milliseconds since the epoch, as in messages."""
        return round(self.now() * 1000)

    def for_app(self) -> Clock:
        """The clock that the composition root takes."""
        return Clock(self.now, self.monotonic, self.sleep)


class StorageClock:
    """The time of an Azurite process: the machine's until `set` is called.

    Args:
        file: where it is written, for the process to read.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(math.nan)

    def set(self, now: float) -> None:
        """Set the time in seconds since the epoch; NaN means the machine's time."""
        told = struct.pack("<d", now * 1000)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, told, 0)
        finally:
            os.close(descriptor)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which Azurite uses this clock."""
        return {"TEST_CLOCK": str(self._file), **slow_storage()}


def slow_storage() -> dict[str, str]:
    """The environment variables that delay Azurite's answers by `STORAGE_DELAY_MS`."""
    return {"NODE_OPTIONS": f'--require "{_PRELOAD}"'}
