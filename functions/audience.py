"""Who is sent a reading: decided when it is sent, by a consent and a mode at most 0.5 s old.

In an open room everybody is sent it. In room-only mode only its owner is. The room is then sent
each face's expression, without scores, under a name that leads back to no one. It is sent nothing
of an unsure face, and nothing while fewer than three people agree to be read and are in view. In an
open room, too, only the owner is sent the reading if they agreed to no more than room-only, or if
their page showed room-only when it took the frame.
"""

from __future__ import annotations

import base64
import hmac
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from azure.core.exceptions import AzureError

from functions import hub
from functions.ahead import Ahead, StaleError, together
from functions.contract import (
    ANONYMOUS_FROM,
    ApiError,
    Box,
    ConsentScope,
    Expression,
    Face,
    FrameName,
    Reading,
    RoomMode,
    Unread,
    UnreadReason,
    own_scores,
)
from functions.rooms import Rooms

THREADS: Final = 4  # for look-ups: an instance reads as many frames at once
_LOOKS: Final = 3  # tries; during a slow count, consent or mode may change


@dataclass(frozen=True)
class Standing:
    """What may be sent of a frame: look-ups of its owner's consent and of the room's mode.

    Attributes:
        scope: how far the owner agrees; None if they withdrew or left.
        mode: the room's mode; None if the look-up failed.
    """

    scope: Ahead[ConsentScope | None]
    mode: Ahead[RoomMode | None]

    @property
    def is_fresh(self) -> bool:
        """Whether both look-ups began at most 0.5 s ago."""
        return self.scope.is_fresh and self.mode.is_fresh


class Audience:
    """Addresses readings and corrections."""

    def __init__(self, rooms: Rooms, key: str, monotonic: Callable[[], float]) -> None:
        """Takes the rooms, a secret that names faces, and the seconds that have passed."""
        self._rooms = rooms
        self._key = key.encode()
        self._monotonic = monotonic
        self._threads = ThreadPoolExecutor(THREADS, "ahead")

    def standing(self, frame: FrameName, uploaded: datetime | None = None) -> Standing:
        """Begin to look up what may be sent of a frame, `uploaded` then by the storage's time."""
        # This comes before the reading: in parallel, both would compete for the interpreter.
        return Standing(
            Ahead(
                self._threads,
                partial(self._rooms.scope, frame.room, frame.participant, uploaded),
                self._monotonic,
            ),
            Ahead(self._threads, partial(self._mode, frame), self._monotonic),
        )

    def of(
        self, result: Reading | Unread, standing: Standing, *, open_shown: bool
    ) -> list[hub.Action]:
        """The messages for a frame's result; none if its owner withdrew.

        In room-only mode only the owner is sent an unread frame. While the mode cannot be looked
        up, only the owner is sent anything.

        Args:
            result: the reading, or why there is none.
            standing: what may be sent.
            open_shown: whether its owner's page showed the open mode.

        Raises:
            StaleError: the storage is too slow for its answers to count.
            AzureError: the consent cannot be looked up.
        """
        whole, own = hub.result(result), hub.own_result(result)
        faces = result.faces if isinstance(result, Reading) else ()
        return self._addressed(result.frame, standing, whole if open_shown else own, own, faces)

    def of_unknown_consent(self, frame: FrameName) -> list[hub.Action]:
        """The messages for a frame whose owner's consent cannot be looked up.

        They may have withdrawn: only they are sent that it was not read.
        """
        return [hub.own_result(Unread(frame, UnreadReason.READER_UNAVAILABLE))]

    def _addressed(
        self,
        frame: FrameName,
        standing: Standing,
        whole: hub.Action,
        own: hub.Action,
        faces: Sequence[Face],
    ) -> list[hub.Action]:
        """Decide right after the last look at consent and mode; nothing may wait in between."""
        for _ in range(_LOOKS):
            scope, mode = together(standing.scope, standing.mode)
            if not scope:
                return []
            if mode is RoomMode.OPEN:
                return [whole if scope is ConsentScope.EVERYBODY else own]
            sent = [own] if mode is None else [own, *self._nameless(frame, faces)]
            if standing.is_fresh:  # else they may have changed during the count
                return sent
        raise StaleError

    def _nameless(self, frame: FrameName, faces: Sequence[Face]) -> list[hub.Action]:
        try:
            return self._anonymous(frame, faces)
        except AzureError as error:  # its text may hold the room
            logging.error("frame %s: no count: %s", frame.number, type(error).__name__)
            return []

    def _mode(self, frame: FrameName) -> RoomMode | None:
        try:
            return self._rooms.mode(frame.room)
        except (ApiError, AzureError) as error:  # its text may hold the room
            logging.error("frame %s: no mode: %s", frame.number, type(error).__name__)
            return None

    def of_correction(
        self, frame: FrameName, expression: Expression, *, open_shown: bool
    ) -> list[hub.Action]:
        """The messages for a person's own word; they go to the people who are sent its readings.

        Args:
            frame: whose reading was wrong.
            expression: what its person says instead.
            open_shown: as for `of`, when they said it.

        Raises:
            AzureError, StaleError: as for a reading.
        """
        face = Face(Box(0, 0, 1, 1), own_scores(expression))
        whole, own = hub.corrected(frame, expression), hub.own_corrected(frame, expression)
        shown = whole if open_shown else own
        return self._addressed(frame, self.standing(frame), shown, own, (face,))

    def _anonymous(self, frame: FrameName, faces: Sequence[Face]) -> list[hub.Action]:
        if all(face.unsure for face in faces):
            return []
        # Everybody hears who is away, and of them nothing is read.
        read = {
            p.id
            for p in self._rooms.present(frame.room)
            if p.consent and (p.id == frame.participant or not p.away)
        }
        if frame.participant not in read or len(read) < ANONYMOUS_FROM:
            return []
        return [
            hub.anonymous(
                frame.room, self._name(frame, number), face.nameless().appearance_to_json()
            )
            for number, face in enumerate(faces)
            if not face.unsure
        ]

    def _name(self, frame: FrameName, face: int) -> str:
        """A face's name, always the same for one frame: pages count a repeated message once."""
        digest = hmac.digest(self._key, f"face {face} of {frame.path}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
