"""The time, for all code that asks for it; tests pass a clock that they move."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """The time of day, elapsed time, and waiting; all in seconds.

    Attributes:
        now: since the epoch; two instances may differ, and the system may set it.
        monotonic: since some moment; it never runs backwards, so it measures waiting.
        sleep: waits for this many seconds.
    """

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


SYSTEM_CLOCK = Clock()
