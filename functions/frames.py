"""The blob trigger: it deletes each frame, then reads it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import azure.functions as func
from azure.functions.blob import InputStream
from azure.storage.blob import ContainerClient

from functions import hub
from functions.audience import Audience
from functions.contract import (
    CAPTURED_AT,
    CORRECTION,
    FRAME_MAX_BYTES,
    FRAMES_CONTAINER,
    MODE,
    Correction,
    FrameName,
    Reading,
    RoomMode,
    Unread,
    UnreadError,
    UnreadReason,
)
from functions.deletion import delete
from functions.failures import logged, place
from functions.reader import FaceReader
from functions.replay_cache import ReplayCache


class Frames:
    """Decides what happens to a frame, and who is sent the result."""

    def __init__(
        self,
        *,
        container: ContainerClient,
        audience: Audience,
        reader: Callable[[], FaceReader],
        replays: ReplayCache,
        lifetime: float,
        now: Callable[[], float],
    ) -> None:
        """Takes its collaborators.

        Args:
            container: holds the frames.
            audience: says who consents, and who is sent what.
            reader: gives the reader; its first call makes it.
            replays: remembers which tickets were used.
            lifetime: seconds after which a frame is too old to be read.
            now: seconds since the epoch.
        """
        self._container = container
        self._audience = audience
        self._reader = reader
        self._replays = replays
        self._lifetime = lifetime
        self._now = now

    def delete_and_read(self, blob: InputStream) -> list[hub.Action]:
        """The messages for a frame's reading or unread; none if its owner withdrew.

        The frame is deleted first; the reader gets the host's copy of it in memory.

        Args:
            blob: the whole frame, as the host gives it.

        Raises:
            AzureError: it could not be deleted.
        """
        name = blob.name or ""
        try:
            frame = FrameName.parse(name)
        except ValueError:
            logging.warning("a blob that is not a frame: deleted unread")
            self._delete(name)
            return []
        if self._replays.knows(frame.path):  # a used ticket costs the others no look-ups
            if self._delete(name):
                self._was_read(frame)
            return []
        standing = self._audience.standing(frame, _created(blob))
        if not self._delete(name) or self._was_read(frame):
            return []
        try:
            if not standing.scope.value():
                return self._withdrawn(frame)
            result = self._result(frame, blob)
            shown = _metadata(blob).get(MODE, RoomMode.OPEN)  # an older page sends none
            sent = self._audience.of(result, standing, open_shown=shown == RoomMode.OPEN)
            return sent or self._withdrawn(frame)
        except Exception as error:  # its text may hold the blob's path, and so the room
            logging.error("frame %s: no consent known: %s", frame.number, place(error))
            return self._audience.of_unknown_consent(frame)

    def _withdrawn(self, frame: FrameName) -> list[hub.Action]:
        logging.info("frame %s: deleted, nothing sent: no consent", frame.number)
        return []

    def _delete(self, name: str) -> bool:
        """Delete the blob; returns whether it was there. Only one of several events finds it."""
        return delete(self._container, name.removeprefix(f"{FRAMES_CONTAINER}/"))

    def _was_read(self, frame: FrameName) -> bool:
        times = self._replays.seen_before(frame.path)
        if times and str(times).strip("0") == "1":  # 1, 10, 100: a ticket cannot fill the log
            logging.warning(
                "frame %s: its ticket was used again, %d times so far: deleted unread",
                frame.number,
                times,
            )
        return times > 0

    def _result(self, frame: FrameName, blob: InputStream) -> Reading | Unread:
        reason = UnreadReason.READER_UNAVAILABLE
        try:
            return self._reading(frame, blob)
        except UnreadError as unread:
            reason = unread.reason
            logging.info("frame %s: %s", frame.number, reason)
        except Exception as error:
            logging.error("frame %s: reading failed: %s", frame.number, place(error))
        return Unread(frame, reason)

    def _reading(self, frame: FrameName, blob: InputStream) -> Reading:
        began = self._now()
        uploaded = _created(blob)
        created = uploaded.timestamp() if uploaded else began
        self._require_fresh(created, began)
        image = blob.read()
        if len(image) > FRAME_MAX_BYTES:
            raise UnreadError(UnreadReason.TOO_LARGE)
        reader = self._reader()
        faces = reader.read(image)
        read_at = self._now()
        self._require_fresh(created, read_at)
        if not faces:
            raise UnreadError(UnreadReason.NO_FACE)
        metadata = _metadata(blob)
        if correction := Correction.parse(metadata.get(CORRECTION, "")):
            faces = correction.apply(faces)
        captured_at = _captured_at(metadata, created - self._lifetime, read_at)
        result = Reading(frame, captured_at, int(read_at * 1000), faces, reader.name)
        age = result.read_at - result.captured_at
        logging.info("frame %s: read by %s, %d ms old", frame.number, result.reader, age)
        return result

    def _require_fresh(self, created: float, at: float) -> None:
        if at - created > self._lifetime:
            raise UnreadError(UnreadReason.LATE)


def create_blueprint(
    *, frames: Frames, trigger_source: func.BlobSource, storage_connection: str
) -> func.Blueprint:
    """Register the frame trigger."""
    triggers = func.Blueprint()

    @triggers.function_name("read_frame")
    @triggers.blob_trigger(
        arg_name="blob",
        path=FRAMES_CONTAINER + "/{room}/{participant}/{frame}.jpg",
        connection=storage_connection,
        source=trigger_source,
        data_type=func.DataType.BINARY,
    )
    @hub.output(triggers)
    @logged
    def read_frame(blob: InputStream, actions: func.Out[str]) -> None:
        """Delete a frame, read it if its owner agrees, and send the result.

        Only the instance that deleted a frame reads it, so a repeated event sends nothing. A
        picture that kills the process is deleted before it is opened. Only a failed deletion
        raises; then the host tries again.
        """
        if sent := frames.delete_and_read(blob):
            actions.set(hub.encode(*sent))

    return triggers


def _metadata(blob: InputStream) -> dict[str, str]:
    """What the page said of its frame; a proxy may have changed the case of the names."""
    return {name.lower(): value for name, value in (blob.metadata or {}).items()}


def _created(blob: InputStream) -> datetime | None:
    """When the blob was created, if the host says so; Azure Storage keeps whole seconds."""
    properties = blob.blob_properties or {}
    created = properties.get("CreatedOn") or properties.get("LastModified")
    return datetime.fromisoformat(created) if created else None


def _captured_at(metadata: dict[str, str], earliest: float, latest: float) -> int:
    """When the browser says it took the frame, in milliseconds, clamped to what is possible."""
    try:
        captured = int(metadata.get(CAPTURED_AT, ""))
    except ValueError:
        captured = int(latest * 1000)
    return min(max(captured, int(earliest * 1000)), int(latest * 1000))
