"""Counts the frames of one address, each of them once.

A page may ask again for what it was given already, and a request may be refused afterwards. Counted
each time, one participant could use up the frames of everybody else behind their address.
"""

from __future__ import annotations

from collections.abc import Sequence

from functions.limits import Limits
from functions.replay_cache import ReplayCache


class FrameCounts:
    """Counts frames and devices' readings by their names; safe to share between threads."""

    def __init__(self, limits: Limits, counted: ReplayCache) -> None:
        """Takes the limits, and an empty cache that remembers names for as long as they return."""
        self._limits = limits
        self._counted = counted

    def spend(self, address: str, names: Sequence[str]) -> int:
        """Count those that were not counted yet, all or none of them; returns how many.

        Raises:
            ApiError: 429 `too-many-frames`.
        """
        new = [name for name in names if not self._counted.knows(name)]
        if new:
            self._limits.spend("frames-per-address", address, len(new))
            for name in new:
                self._counted.is_first(name)
        return len(new)
