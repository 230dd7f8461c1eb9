"""The limits on how often something may be done, and other numbers for them.

A deployment reads this with whatever Python is there, so it needs no package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

_MINUTE, _HOUR = 60, 3600
MOST_USES = 50_000
"""The greatest number: an append blob, which counts them, takes so many appends."""


@dataclass(frozen=True)
class Limit:
    """How often something may be done.

    Attributes:
        most: uses allowed in one slot.
        slot: the slot's length in seconds.
        code: the error code of a refusal.
        free: uses that each instance allows in addition, and counts only in its memory.
    """

    most: int
    slot: int
    code: str
    free: int = 0


LIMITS: Mapping[str, Limit] = {
    "rooms-per-address": Limit(60, _HOUR, "too-many-rooms"),
    "rooms": Limit(2000, _HOUR, "too-many-rooms"),
    "joins-per-address": Limit(60, _MINUTE, "too-many-joins"),
    "joins-per-room": Limit(120, _MINUTE, "too-many-joins"),
    "frames-per-address": Limit(2400, _MINUTE, "too-many-frames", free=240),
    "knocks-per-address": Limit(6, _MINUTE, "too-many-knocks"),
    "knocks-per-room": Limit(20, _MINUTE, "too-many-knocks"),
    "captures-per-participant": Limit(20, _MINUTE, "too-many-captures"),
    "captures-per-room": Limit(60, _MINUTE, "too-many-captures"),
    "openings-per-room": Limit(3, _MINUTE, "too-many-changes"),
    "announcements-per-participant": Limit(60, _MINUTE, "too-many-messages"),
    "signals-per-participant": Limit(600, _MINUTE, "too-many-messages"),
}
"""The defaults; a deployment may set other numbers."""


def other_numbers(text: str) -> dict[str, int]:
    """Numbers that replace those in `LIMITS`, by the limit's name, from JSON.

    Raises:
        ValueError: the text is no JSON of known limits, each with a whole number from 1 to 50,000.
    """
    try:
        numbers = json.loads(text or "{}")
    except RecursionError:
        numbers = None
    if not isinstance(numbers, dict) or not all(
        name in LIMITS and type(most) is int and 1 <= most <= MOST_USES
        for name, most in numbers.items()
    ):
        raise ValueError("no numbers of limits")
    return numbers
