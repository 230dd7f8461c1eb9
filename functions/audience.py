"""Who hears what was read: decided when it is sent, by the room's mode of the last half second.

In an open room everybody does. In room-only mode a reading goes to whose face it is alone; the
room gets each face's scores under a name that leads back to nobody, and not even those while
fewer than three people agree to be read, since then they would say whose they are.
"""

from __future__ import annotations

import base64
import hmac
import logging
from typing import Any

from azure.core.exceptions import AzureError

from functions import hub
from functions.ahead import Ahead
from functions.contract import (
    ANONYMOUS_FROM,
    ApiError,
    Box,
    Expression,
    Face,
    FrameName,
    Reading,
    RoomMode,
    Unread,
    own_scores,
)
from functions.rooms import Rooms

_SOMEWHERE = Box(0, 0, 1, 1)  # where a face is, nobody is told


class Audience:
    """Addresses readings and corrections."""

    def __init__(self, rooms: Rooms, key: str) -> None:
        self._rooms = rooms
        self._key = key.encode()

    def of(self, result: Reading | Unread, mode: Ahead[RoomMode]) -> list[hub.Action]:
        """What became of a frame, to all who may hear it; where nobody can say who, to its owner.

        Nobody but its owner needs to know of an unread frame in room-only mode.
        """
        frame = result.frame
        own = hub.own_outcome(result)
        try:
            if mode.value() is RoomMode.OPEN:
                return [hub.outcome(result)]
            faces = result.faces if isinstance(result, Reading) else ()
            return [own, *self._anonymous(frame, [face.look_to_json() for face in faces])]
        except ApiError:  # the room is gone
            return []
        except AzureError as error:  # its text may hold the room
            logging.error("frame %s: no mode: %s", frame.frame, type(error).__name__)
            return [own]

    def of_correction(self, frame: FrameName, expression: Expression) -> list[hub.Action]:
        """A person's own word for the largest face of their frame.

        Raises:
            ApiError: 404 `unknown-room`.
        """
        if self._rooms.mode(frame.room) is RoomMode.OPEN:
            return [hub.corrected(frame, expression)]
        looks = [Face(_SOMEWHERE, own_scores(expression)).look_to_json()]
        return [hub.own_corrected(frame, expression), *self._anonymous(frame, looks)]

    def _anonymous(self, frame: FrameName, looks: list[dict[str, Any]]) -> list[hub.Action]:
        if not looks:
            return []
        agreed = {p.participant for p in self._rooms.present(frame.room) if p.consent}
        if frame.participant not in agreed or len(agreed) < ANONYMOUS_FROM:
            return []
        return [
            hub.anonymous(frame.room, self._name(frame, number), look)
            for number, look in enumerate(looks)
        ]

    def _name(self, frame: FrameName, face: int) -> str:
        """A face's name: the same for the same frame, so that saying it twice counts once."""
        digest = hmac.digest(self._key, f"face {face} of {frame.path}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
