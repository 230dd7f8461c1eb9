"""Remembers the names of recent frames and readings, so that none counts twice."""

from __future__ import annotations

import threading
from collections.abc import Callable


class ReplayCache:
    """Remembers names for some seconds after it first saw them.

    It is only this instance's memory: a mark in the storage would cost a write for each frame.
    """

    def __init__(self, keep: float, monotonic: Callable[[], float]) -> None:
        """Remembers nothing yet.

        Args:
            keep: seconds a name is remembered.
            monotonic: seconds that have passed, however a clock is set.
        """
        self._keep = keep
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # Name to when it was seen first, the oldest in front, and how often since.
        self._seen: dict[str, tuple[float, int]] = {}

    def is_first(self, name: str) -> bool:
        """Whether the name was not seen within `keep` seconds; remembers it."""
        return self.seen_before(name) == 0

    def seen_before(self, name: str) -> int:
        """How often the name was seen within `keep` seconds of its first time; counts this one."""
        with self._lock:
            now = self._forget_old()
            first, times = self._seen.get(name, (now, 0))
            self._seen[name] = (first, times + 1)
            return times

    def knows(self, name: str) -> bool:
        """Whether the name was seen within `keep` seconds; does not remember it."""
        with self._lock:
            self._forget_old()
            return name in self._seen

    def _forget_old(self) -> float:
        now = self._monotonic()
        while self._seen and now - (oldest := next(iter(self._seen.items())))[1][0] > self._keep:
            del self._seen[oldest[0]]
        return now
