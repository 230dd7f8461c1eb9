"""The Azure Face reader: Azure finds the faces, and a few resources also score expressions.

API: https://learn.microsoft.com/rest/api/face/face-detection-operations/detect-from-stream
Errors: https://learn.microsoft.com/azure/ai-services/computer-vision/reference-face-error-codes

The `emotion` attribute was retired on 30 June 2023: an ordinary resource refuses it (400 or 403).
The process remembers this, and the embedded classifier scores the faces that Azure finds. Azure
does not say what it refused. So a refusal counts as one of `emotion` if the same request without it
succeeds.
"""

from __future__ import annotations

import email.utils
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import requests
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError

from functions.clock import SYSTEM_CLOCK, Clock
from functions.connections import session
from functions.contract import FACES_MAX, Expression, Face, UnreadError, UnreadReason
from functions.reader.image import LARGEST, PixelBox, Pixels, decode_frame, fractions
from functions.reader.jpeg import baseline

TURNED_AWAY_DEGREES = 45  # yaw or pitch; beyond it one half of the face hides the other

_SCOPE = "https://cognitiveservices.azure.com/.default"
_ATTRIBUTES = "headPose,blur,exposure,occlusion,qualityForRecognition"
_ATTEMPTS = 3
_CONNECT_TIMEOUT = 2.0  # seconds
_PAUSE = 0.2  # seconds before the second attempt if Azure names none; then it doubles
_REST_MAX = 60.0  # seconds: the longest pause that Azure may ask for
_IMAGE_FAULTS = {"InvalidImage", "InvalidImageSize"}
_REFUSALS = {
    401: "refuses the credentials: look at AZURE_FACE_KEY, or give the app's identity the role "
    "Cognitive Services User",
    403: "forbids the request: look at the quota and the network rules of the resource at "
    "AZURE_FACE_ENDPOINT",
    404: "is not at this address: look at AZURE_FACE_ENDPOINT",
    415: "does not take JPEG: look at AZURE_FACE_ENDPOINT",
}

ReadBoxes = Callable[[Pixels, Sequence[PixelBox]], tuple[Face, ...]]
"""Scores the faces at the given boxes of a picture, in the same order."""


class _PassingError(Exception):
    """A failure that may pass: try again, after `pause` seconds if Azure named them."""

    def __init__(self, cause: str, pause: float | None = None) -> None:
        super().__init__(cause)
        self.pause = pause


class _RefusedError(Exception):
    """Azure will answer the same request the same way."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True)
class _Detected:
    """One face as Azure reports it."""

    box: PixelBox
    emotion: Mapping[Expression, float] | None
    unreadable: UnreadReason | None

    @classmethod
    def parse(cls, item: Any) -> _Detected:
        """Read one element of the answer.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it differs from the API's documents.
        """
        rectangle, attributes = item["faceRectangle"], item["faceAttributes"]
        left, top, width, height = (
            float(rectangle[side]) for side in ("left", "top", "width", "height")
        )
        return cls((left, top, width, height), _emotion(attributes), _unreadable(attributes))


class AzureFaceReader:
    """Reads faces with an Azure Face resource; safe to share between threads.

    Args:
        endpoint: the resource's address, `https://NAME.cognitiveservices.azure.com`.
        credential: its key, or an identity with the role Cognitive Services User.
        read_boxes: scores the faces if Azure does not.
        patience: seconds one frame may take, all attempts together.
        clock: measures these seconds, and waits.
    """

    def __init__(
        self,
        endpoint: str,
        credential: str | TokenCredential,
        read_boxes: ReadBoxes,
        patience: float,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._url = f"{endpoint}/face/v1.0/detect"
        self._credential = credential
        self._read_boxes = read_boxes
        self._patience = patience
        self._clock = clock
        self._session = session()
        self._emotion_retired = False
        self._resume_at = 0.0  # monotonic; Azure asked for no calls before it
        self._complaint = ""

    @property
    def name(self) -> str:
        return "azure-face+embedded" if self._emotion_retired else "azure-face"

    def read(self, image: bytes) -> tuple[Face, ...]:
        """See `FaceReader.read`."""
        frame = baseline(image)  # without metadata: it stays private
        pixels = decode_frame(frame)
        detected = self._detect(frame, deadline=self._clock.monotonic() + self._patience)
        height, width = pixels.shape[:2]
        detected = [face for face in detected if _fits(face.box, width, height)]
        detected.sort(key=lambda face: face.box[2] * face.box[3], reverse=True)
        readable = [face for face in detected if face.unreadable is None][:FACES_MAX]
        if detected and not readable:
            raise UnreadError(detected[0].unreadable or UnreadReason.BLURRED)
        if any(face.emotion is None for face in readable):
            self._emotion_retired = True
            return self._read_boxes(pixels, [face.box for face in readable])
        return tuple(
            Face(fractions(face.box, width, height), face.emotion)
            for face in readable
            if face.emotion is not None
        )

    def _detect(self, image: bytes, deadline: float) -> list[_Detected]:
        emotion = not self._emotion_retired  # a copy: another thread may change it
        try:
            try:
                detected = self._attempt(image, deadline, emotion=emotion)
            except _RefusedError as refused:
                if not emotion or refused.status not in (400, 403) or refused.code in _IMAGE_FAULTS:
                    raise
                detected = self._attempt(image, deadline, emotion=False)
                self._emotion_retired = True
                logging.info("Azure Face has retired emotion: the embedded classifier scores")
        except _RefusedError as refused:
            if refused.code in _IMAGE_FAULTS:
                raise UnreadError(UnreadReason.UNREADABLE) from refused
            wrong = _REFUSALS.get(refused.status, "refuses the request")
            self._complain(f"Azure Face {wrong} ({refused})")
            raise UnreadError(UnreadReason.READER_UNAVAILABLE) from refused
        except _PassingError as error:
            logging.warning("Azure Face: %s", error)
            raise UnreadError(UnreadReason.READER_UNAVAILABLE) from error
        self._complaint = ""
        return detected

    def _complain(self, complaint: str) -> None:
        """Log a lasting failure once; log it again when it changes or comes back."""
        if complaint != self._complaint:
            self._complaint = complaint
            logging.error(complaint)

    def _attempt(self, image: bytes, deadline: float, *, emotion: bool) -> list[_Detected]:
        """Call Azure up to `_ATTEMPTS` times, pausing as it asks, until the deadline."""
        failure = _PassingError("it asked for a pause")
        resume_at = self._resume_at
        for attempt in range(_ATTEMPTS):
            pause = max(0.0, resume_at - self._clock.monotonic())
            if self._clock.monotonic() + pause >= deadline:
                break
            self._clock.sleep(pause)
            try:
                return self._call(image, deadline, emotion=emotion)
            except _PassingError as error:
                failure, now = error, self._clock.monotonic()
                if error.pause is None:
                    resume_at = now + _PAUSE * 2**attempt * random.uniform(1, 1.5)
                else:
                    resume_at = now + error.pause
                    self._resume_at = min(resume_at, now + _REST_MAX)
        raise failure

    def _call(self, image: bytes, deadline: float, *, emotion: bool) -> list[_Detected]:
        """Call Azure once.

        Raises:
            _PassingError, _RefusedError
        """
        # Half of the patience, so that after a call that hangs there is time for another.
        wait = min(max(0.1, deadline - self._clock.monotonic()), self._patience / 2)
        try:
            response = self._session.post(
                self._url,
                params={
                    "returnFaceId": "false",
                    "returnFaceAttributes": f"emotion,{_ATTRIBUTES}" if emotion else _ATTRIBUTES,
                    "detectionModel": "detection_01",
                    "recognitionModel": "recognition_04",  # qualityForRecognition needs it
                },
                data=image,
                headers={"Content-Type": "application/octet-stream"} | self._authorization(),
                timeout=(min(_CONNECT_TIMEOUT, wait), wait),
                allow_redirects=False,  # a frame must go to no other server
            )
        except requests.RequestException as error:
            raise _PassingError(type(error).__name__) from error
        if response.status_code in (408, 429) or response.status_code >= 500:
            pause = _retry_after(response, self._clock.now())
            raise _PassingError(f"status {response.status_code}", pause)
        if response.status_code != 200:
            raise _RefusedError(response.status_code, _error_code(response))
        try:
            return _parsed(response.json())
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise _PassingError("an answer that is cut off or has another form") from error

    def _authorization(self) -> dict[str, str]:
        if isinstance(self._credential, str):
            return {"Ocp-Apim-Subscription-Key": self._credential}
        try:
            return {"Authorization": f"Bearer {self._credential.get_token(_SCOPE).token}"}
        except AzureError as error:
            raise _RefusedError(401, type(error).__name__) from error


def _emotion(attributes: Mapping[str, Any]) -> Mapping[Expression, float] | None:
    """Azure's eight scores under our names, scaled to sum to 1."""
    given = attributes.get("emotion")
    if given is None:
        return None
    scores = {expression: float(given[expression.value]) for expression in Expression}
    total = sum(scores.values())
    if not total > 0:
        raise ValueError("no score at all")
    return {expression: score / total for expression, score in scores.items()}


def _unreadable(attributes: Mapping[str, Any]) -> UnreadReason | None:
    """Why no expression can honestly be read from this face; None if one can."""
    pose = attributes.get("headPose") or {}
    if max(abs(float(pose.get(angle, 0))) for angle in ("yaw", "pitch")) > TURNED_AWAY_DEGREES:
        return UnreadReason.TURNED_AWAY
    blur = str((attributes.get("blur") or {}).get("blurLevel", "")).lower()
    exposure = str((attributes.get("exposure") or {}).get("exposureLevel", "")).lower()
    quality = str(attributes.get("qualityForRecognition", "")).lower()
    covered = attributes.get("occlusion") or {}
    if (
        blur == "high"
        or (exposure in ("underexposure", "overexposure") and quality == "low")
        or (covered.get("eyeOccluded") and covered.get("mouthOccluded"))
    ):
        return UnreadReason.BLURRED
    return None


def _parsed(faces: object) -> list[_Detected]:
    """The faces of an answer's JSON; raises as `_Detected.parse` does."""
    if not isinstance(faces, list):
        raise TypeError("not a list")
    return [_Detected.parse(face) for face in faces]


def _fits(box: PixelBox, width: int, height: int) -> bool:
    """Whether the box shows at least one pixel of the picture, and is not much larger than it.

    The crop of a giant box would fill the memory.
    """
    left, top, w, h = box
    if not max(w, h) <= LARGEST * max(width, height):
        return False
    return min(left + w, width) - max(left, 0) >= 1 and min(top + h, height) - max(top, 0) >= 1


def _retry_after(response: requests.Response, now: float) -> float | None:
    """Seconds to wait, from `Retry-After`: a number or a date (RFC 9110 §10.2.3), always UTC."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)


def _error_code(response: requests.Response) -> str:
    """The innermost code of Azure's error object."""
    try:
        error = response.json()["error"]
        return str((error.get("innererror") or error)["code"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return "without a code"
