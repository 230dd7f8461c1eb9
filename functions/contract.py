"""What travels between the browser and the functions: pure data and its JSON, no I/O.

Who is in a room stands in `roster.py`. `frontend/src/wire/contract.ts` mirrors both files;
`tests/contract/*.json` hold one example of every message and are loaded by both test suites. Times
are integer milliseconds since the Unix epoch.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

FRAMES_CONTAINER = "frames"
# People who agree to be read; among fewer, a nameless face can be matched to a person.
ANONYMOUS_FROM = 3
FRAME_MAX_BYTES = 1_000_000  # a 640 px JPEG is 30 to 100 kB
# px, checked in the header before anything is allocated. Decoded it is 13 MB, so an instance with
# 512 MB can read four frames at once.
FRAME_MAX_SIDE = 2048
NAME_MAX_LENGTH = 60
SIGNAL_MAX_BYTES = 64_000  # an offer with its candidates is 3 to 20 kB
SIGNAL_MAX_DEPTH = 8  # objects within objects; the Functions host reads 64 at most
UPLOADS_MAX = 8  # upload tickets in one answer
FACES_MAX = 8  # the largest faces of one picture; smaller ones are not read
DEVICE = "device"  # this `reader` means that the participant's own browser made the reading

# A frame's blob metadata, set by the participant's own browser:
CAPTURED_AT = "capturedat"  # when it took the frame, milliseconds
MODE = "mode"  # `open`, or `room-only` if its page showed that or its person agreed to no more
CORRECTION = "correction"  # the participant's own word, `INSTEAD:EXPRESSION`

_RANDOM_ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 random bits, base64url without padding
FRAME_NUMBER = re.compile(r"[0-9]{13}")


class Expression(StrEnum):
    """The eight expressions of a reading: the classes of FER+ and of Azure Face."""

    ANGER = "anger"
    CONTEMPT = "contempt"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPINESS = "happiness"
    NEUTRAL = "neutral"
    SADNESS = "sadness"
    SURPRISE = "surprise"


class UnreadReason(StrEnum):
    """Why a frame gave no reading."""

    NO_FACE = "no-face"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    LATE = "late"
    TOO_SMALL = "too-small"  # the faces, not the picture
    TOO_DARK = "too-dark"
    BLURRED = "blurred"  # too blurred, bright or covered to be read honestly
    TURNED_AWAY = "turned-away"
    CUT_OFF = "cut-off"  # partly outside the picture
    READER_UNAVAILABLE = "reader-unavailable"


class RoomMode(StrEnum):
    """Who is shown a participant's readings; the participant is, in every mode."""

    OPEN = "open"  # everybody in the room
    ROOM_ONLY = "room-only"  # no one else: the room is sent nameless faces


class ConsentScope(StrEnum):
    """Who else may be shown a participant's readings, as far as they agreed."""

    ROOM_ONLY = "room-only"  # into how the room looks, without their name
    EVERYBODY = "everybody"  # to everyone in the room, by name, where its mode is open


class Ways(StrEnum):
    """Which ways of reading a deployment has."""

    CHOICE = "choice"  # both; each participant chooses
    SERVICE = "service"  # only the service reads, from frames
    DEVICE = "device"  # only the participants' own browsers read


class DoorState(StrEnum):
    """Whether a person with the link gets a seat at once."""

    OPEN = "open"
    CLOSED = "closed"  # the person waits until a host lets them in


class ApiError(Exception):
    """An error the caller can act on: HTTP `status`, a stable `code`, and what to do.

    `retry_after` is the seconds after which another try may help. The body repeats it, because a
    page of another origin cannot see the header.
    """

    def __init__(
        self, status: int, code: str, message: str, *, retry_after: int | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def to_json(self) -> dict[str, str | int]:
        body: dict[str, str | int] = {"error": self.code, "message": self.message}
        return body if self.retry_after is None else body | {"retryAfter": self.retry_after}


class UnreadError(Exception):
    """A frame that cannot be read, with the `reason` that is sent."""

    def __init__(self, reason: UnreadReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def is_random_id(text: str) -> bool:
    """Whether `text` has the form of a room or participant id (22 base64url characters)."""
    return _RANDOM_ID.fullmatch(text) is not None


@dataclass(frozen=True)
class FrameName:
    """Identity of one frame: its room, its owner and its time slot.

    `number` is the slot's start in milliseconds, 13 digits, so that text order is time order.
    """

    room: str
    participant: str
    number: str

    @property
    def path(self) -> str:
        """The blob's name inside the frames container."""
        return f"{self.room}/{self.participant}/{self.number}.jpg"

    @classmethod
    def parse(cls, blob_name: str) -> FrameName:
        """Read `frames/ROOM/PARTICIPANT/FRAME.jpg`.

        Raises:
            ValueError: the name has another form.
        """
        match blob_name.split("/"):
            case [container, room, participant, file] if (
                container == FRAMES_CONTAINER
                and is_random_id(room)
                and is_random_id(participant)
                and file.endswith(".jpg")
                and FRAME_NUMBER.fullmatch(file.removesuffix(".jpg"))
            ):
                return cls(room, participant, file.removesuffix(".jpg"))
        raise ValueError("not the name of a frame")


@dataclass(frozen=True)
class Claims:
    """The claims of a participant ticket.

    Attributes:
        room: the room's id.
        participant: the participant's id.
        expires_at: when the ticket expires, milliseconds since the Unix epoch.
    """

    room: str
    participant: str
    expires_at: int


@dataclass(frozen=True)
class Box:
    """A face's rectangle in fractions (0 to 1) of the image's width and height, origin top left."""

    x: float
    y: float
    width: float
    height: float

    def to_json(self) -> dict[str, float]:
        return {
            "x": round(self.x, 4),
            "y": round(self.y, 4),
            "width": round(self.width, 4),
            "height": round(self.height, 4),
        }


def own_scores(expression: Expression) -> dict[Expression, float]:
    """The scores of an own word: 1 for its expression, 0 for the others."""
    return {e: float(e is expression) for e in Expression}


@dataclass(frozen=True)
class Face:
    """One face of a frame: where it is, and a score for each of the eight expressions (sum 1).

    `unsure` means that no expression is likely enough to be shown; `own_word` means that the person
    said the expression of themselves.
    """

    box: Box
    scores: Mapping[Expression, float]
    unsure: bool = False
    own_word: bool = False

    def __post_init__(self) -> None:
        if set(self.scores) != set(Expression):
            raise ValueError("a face needs a score for each of the eight expressions")
        if not math.isclose(sum(self.scores.values()), 1, abs_tol=0.01):
            raise ValueError("the scores of a face must sum to 1")

    @property
    def expression(self) -> Expression:
        """The likeliest expression."""
        return max(self.scores, key=lambda expression: self.scores[expression])

    @property
    def confidence(self) -> float:
        """The score of the likeliest expression."""
        return self.scores[self.expression]

    def appearance_to_json(self) -> dict[str, Any]:
        """How it looks: without its box, and without whether this is an own word."""
        return {
            "scores": {e.value: round(self.scores[e], 4) for e in Expression},
            "expression": self.expression.value,
            "confidence": round(self.confidence, 4),
            "unsure": self.unsure,
        }

    def nameless(self) -> Face:
        """The nameless face sent to a room: only its likeliest expression.

        Scores of four digits would identify a face that does not move, and scores of only ones and
        zeros would identify an own word. So every nameless face has the scores of an own word.
        """
        return Face(Box(0, 0, 1, 1), own_scores(self.expression))

    def to_json(self) -> dict[str, Any]:
        return {"box": self.box.to_json(), **self.appearance_to_json(), "ownWord": self.own_word}


@dataclass(frozen=True)
class Correction:
    """A person's own word for their face, where it was read as `instead` (None: as unsure)."""

    instead: Expression | None
    expression: Expression

    def apply(self, faces: tuple[Face, ...]) -> tuple[Face, ...]:
        """The faces; the first gets the own word if it was read as `instead`.

        The first is the largest, and so the camera's owner.
        """
        face, *others = faces
        if (None if face.unsure else face.expression) is not self.instead:
            return faces
        return (Face(face.box, own_scores(self.expression), own_word=True), *others)

    @classmethod
    def parse(cls, text: str) -> Correction | None:
        """Read `INSTEAD:EXPRESSION`; INSTEAD is an expression or `unsure`. None for other texts."""
        instead, _, expression = text.partition(":")
        try:
            return cls(None if instead == "unsure" else Expression(instead), Expression(expression))
        except ValueError:
            return None


@dataclass(frozen=True)
class Reading:
    """What a frame's faces look like.

    Attributes:
        frame: the frame that was read, or the slot of a device's reading.
        captured_at: when the picture was taken, milliseconds since the Unix epoch.
        read_at: when it was read, likewise.
        faces: largest first, eight at most.
        reader: the reader's name.
    """

    target: ClassVar[str] = "reading"
    frame: FrameName
    captured_at: int
    read_at: int
    faces: tuple[Face, ...]
    reader: str

    def to_json(self) -> dict[str, Any]:
        return {
            "participant": self.frame.participant,
            "frame": self.frame.number,
            "capturedAt": self.captured_at,
            "readAt": self.read_at,
            "faces": [face.to_json() for face in self.faces],
            "reader": self.reader,
        }


@dataclass(frozen=True)
class Unread:
    """A frame that gave no reading, and why."""

    target: ClassVar[str] = "unread"
    frame: FrameName
    reason: UnreadReason

    def to_json(self) -> dict[str, Any]:
        return {
            "participant": self.frame.participant,
            "frame": self.frame.number,
            "reason": self.reason.value,
        }
