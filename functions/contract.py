"""What travels between the browser and the functions: pure data and its JSON, no I/O.

`frontend/src/contract.ts` mirrors this file; `tests/contract/*.json` hold one example of every
message and are loaded by both test suites. Times are integer milliseconds since the Unix epoch.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NoReturn, TypeVar

FRAMES_CONTAINER = "frames"
ANONYMOUS_FROM = (
    3  # people who agree to be read; among fewer, a score that names nobody still tells whose
)
FRAME_MAX_BYTES = 1_000_000  # a 640 px JPEG is 30 to 100 kB
# px, checked in the header before anything is allocated. A progressive JPEG of 20 kB makes its
# decoder hold 8 bytes a pixel: 32 MB at this side, and 512 MB of memory read four frames at once.
FRAME_MAX_SIDE = 2048
NAME_MAX_LENGTH = 60
SIGNAL_MAX_BYTES = 64_000  # an offer with its candidates is 3 to 20 kB
SIGNAL_MAX_DEPTH = 8  # objects within objects; the Functions host reads 64 at most
UPLOADS_MAX = 8  # upload tickets in one answer

Choice = TypeVar("Choice", bound=StrEnum)

_RANDOM_ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 random bits, base64url without padding
_FRAME_NUMBER = re.compile(r"[0-9]{13}")
_SURROGATE = re.compile("[\\ud800-\\udfff]")


class Expression(StrEnum):
    """The eight expressions a reading tells apart: the classes of FER+ and of Azure Face."""

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
    READER_UNAVAILABLE = "reader-unavailable"


class RoomMode(StrEnum):
    """Who is shown what is read of somebody; they themselves see it in every mode."""

    OPEN = "open"  # everybody in the room
    ROOM_ONLY = "room-only"  # nobody else: the room is told scores that say not whose they are


class ApiError(Exception):
    """An error the caller can act on: HTTP `status`, a stable `code`, words on what to do.

    `retry_after` is the seconds after which trying again may help. It travels in the body as well:
    a page of another origin does not get to see the header.
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
    """A frame that cannot be read, with the `reason` the room is told."""

    def __init__(self, reason: UnreadReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def is_random_id(text: str) -> bool:
    """Whether `text` has the form of a room or participant id (22 base64url characters)."""
    return _RANDOM_ID.fullmatch(text) is not None


@dataclass(frozen=True)
class FrameName:
    """Identity of one frame: whose it is, and the time slot it was promised to.

    `frame` is the slot's start in milliseconds, 13 digits, so that text order is time order.
    """

    room: str
    participant: str
    frame: str

    @property
    def path(self) -> str:
        """The blob's name inside the frames container."""
        return f"{self.room}/{self.participant}/{self.frame}.jpg"

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
                and _FRAME_NUMBER.fullmatch(file.removesuffix(".jpg"))
            ):
                return cls(room, participant, file.removesuffix(".jpg"))
        raise ValueError("not the name of a frame")


@dataclass(frozen=True)
class Claims:
    """What a participant ticket says: this person, in this room, until then, perhaps its host."""

    room: str
    participant: str
    host: bool
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
    """The scores of somebody's own word: whoever says it of themselves is sure."""
    return {e: float(e is expression) for e in Expression}


@dataclass(frozen=True)
class Face:
    """One face of a frame: where it is, and a score for each of the eight expressions (sum 1).

    `unsure` is the reader's own word that no expression is likely enough to be shown as one;
    `own_word` says that the expression is what the person said of themselves.
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

    def corrected(self, expression: Expression) -> Face:
        """This face with its person's own word in place of what was read."""
        return Face(self.box, own_scores(expression), own_word=True)

    def look_to_json(self) -> dict[str, Any]:
        """How it looks, without where it is or who says so."""
        return {
            "scores": {e.value: round(self.scores[e], 4) for e in Expression},
            "expression": self.expression.value,
            "confidence": round(self.confidence, 4),
            "unsure": self.unsure,
        }

    def to_json(self) -> dict[str, Any]:
        return {"box": self.box.to_json(), **self.look_to_json(), "ownWord": self.own_word}


@dataclass(frozen=True)
class Correction:
    """What somebody says of their own face where it was read as `instead` (None: as unsure)."""

    instead: Expression | None
    expression: Expression

    def apply(self, face: Face) -> Face:
        """The face with its person's word, if it was read as what they called wrong."""
        read_as = None if face.unsure else face.expression
        return face.corrected(self.expression) if read_as is self.instead else face

    @classmethod
    def parse(cls, text: str) -> Correction | None:
        """Read `INSTEAD:EXPRESSION`, both an expression, the first perhaps `unsure`."""
        instead, _, expression = text.partition(":")
        try:
            return cls(None if instead == "unsure" else Expression(instead), Expression(expression))
        except ValueError:
            return None


@dataclass(frozen=True)
class Reading:
    """What a frame's faces look like; `reader` names what read them."""

    target: ClassVar[str] = "reading"
    frame: FrameName
    captured_at: int
    read_at: int
    faces: tuple[Face, ...]
    reader: str

    def to_json(self) -> dict[str, Any]:
        return {
            "participant": self.frame.participant,
            "frame": self.frame.frame,
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
            "frame": self.frame.frame,
            "reason": self.reason.value,
        }


@dataclass(frozen=True)
class Participant:
    """One person in a room, as the others may see them."""

    participant: str
    name: str
    consent: bool

    def to_json(self) -> dict[str, Any]:
        return {"participant": self.participant, "name": self.name, "consent": self.consent}


@dataclass(frozen=True)
class Roster:
    """Who is in a room, and in which mode it is."""

    participants: tuple[Participant, ...]
    mode: RoomMode

    def to_json(self) -> dict[str, Any]:
        return {
            "participants": [p.to_json() for p in self.participants],
            "mode": self.mode.value,
        }


def _is_name_character(character: str) -> bool:
    """Refuses control, unassigned and bidirectional-override characters."""
    joiners = "\u200c\u200d"  # Persian, Indic scripts and composed emoji need them
    return character in joiners or unicodedata.category(character) not in {
        "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp",
    }  # fmt: skip


def _wrong_field(field: str, wanted: str) -> NoReturn:
    raise ApiError(400, "invalid-field", f"{field}: send {wanted}.")


def text_field(body: Mapping[str, Any], field: str, *, max_length: int) -> str:
    """The text at `field`, 1 to `max_length` characters.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, str) or not 1 <= len(value) <= max_length or _SURROGATE.search(value):
        _wrong_field(field, f"a text of 1 to {max_length} characters")
    return value


def bool_field(body: Mapping[str, Any], field: str) -> bool:
    """The truth value at `field`.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, bool):
        _wrong_field(field, "true or false")
    return value


def int_field(body: Mapping[str, Any], field: str, *, minimum: int, maximum: int) -> int:
    """The whole number at `field`, within bounds.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if type(value) is not int or not minimum <= value <= maximum:
        _wrong_field(field, f"a whole number from {minimum} to {maximum}")
    return value


def choice_field(body: Mapping[str, Any], field: str, choices: type[Choice]) -> Choice:
    """The one of `choices` at `field`.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, str) or value not in set(choices):
        _wrong_field(field, "one of " + ", ".join(choices))
    return choices(value)


def frame_field(body: Mapping[str, Any], field: str) -> str:
    """The frame's number at `field`.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, str) or not _FRAME_NUMBER.fullmatch(value):
        _wrong_field(field, "a frame's number, 13 digits")
    return value


def object_field(body: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The object at `field`, if all can read it: Python's JSON takes more than the others'.

    A number that is none or half of a character would end the connection of whoever is sent it.

    Raises:
        ApiError: 400 `invalid-field`.
    """
    value = body.get(field)
    if not isinstance(value, dict) or not _is_plain(value, SIGNAL_MAX_DEPTH):
        _wrong_field(field, f"an object of plain JSON, at most {SIGNAL_MAX_DEPTH} levels deep")
    return value


def _is_plain(value: object, depth: int) -> bool:
    match value:
        case dict():
            return depth > 0 and all(_is_plain(v, depth - 1) for v in (*value, *value.values()))
        case list():
            return depth > 0 and all(_is_plain(v, depth - 1) for v in value)
        case str():
            return not _SURROGATE.search(value)
        case float():
            return math.isfinite(value)
    return True


def participant_name(body: Mapping[str, Any]) -> str:
    """The name somebody joins with: one line, 1 to 60 visible characters, outer blanks cut.

    Raises:
        ApiError: 400 `invalid-name`.
    """
    value = body.get("name")
    name = " ".join(value.split()) if isinstance(value, str) else ""
    visible = any(unicodedata.category(character)[0] in "LNPS" for character in name)
    if not (visible and len(name) <= NAME_MAX_LENGTH and all(map(_is_name_character, name))):
        raise ApiError(
            400, "invalid-name", f"name: send 1 to {NAME_MAX_LENGTH} visible characters."
        )
    return name
