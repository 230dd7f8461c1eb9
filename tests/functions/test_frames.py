"""The frame function: every frame ends as a reading or a reason, and is deleted."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from azure.core.exceptions import AzureError
from azure.functions.blob import InputStream
from azure.storage.blob import BlobClient
from PIL import Image

from functions.ahead import FRESH
from functions.contract import Box, Expression, Face, UnreadError, UnreadReason
from tests.clock import TestClock
from tests.functions.conftest import App, Joined, ScriptedReader

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()
FACE = Face(Box(0.1, 0.2, 0.3, 0.4), dict.fromkeys(Expression, 0.125))


def blank(width: int, height: int) -> bytes:
    """A grey JPEG of this size."""
    file = io.BytesIO()
    Image.new("L", (width, height), 128).save(file, "JPEG")
    return file.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A small JPEG whose header claims another size."""
    jpeg = bytearray(blank(16, 16))
    frame_header = jpeg.index(b"\xff\xc0")  # SOF0: marker, length, precision, height, width
    jpeg[frame_header + 5 : frame_header + 9] = height.to_bytes(2) + width.to_bytes(2)
    return bytes(jpeg)


@pytest.fixture
def ada(app: App) -> Joined:
    """Somebody who agreed to be read, in a room of their own."""
    return app.join(app.room())


def test_a_smile_is_read_told_to_the_room_and_deleted(app: App, ada: Joined) -> None:
    """A real photograph gives one happy face for its room, and its blob is deleted."""
    captured_at = app.clock.milliseconds
    name = app.upload(ada, SMILE, capturedat=str(captured_at))
    (action,) = app.trigger(name)
    (reading,) = action["arguments"]
    (face,) = reading["faces"]
    assert (action["target"], action["groupName"]) == ("reading", ada.room)
    assert reading["participant"] == ada.participant
    assert reading["frame"] == Path(name).stem
    assert reading["capturedAt"] == captured_at
    assert captured_at < reading["readAt"] == app.clock.milliseconds
    assert face["expression"] == "happiness"
    assert sum(face["scores"].values()) == pytest.approx(1, abs=0.001)
    assert app.frames() == []


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (blank(640, 480), "no-face"),
        (b"", "unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unreadable"),
        (SMILE[: len(SMILE) // 2], "unreadable"),
        (b"\xff\xd8\xff" + b"garbage" * 1000, "unreadable"),
        (SMILE + b"x" * 7_000_000, "too-large"),
        (claiming(30_000, 30_000), "too-large"),
        (claiming(5_000, 100), "too-large"),
    ],
    ids=["no face", "empty", "svg", "truncated", "garbage", "7 MB", "30000 px", "5000 px"],
)
def test_a_frame_that_cannot_be_read_says_why(
    app: App, ada: Joined, image: bytes, reason: str
) -> None:
    """Each kind of bad upload is sent to the room with its reason, and deleted."""
    name = app.upload(ada, image)
    (action,) = app.trigger(name)
    assert action["target"] == "unread"
    assert action["arguments"] == [
        {"participant": ada.participant, "frame": Path(name).stem, "reason": reason}
    ]
    assert app.frames() == []


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (RuntimeError("a bug"), "reader-unavailable"),
        (MemoryError(), "reader-unavailable"),
        (UnreadError(UnreadReason.READER_UNAVAILABLE), "reader-unavailable"),
    ],
)
def test_a_reader_that_fails_is_told_and_the_frame_deleted(
    make_app: Callable[..., App], failure: Exception, reason: str
) -> None:
    """If the reader raises, the room gets `unread` and the frame is deleted."""
    app = make_app(ScriptedReader(failure))
    (action,) = app.trigger(app.upload(app.join(app.room()), SMILE))
    assert action["arguments"][0]["reason"] == reason
    assert app.frames() == []


def test_a_late_frame_is_deleted_unread(make_app: Callable[..., App]) -> None:
    """A frame older than its lifetime is deleted unread."""
    reader = ScriptedReader((FACE,))
    app = make_app(reader)
    name = app.upload(app.join(app.room()), SMILE)
    app.clock.advance(12)
    (action,) = app.trigger(name)
    assert action["arguments"][0]["reason"] == "late"
    assert reader.reads == 0
    assert app.frames() == []


def test_a_reader_that_takes_too_long_does_not_show_an_old_face(
    make_app: Callable[..., App], clock: TestClock
) -> None:
    """A frame whose lifetime ends during the reading is `late`."""

    class SlowReader(ScriptedReader):
        def read(self, image: bytes) -> tuple[Face, ...]:
            clock.advance(2.1)
            return super().read(image)

    app = make_app(SlowReader((FACE,)), FRAME_LIFETIME_SECONDS="2")
    (action,) = app.trigger(app.upload(app.join(app.room()), SMILE))
    assert action["arguments"][0]["reason"] == "late"
    assert app.frames() == []


def test_when_nobody_can_say_who_consents_nothing_is_read(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the participant's record the frame is not read; only its owner is told."""
    reader = ScriptedReader((FACE,))
    app = make_app(reader)
    ada = app.join(app.room())
    name = app.upload(ada, SMILE)

    def away(*_: object) -> None:
        raise AzureError("storage is away")

    monkeypatch.setattr("functions.rooms.Rooms.scope", away)
    (action,) = app.trigger(name)
    assert action["arguments"][0]["reason"] == "reader-unavailable"
    assert action["userId"] == ada.participant
    assert "groupName" not in action
    assert reader.reads == 0
    assert app.frames() == []


def test_withdrawing_counts_for_frames_already_uploaded(make_app: Callable[..., App]) -> None:
    """A ticket signed before the withdrawal still uploads, but the frame is deleted unread."""
    reader = ScriptedReader((FACE,))
    app = make_app(reader)
    ada = app.join(app.room())
    signed_before = BlobClient.from_blob_url(app.upload_url(ada))
    app.member("set_consent", ada, {"consent": False})
    signed_before.upload_blob(SMILE)
    name = f"frames/{signed_before.blob_name}"
    assert app.trigger(name) == []
    assert reader.reads == 0
    assert app.frames() == []


@pytest.mark.parametrize("result", [(FACE,), (), UnreadError(UnreadReason.READER_UNAVAILABLE)])
def test_withdrawing_counts_while_a_frame_is_being_read(
    make_app: Callable[..., App], clock: TestClock, result: tuple[Face, ...] | Exception
) -> None:
    """After a withdrawal during a slow reading nothing is sent, not even a failure."""

    class SlowReader(ScriptedReader):
        def read(self, image: bytes) -> tuple[Face, ...]:
            app.member("set_consent", ada, {"consent": False})
            clock.advance(FRESH + 0.1)
            return super().read(image)

    app = make_app(SlowReader(result))
    ada = app.join(app.room())
    assert app.trigger(app.upload(ada, SMILE)) == []
    assert app.frames() == []


def test_leaving_counts_for_frames_already_uploaded(make_app: Callable[..., App]) -> None:
    """A frame of a participant who left is deleted unread."""
    reader = ScriptedReader((FACE,))
    app = make_app(reader)
    ada = app.join(app.room())
    name = app.upload(ada, SMILE)
    app.member("leave_room", ada, participant=ada.participant)
    assert app.trigger(name) == []
    assert reader.reads == 0
    assert app.frames() == []


def test_the_same_frame_twice_is_read_once(app: App, ada: Joined) -> None:
    """Two deliveries of one event, both with the picture, give one reading and no error."""
    name = app.upload(ada, SMILE)
    events = [InputStream(data=SMILE, name=name, length=len(SMILE)) for _ in range(2)]
    with ThreadPoolExecutor(2) as hosts:
        actions = [action for told in hosts.map(app.read, events) for action in told]
    assert [action["target"] for action in actions] == ["reading"]
    assert app.frames() == []


def test_an_upload_ticket_used_again_is_read_once(
    make_app: Callable[..., App], caplog: pytest.LogCaptureFixture
) -> None:
    """A frame that a used ticket creates again is deleted, and nothing is sent."""
    reader = ScriptedReader((FACE,))
    app = make_app(reader)
    ada = app.join(app.room())
    ticket = BlobClient.from_blob_url(app.upload_url(ada))
    name = f"{ticket.container_name}/{ticket.blob_name}"
    told = []
    for _ in range(13):
        ticket.upload_blob(SMILE)
        told += app.trigger(name)
    assert [action["target"] for action in told] == ["reading"]
    assert reader.reads == 1
    assert app.frames() == []
    # Each use costs an execution; of the log only the first, the tenth, the hundredth are told.
    lines = [line for line in caplog.messages if "used again" in line]
    assert [line.partition("again, ")[2].partition(" times")[0] for line in lines] == ["1", "10"]


def test_a_ticket_used_again_looks_nothing_up(app: App, storage_requests: list[str]) -> None:
    """Its frame costs one request to the storage, the deletion."""
    ada = app.join(app.room())
    ticket = BlobClient.from_blob_url(app.upload_url(ada))
    name = f"{ticket.container_name}/{ticket.blob_name}"
    ticket.upload_blob(SMILE)
    app.trigger(name)
    ticket.upload_blob(SMILE)
    storage_requests.clear()
    app.trigger(name)
    assert storage_requests == ["GET", "DELETE"]  # the test's own download, and the deletion


def test_a_frame_signed_ahead_and_again_is_read_once(make_app: Callable[..., App]) -> None:
    """Tickets for one frame are signed from eight slots before until its slot; one reading."""
    reader = ScriptedReader((FACE,))
    app = make_app(reader, FRAME_SLOT_SECONDS="20")
    ada = app.join(app.room())
    app.clock.advance(app.slot)
    last = app.member("issue_upload_tickets", ada, {"count": 8}).body["uploads"][-1]
    for slots in (0, 7):  # the second time it is the frame of the current slot
        for _ in range(slots):
            app.clock.advance(app.slot)
            app.member("heartbeat", ada)
        answer = app.member("issue_upload_tickets", ada, {"count": 8})
        signed = {upload["frame"]: upload["url"] for upload in answer.body["uploads"]}
        blob = BlobClient.from_blob_url(signed[last["frame"]])
        blob.upload_blob(SMILE)
        app.trigger(f"{blob.container_name}/{blob.blob_name}")
    assert reader.reads == 1


def test_a_frame_is_gone_before_it_is_read(make_app: Callable[..., App]) -> None:
    """The blob is deleted before the reader opens the picture."""

    class Watching(ScriptedReader):
        def read(self, image: bytes) -> tuple[Face, ...]:
            assert app.frames() == []
            return super().read(image)

    reader = Watching((FACE,))
    app = make_app(reader)
    app.trigger(app.upload(app.join(app.room()), SMILE))
    assert reader.reads == 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("{now}", "{now}"),
        ("0", "{earliest}"),
        ("99999999999999999999", "{now}"),
        ("-5", "{earliest}"),
        ("soon", "{now}"),
    ],
)
def test_the_time_of_capture_is_held_within_what_is_possible(
    make_app: Callable[..., App], clock: TestClock, said: str, kept: str
) -> None:
    """A browser's wrong time of capture is limited to the frame's lifetime."""
    app = make_app(ScriptedReader((FACE,)))
    ada = app.join(app.room())
    clock.advance(5)
    now = clock.milliseconds + int(app.slot * 1000)  # when it is uploaded
    name = app.upload(ada, SMILE, capturedat=said.format(now=now))
    (action,) = app.trigger(name)
    assert action["arguments"][0]["capturedAt"] == int(kept.format(now=now, earliest=now - 10_000))


def test_a_blob_that_is_no_frame_is_deleted_silently(app: App) -> None:
    """A blob that is no frame is deleted, and nothing is sent."""
    app.storage.get_blob_client("frames", "stray.jpg").upload_blob(b"x")
    assert app.read(InputStream(data=b"x", name="frames/stray.jpg", length=1)) == []
    assert app.frames() == []


def test_a_failed_deletion_raises_so_that_the_host_tries_again(
    app: App, ada: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed deletion fails the invocation, so the Functions host retries it."""

    def refuse(*_: object, **__: object) -> None:
        raise AzureError("storage is away")

    name = app.upload(ada, SMILE)
    with monkeypatch.context() as patch:
        patch.setattr("azure.storage.blob.ContainerClient.delete_blob", refuse)
        with pytest.raises(AzureError):
            app.trigger(name)
    (action,) = app.trigger(name)
    assert action["target"] == "reading"
    assert app.frames() == []
