"""Waits for a condition outside the test, up to a limit that no working machine reaches.

The bound is no limit of speed. It only turns what never happens into a failure with words.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final, TypeVar

Met = TypeVar("Met")

PATIENCE: Final = float(os.environ.get("TEST_PATIENCE", "150"))
"""Seconds after which what did not happen is taken to never happen, in every test."""


def until(condition: Callable[[], Met], what: str, patience: float = PATIENCE) -> Met:
    """The condition's first true result. After `patience` seconds it fails, and names `what`."""
    deadline = time.monotonic() + patience
    while not (met := condition()):
        assert time.monotonic() < deadline, f"did not happen within {patience:.0f} s: {what}"
        time.sleep(0.02)
    return met
