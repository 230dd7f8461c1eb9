"""Which frames were taken lately: an upload ticket is good for one reading, not for many."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class ReplayCache:
    """Remembers names for as long as a ticket for them can be used again.

    In this instance's memory alone: a mark in the storage would cost each frame a write.
    """

    def __init__(self, keep: float, now: Callable[[], float] = time.time) -> None:
        """Remembers nothing yet.

        Args:
            keep: seconds a name is remembered.
            now: seconds since the epoch.
        """
        self._keep = keep
        self._now = now
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}  # name to when it was seen first, the oldest in front

    def is_first(self, name: str) -> bool:
        """Whether the name was not seen within `keep` seconds; it is from now on."""
        with self._lock:
            now = self._now()
            while self._seen and now - (oldest := next(iter(self._seen.items())))[1] > self._keep:
                del self._seen[oldest[0]]
            if name in self._seen:
                return False
            self._seen[name] = now
            return True
