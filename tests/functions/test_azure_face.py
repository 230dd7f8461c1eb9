"""The frame function with Azure Face gives a result for every documented answer."""

from __future__ import annotations

import email.utils
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.clock import TestClock
from tests.functions.conftest import App
from tests.functions.stub_face import KEY, RETIRED, StubFace, error, face
from tests.functions.stub_server import Response

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()
LIFETIME = 60  # seconds; half of it is Azure's
TURNED = {"headPose": {"pitch": 0.0, "roll": 0.0, "yaw": -52.0}}
LOOKING_DOWN = {"headPose": {"pitch": -47.5, "roll": 0.0, "yaw": 0.0}}
BLURRED = {"blur": {"blurLevel": "High", "value": 0.91}}
DARK = {
    "exposure": {"exposureLevel": "underExposure", "value": 0.1},
    "qualityForRecognition": "low",
}
COVERED = {"occlusion": {"foreheadOccluded": False, "eyeOccluded": True, "mouthOccluded": True}}


@pytest.fixture
def azure() -> Iterator[StubFace]:
    """A present-day resource, without `emotion`, that finds the smile."""
    with StubFace(face()) as stub:
        yield stub


class Camera:
    """A participant whose frames are read one after the other."""

    def __init__(self, app: App) -> None:
        self.app = app
        app.clock.jumps = True  # nobody else is waited for
        self.who = app.join(app.room())

    def frame(self, image: bytes = SMILE) -> dict[str, Any]:
        """Upload and read one more frame; returns its message, and checks that it is deleted."""
        name = self.app.upload(self.who, image)
        (action,) = self.app.trigger(name)
        assert action["groupName"] == self.who.room
        assert self.app.frames() == []
        (message,) = action["arguments"]
        return {"target": action["target"], **message}

    def unread(self, image: bytes = SMILE) -> str:
        """The reason why one more frame is unread."""
        said = self.frame(image)
        assert said["target"] == "unread"
        return str(said["reason"])


@pytest.fixture
def camera(make_app: Callable[..., App]) -> Callable[[StubFace], Camera]:
    """Makes a camera read by a resource."""

    def make(azure: StubFace, **more: str) -> Camera:
        settings = {
            "FACE_READER": "azure",
            "AZURE_FACE_ENDPOINT": azure.url + "/",
            "AZURE_FACE_KEY": KEY,
            "FRAME_LIFETIME_SECONDS": str(LIFETIME),
        }
        return Camera(make_app(**(settings | more)))

    return make


MakeCamera = Callable[..., Camera]


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The log's errors and warnings."""
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR]


def test_a_resource_that_answers_emotion_is_used_as_is(camera: MakeCamera) -> None:
    """Azure's eight scores are used under our names, and the classifier is not called."""
    scores = {
        "anger": 0.5,
        "contempt": 0.2,
        "disgust": 0.1,
        "fear": 0.08,
        "happiness": 0.06,
        "neutral": 0.03,
        "sadness": 0.02,
        "surprise": 0.01,
    }
    with StubFace(face(emotion=scores), emotion=True) as azure:
        said = camera(azure).frame()
    (read,) = said["faces"]
    assert read["scores"] == scores
    assert read["expression"] == "anger"
    assert read["box"] == {"x": 0.3477, "y": 0.1406, "width": 0.1875, "height": 0.1875}
    assert said["reader"] == "azure-face"
    assert azure.asked_for_emotion == [True]


def test_a_retired_emotion_is_asked_for_once(azure: StubFace, camera: MakeCamera) -> None:
    """After the first refusal of `emotion`, Azure finds the face and the classifier scores it."""
    one = camera(azure)
    for _ in range(3):
        said = one.frame()
        assert said["faces"][0]["expression"] == "happiness"
        assert said["faces"][0]["box"]["x"] == 0.3477
        assert said["reader"] == "azure-face+embedded"
    assert azure.asked_for_emotion == [True, False, False, False]


def test_the_refusal_is_remembered_from_a_frame_without_a_face(camera: MakeCamera) -> None:
    """A refusal of `emotion` is remembered even if that frame shows no face."""
    with StubFace() as azure:
        one = camera(azure)
        assert [one.unread(), one.unread()] == ["no-face"] * 2
    assert azure.asked_for_emotion == [True, False, False]


@pytest.mark.parametrize(
    "refusal",
    [RETIRED, error(400, "BadArgument"), error(400, "InvalidArgument"), error(403, "403")],
    ids=["UnsupportedFeature", "BadArgument", "InvalidArgument", "without words"],
)
def test_any_refusal_that_ends_without_emotion_was_meant_for_it(
    azure: StubFace, camera: MakeCamera, refusal: Response
) -> None:
    """A refusal counts as one of `emotion` if the same request without it succeeds."""
    azure.next = [refusal]
    one = camera(azure)
    assert one.frame()["target"] == "reading"
    assert one.frame()["target"] == "reading"
    assert azure.asked_for_emotion == [True, False, False]


def test_an_answer_without_emotion_is_scored_here(azure: StubFace, camera: MakeCamera) -> None:
    """If the answer lacks `emotion`, the classifier scores the face."""
    azure.next = [Response.json([face()])]
    one = camera(azure)
    assert one.frame()["reader"] == "azure-face+embedded"
    one.frame()
    assert azure.asked_for_emotion == [True, False]


@pytest.mark.parametrize(
    ("refusal", "setting"),
    [
        (error(401, "401"), "AZURE_FACE_KEY"),
        (error(403, "403"), "AZURE_FACE_ENDPOINT"),
        (error(404, "ResourceNotFound"), "AZURE_FACE_ENDPOINT"),
        (error(415, "InvalidMediaType"), "AZURE_FACE_ENDPOINT"),
        (error(400, "BadArgument"), "Azure Face"),
        (error(301, "Moved", Location="/elsewhere"), "Azure Face"),
    ],
    ids=["401", "403", "404", "415", "400", "301"],
)
def test_a_permanent_refusal_is_said_once_by_its_setting(
    azure: StubFace,
    camera: MakeCamera,
    caplog: pytest.LogCaptureFixture,
    refusal: Response,
    setting: str,
) -> None:
    """A permanent refusal is not retried, each frame is unread, and the log has one line."""
    azure.next = [refusal] * 9
    one = camera(azure)
    assert [one.unread(), one.unread()] == ["reader-unavailable"] * 2
    assert len(azure.requests) <= 4  # with and without the attribute that may be the reason
    (complaint,) = errors(caplog)
    assert setting in complaint
    assert KEY not in caplog.text


def test_a_complaint_comes_again_after_all_was_well(
    azure: StubFace, camera: MakeCamera, caplog: pytest.LogCaptureFixture
) -> None:
    """A refusal after a success is logged again."""
    one = camera(azure)
    for _ in range(2):
        azure.next = [error(401, "401")]
        assert one.unread() == "reader-unavailable"
        assert one.frame()["target"] == "reading"
    assert len(errors(caplog)) == 2


@pytest.mark.parametrize("key", ["", "f" * 32], ids=["no identity", "wrong key"])
def test_wrong_credentials_are_named(
    azure: StubFace,
    camera: MakeCamera,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
) -> None:
    """The log names the setting for a wrong key and for an identity without a token."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/token")
    monkeypatch.setenv("IDENTITY_HEADER", "x")
    one = camera(azure, AZURE_FACE_KEY=key, AZURE_CLIENT_ID="client")
    assert one.unread() == "reader-unavailable"
    (complaint,) = errors(caplog)
    assert "AZURE_FACE_KEY" in complaint


PASSING = {
    "408": error(408, "OperationTimeOut"),
    "429 for no time": error(429, "RateLimitExceeded", Retry_After="0"),
    "429 without Retry-After": error(429, "RateLimitExceeded"),
    "429 until no date": error(
        429, "RateLimitExceeded", Retry_After=f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT"
    ),
    "500": error(500, "InternalServerError"),
    "503 without a body": Response(503),
    "truncated": Response.json([face()] * 9),
    "half a JSON": Response(200, b'[{"faceRectangle": {"left": 1'),
    "HTML": Response(200, b"<html></html>"),
    "another form": Response.json([{"rectangle": 1}]),
    "no attributes": Response.json([face() | {"faceAttributes": None}]),
    "no list": Response.json({}),
    "deep JSON": Response(200, b"[" * 9_999),
    "no score at all": Response.json([face(emotion=dict.fromkeys(["anger"], 1))]),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=list(PASSING))
def test_a_passing_fault_is_tried_again(
    azure: StubFace, camera: MakeCamera, fault: Response
) -> None:
    """After two faults in a row the third attempt still gives a reading in time."""
    if fault is PASSING["truncated"]:
        fault = Response(fault.status, fault.body, fault.headers, truncated=True)
    azure.next = [fault, fault]
    assert camera(azure).frame()["target"] == "reading"


def test_a_fault_that_stays_is_given_up(
    azure: StubFace, camera: MakeCamera, caplog: pytest.LogCaptureFixture
) -> None:
    """After three failed attempts the frame is `reader-unavailable`."""
    azure.next = [error(500, "InternalServerError")] * 9
    assert camera(azure).unread() == "reader-unavailable"
    assert len(azure.requests) == 3
    assert not errors(caplog)


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's time zone is New York's."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "EST5EDT,M3.2.0,M11.1.0")  # by its name it needs the system's tzdata
        time.tzset()
        assert time.timezone == 5 * 3600
        yield
    time.tzset()


@pytest.mark.usefixtures("far_away")
@pytest.mark.parametrize("form", ["seconds", "date", "date without a zone"])
def test_retry_after_is_waited_for(
    azure: StubFace, camera: MakeCamera, clock: TestClock, form: str
) -> None:
    """The next call waits for Retry-After, given in seconds or as a date in UTC."""
    times: list[float] = []

    def busy() -> Response:
        times.append(clock.now())
        date = email.utils.formatdate(clock.now() + 2, usegmt=True)
        if form == "date without a zone":
            date = time.asctime(time.gmtime(clock.now() + 2))
        return error(429, "RateLimitExceeded", Retry_After="2" if form == "seconds" else date)

    def served() -> Response:
        times.append(clock.now())
        return Response.json([face()])

    azure.next = [busy, served]
    assert camera(azure).frame()["target"] == "reading"
    assert times[1] - times[0] == pytest.approx(2)


def test_a_long_retry_after_keeps_later_frames_away_too(
    azure: StubFace, camera: MakeCamera, clock: TestClock
) -> None:
    """During a long Retry-After no frame waits and none calls Azure."""
    azure.next = [error(429, "RateLimitExceeded", Retry_After="120")]
    one = camera(azure)
    began = clock.now()
    assert [one.unread(), one.unread()] == ["reader-unavailable"] * 2
    assert clock.now() - began == 2 * one.app.slot, "nothing was waited for"
    assert len(azure.requests) == 1
    clock.advance(60)
    assert one.frame()["target"] == "reading"


def test_a_resource_that_hangs_is_given_up_in_time(
    azure: StubFace, camera: MakeCamera, clock: TestClock
) -> None:
    """Two calls without an answer use up the frame's time; then it is unread."""
    over = threading.Event()

    def hang() -> Response:
        clock.advance(lifetime / 4)  # as long as the app waits for it
        over.wait()
        return Response(500)

    lifetime = 8
    azure.next = [hang] * 9
    one = camera(azure, FRAME_LIFETIME_SECONDS=str(lifetime))
    try:
        assert one.unread() == "reader-unavailable"
    finally:
        over.set()
    assert len(azure.requests) == 2


def test_a_resource_whose_answer_drips_is_given_up_in_time(
    azure: StubFace, camera: MakeCamera, clock: TestClock
) -> None:
    """An answer whose bytes come one by one is given up as one that never comes."""

    def drip() -> Response:
        clock.advance(0.25)
        return replace(Response.json([face()], x_padding="x" * 100), drips=True)

    azure.next = [drip] * 9
    assert camera(azure, FRAME_LIFETIME_SECONDS="1").unread() == "reader-unavailable"


def test_a_resource_that_is_slow_still_serves(
    azure: StubFace, camera: MakeCamera, clock: TestClock
) -> None:
    """An answer after a quarter of the frame's lifetime gives a reading."""

    def slow() -> Response:
        clock.advance(LIFETIME / 4)
        return Response.json([face()])

    azure.next = [slow]
    assert camera(azure).frame()["target"] == "reading"
    assert len(azure.requests) == 1


def test_a_resource_that_is_not_there_is_told(azure: StubFace, camera: MakeCamera) -> None:
    """If nothing listens at the address, the frame is unread."""
    one = camera(azure, AZURE_FACE_ENDPOINT="http://127.0.0.1:9")
    assert one.unread() == "reader-unavailable"


@pytest.mark.parametrize("code", ["InvalidImage", "InvalidImageSize"])
def test_an_image_azure_cannot_read_is_unreadable(
    azure: StubFace, camera: MakeCamera, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    """Azure's refusal of an image is not retried, and the log has no line about the resource."""
    azure.next = [error(400, code)]
    assert camera(azure).unread() == "unreadable"
    assert len(azure.requests) == 1
    assert not errors(caplog)


def test_an_image_that_is_none_costs_no_call(azure: StubFace, camera: MakeCamera) -> None:
    """Bytes that are no picture are refused without a call to Azure."""
    assert camera(azure).unread(b"\xff\xd8\xff" + b"x" * 2000) == "unreadable"
    assert azure.requests == []


@pytest.mark.parametrize("emotion", [True, False], ids=["old resource", "new resource"])
def test_faces_come_largest_first_and_eight_at_most(camera: MakeCamera, emotion: bool) -> None:
    """Each of many faces has its own box and scores; boxes end at the picture's edge."""
    sizes = [40, 90, 60, 50, 70, 80, 30, 100, 45, 55]
    boxes = [
        {"left": 30 * k - 20, "top": 100, "width": s, "height": s} for k, s in enumerate(sizes)
    ]
    outside = {"left": 600, "top": -300, "width": 50, "height": 50}
    with StubFace(*map(face, [*boxes, outside]), emotion=emotion) as azure:
        read = camera(azure).frame()["faces"]
    widths = [one["box"]["width"] * 512 for one in read]
    assert widths == pytest.approx([100, 90, 80, 70, 60, 55, 50, 45], abs=0.1)
    assert all(0 <= one["box"]["x"] <= 1 for one in read)


def test_a_face_much_larger_than_the_picture_is_none(camera: MakeCamera) -> None:
    """A giant box is dropped before it is cropped; the face beside it is read."""
    giant = {"left": -50_000, "top": -50_000, "width": 100_000, "height": 100_000}
    with StubFace(face(giant), face()) as azure:
        (read,) = camera(azure).frame()["faces"]
    assert read["expression"] == "happiness"


def test_no_face_is_told(camera: MakeCamera) -> None:
    """An empty answer is the unread `no-face`."""
    with StubFace() as azure:
        assert camera(azure).unread() == "no-face"


@pytest.mark.parametrize("emotion", [True, False], ids=["old resource", "new resource"])
@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        (TURNED, "turned-away"),
        (LOOKING_DOWN, "turned-away"),
        (BLURRED, "blurred"),
        (DARK, "blurred"),
        (COVERED, "blurred"),
    ],
    ids=["turned", "looking down", "blurred", "dark", "covered"],
)
def test_a_face_that_cannot_be_read_honestly_is_not_read(
    camera: MakeCamera, attributes: dict[str, Any], reason: str, emotion: bool
) -> None:
    """A face that is turned, blurred or small is unread with its reason, whoever scores."""
    with StubFace(face(**attributes), emotion=emotion) as azure:
        assert camera(azure).unread() == reason


def test_readable_faces_are_read_beside_others(camera: MakeCamera) -> None:
    """A face that is turned away does not prevent the reading of another."""
    large = {"left": 0, "top": 0, "width": 170, "height": 170}
    with StubFace(face(large, **TURNED), face()) as azure:
        (read,) = camera(azure).frame()["faces"]
    assert read["expression"] == "happiness"


def test_only_the_image_goes_to_azure(azure: StubFace, camera: MakeCamera) -> None:
    """The request holds the JPEG and the attributes, and no id of a room or participant."""
    one = camera(azure)
    one.frame()
    for request in azure.requests:
        assert request.body == SMILE
        said = f"{request.path} {request.query} {request.headers}"
        assert one.who.room not in said
        assert one.who.participant not in said
