"""Readings that participants' own devices made: how they are checked, and who is sent them.

A page may send any scores of its own face, as it could send any picture. The functions still work
out expression and confidence from the scores, and set the time.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from functions import hub
from functions.audience import Audience
from functions.clock import Clock
from functions.contract import (
    DEVICE,
    FACES_MAX,
    ApiError,
    Box,
    Correction,
    Expression,
    Face,
    FrameName,
    Reading,
    RoomMode,
    Unread,
    UnreadReason,
)
from functions.fields import bool_field, choice_field, fraction_field, int_field, wrong_field
from functions.replay_cache import ReplayCache

_ATTEMPTS = 4  # requests in one slot, refused ones included; a page makes one
_EDGE = 1.001  # a box may end here: rounding its sides to four digits may pass 1 by a little


class DeviceReadings:
    """Decides what happens to a reading that a page made.

    A participant has one reading in each time slot. Each instance counts in its own memory, because
    a write to the storage would cost more than all the other work. Another instance may accept a
    second reading. It has the same frame name, and a page takes each frame once.
    """

    def __init__(self, *, audience: Audience, slot: float, lifetime: float, clock: Clock) -> None:
        """Takes its collaborators.

        Args:
            audience: says who consents, and who is sent what.
            slot: seconds from one reading of a participant to the next.
            lifetime: seconds, the greatest age of a picture whose reading may be sent.
            clock: the time now, and the seconds that have passed.
        """
        self._audience = audience
        self._slot = slot
        self._lifetime = lifetime
        self._now = clock.now
        # The slots that had their reading already, and the requests in each.
        self._slots = ReplayCache(2 * slot, clock.monotonic)
        self._attempts = ReplayCache(2 * slot, clock.monotonic)

    def require_attempt(self, frame: FrameName) -> None:
        """Count a request in this slot; a refused one leaves the slot to another.

        A flood is refused before anything is looked up: the look-ups of others would wait for it.

        Raises:
            ApiError: 429 `too-many-readings`.
        """
        if self._attempts.seen_before(frame.path) >= _ATTEMPTS or self._slots.knows(frame.path):
            raise self._too_many()

    def actions(self, frame: FrameName, body: Mapping[str, Any]) -> list[hub.Action]:
        """The messages for a page's reading; none if its participant withdrew or is not here.

        As of a frame, nothing is sent of a picture from before a withdrawal, although they agree
        again.

        Args:
            frame: the name for the current slot.
            body: `mode` is the mode that the page showed. Either `reason`, or `faces` (largest
                first, each with `box`, `scores` and `unsure`), `age` (ms since the picture was
                taken) and perhaps `correction`. It is an age because a page's clock may be wrong.

        Raises:
            ApiError: 400 `invalid-field`; 429 `too-many-readings`.
            AzureError, StaleError: as for the reading of a frame.
        """
        standing = self._audience.standing(frame, self._taken(body))
        if not standing.scope.value():
            return []
        open_shown = choice_field(body, "mode", RoomMode) is RoomMode.OPEN
        result = self._result(frame, body)
        if not self._slots.is_first(frame.path):
            raise self._too_many()
        what = "read" if isinstance(result, Reading) else result.reason
        logging.info("frame %s: %s by its device", frame.number, what)
        return self._audience.of(result, standing, open_shown=open_shown)

    def _taken(self, body: Mapping[str, Any]) -> datetime:
        """When the picture was taken, in whole seconds as the storage's times."""
        age = body.get("age")
        if not isinstance(age, int) or not 0 <= age <= self._lifetime * 1000:
            age = 0  # `_result` refuses it
        return datetime.fromtimestamp(int(self._now() - age / 1000), UTC)

    def _too_many(self) -> ApiError:
        return ApiError(
            429,
            "too-many-readings",
            "You were read a moment ago. Try again in a moment.",
            retry_after=math.ceil(self._slot),
        )

    def _result(self, frame: FrameName, body: Mapping[str, Any]) -> Reading | Unread:
        if "reason" in body:
            return Unread(frame, choice_field(body, "reason", UnreadReason))
        read_at = int(self._now() * 1000)
        age = int_field(body, "age", minimum=0, maximum=int(self._lifetime * 1000))
        return Reading(frame, read_at - age, read_at, _corrected(_faces(body), body), DEVICE)


def _faces(body: Mapping[str, Any]) -> tuple[Face, ...]:
    value = body.get("faces")
    if not isinstance(value, list) or not 1 <= len(value) <= FACES_MAX:
        wrong_field("faces", f"a list of 1 to {FACES_MAX} faces")
    return tuple(map(_face, value))


def _face(value: object) -> Face:
    if not isinstance(value, dict):
        wrong_field("faces", "objects with box, scores and unsure")
    box, scores = value.get("box"), value.get("scores")
    if not isinstance(box, dict) or not isinstance(scores, dict) or set(scores) != set(Expression):
        wrong_field("faces", "of each face a box, and a score for each of the eight expressions")
    try:
        return Face(
            _box(box),
            {expression: fraction_field(scores, expression) for expression in Expression},
            unsure=bool_field(value, "unsure"),
        )
    except ValueError:
        wrong_field("scores", "numbers that sum to 1")


def _box(value: Mapping[str, Any]) -> Box:
    x, y, width, height = (fraction_field(value, side) for side in ("x", "y", "width", "height"))
    if not (width and height and x + width <= _EDGE and y + height <= _EDGE):
        wrong_field("box", "a rectangle inside the picture")
    return Box(x, y, width, height)


def _corrected(faces: tuple[Face, ...], body: Mapping[str, Any]) -> tuple[Face, ...]:
    """The faces, with their person's own word if there is one."""
    if "correction" not in body:
        return faces
    text = body["correction"]
    correction = Correction.parse(text) if isinstance(text, str) else None
    if correction is None:
        wrong_field("correction", "INSTEAD:EXPRESSION")
    return correction.apply(faces)
