"""How long readings take until pages show them: one log line a minute for all readings."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Sequence
from typing import Final

AGES_MAX: Final = 16  # in one heartbeat; a page sends eight frames between two heartbeats
AGE_MAX: Final = 60_000  # ms; a greater age counts as this
_EVERY: Final = 60  # s
_MOST: Final = 10_000  # ages kept in a minute; more would not change the line


class Ages:
    """The ages that pages reported to one instance; safe to share between threads."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Takes the seconds that have passed."""
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._ages: list[int] = []
        self._since = monotonic()

    def note(self, ages: Sequence[int]) -> None:
        """Add ages (ms from capture to the screen); log the last minute's when it is over."""
        ended: list[int] = []
        with self._lock:
            now = self._monotonic()
            if now - self._since >= _EVERY:
                ended, self._ages, self._since = self._ages, [], now
            room = _MOST - len(self._ages)
            self._ages += [min(max(age, 0), AGE_MAX) for age in ages][:room]
        if ended:
            ended.sort()
            logging.info(
                "%d readings shown: p50 %d ms, p95 %d ms after capture",
                len(ended),
                _quantile(ended, 0.5),
                _quantile(ended, 0.95),
            )


def _quantile(ordered: Sequence[int], share: float) -> int:
    """The value that this share of them does not exceed (nearest rank)."""
    return ordered[math.ceil(share * len(ordered)) - 1]
