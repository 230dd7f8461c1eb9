"""The blob trigger: a frame becomes a reading, and is deleted whatever happens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import azure.functions as func
from azure.core.exceptions import ResourceNotFoundError
from azure.functions.blob import InputStream
from azure.storage.blob import ContainerClient

from functions import hub
from functions.ahead import Ahead
from functions.audience import Audience
from functions.contract import (
    FRAME_MAX_BYTES,
    FRAMES_CONTAINER,
    ApiError,
    Correction,
    FrameName,
    Reading,
    Unread,
    UnreadError,
    UnreadReason,
)
from functions.reader import FaceReader
from functions.replay_cache import ReplayCache
from functions.rooms import Rooms

# Blob metadata, from the participant's own browser:
CAPTURED_AT = "capturedat"  # when it took the frame, milliseconds
CORRECTION = "correction"  # what the participant says of themselves, `INSTEAD:EXPRESSION`


class Frames:
    """Decides what becomes of a frame, and who hears of it."""

    def __init__(
        self,
        *,
        container: ContainerClient,
        rooms: Rooms,
        audience: Audience,
        reader: Callable[[], FaceReader],
        replays: ReplayCache,
        lifetime: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Takes its collaborators.

        Args:
            container: where the frames lie.
            rooms: says who consents.
            audience: says who hears of it.
            reader: gives the reader, made when the first frame asks for it.
            replays: knows whose ticket was used already.
            lifetime: seconds after which a frame is not read any more.
            now: seconds since the epoch.
        """
        self._container = container
        self._rooms = rooms
        self._audience = audience
        self._reader = reader
        self._replays = replays
        self._lifetime = lifetime
        self._now = now

    def outcome(self, blob: InputStream) -> list[hub.Action]:
        """A reading, or why there is none, for all who may know; nothing when nobody may.

        The frame is deleted first, which the host's copy of it outlives.

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
        agreed = Ahead(partial(self._consents, frame), self._now)
        # Asked now and not beside the reading, which would take turns with it at the interpreter.
        mode = Ahead(partial(self._rooms.mode, frame.room), self._now)
        if not (self._delete(name) and self._is_first(frame)):
            return []
        try:
            if not agreed.value():
                return self._withdrawn(frame)
            result = self._result(frame, blob)
            if not agreed.value():
                return self._withdrawn(frame)
        except Exception as error:  # its text may hold the blob's path, and so the room
            logging.error("frame %s: no consent known: %s", frame.frame, type(error).__name__)
            # Whoever may have withdrawn is told that they are not read, and nobody else is.
            return [hub.own_outcome(Unread(frame, UnreadReason.READER_UNAVAILABLE))]
        return self._audience.of(result, mode)

    def _withdrawn(self, frame: FrameName) -> list[hub.Action]:
        logging.info("frame %s: deleted untold, no consent", frame.frame)
        return []

    def _delete(self, name: str) -> bool:
        """Whether it was there: of several events for one frame, exactly one finds it."""
        try:
            self._container.delete_blob(name.removeprefix(f"{FRAMES_CONTAINER}/"))
        except ResourceNotFoundError:
            return False
        return True

    def _is_first(self, frame: FrameName) -> bool:
        first = self._replays.is_first(frame.path)
        if not first:
            logging.warning("frame %s: its ticket was used again: deleted unread", frame.frame)
        return first

    def _result(self, frame: FrameName, blob: InputStream) -> Reading | Unread:
        reason = UnreadReason.READER_UNAVAILABLE
        try:
            return self._reading(frame, blob)
        except UnreadError as unread:
            reason = unread.reason
            logging.info("frame %s: %s", frame.frame, reason)
        except Exception:
            logging.exception("frame %s: reading failed", frame.frame)
        return Unread(frame, reason)

    def _reading(self, frame: FrameName, blob: InputStream) -> Reading:
        began = self._now()
        created = _created_at(blob.blob_properties or {}, began)
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
        correction = Correction.parse((blob.metadata or {}).get(CORRECTION, ""))
        if correction:
            faces = (correction.apply(faces[0]), *faces[1:])  # the largest is whose camera it is
        captured_at = _captured_at(blob.metadata or {}, created - self._lifetime, read_at)
        result = Reading(frame, captured_at, int(read_at * 1000), faces, reader.name)
        age = result.read_at - result.captured_at
        logging.info("frame %s: read by %s, %d ms old", frame.frame, result.reader, age)
        return result

    def _require_fresh(self, created: float, at: float) -> None:
        if at - created > self._lifetime:
            raise UnreadError(UnreadReason.LATE)

    def _consents(self, frame: FrameName) -> bool:
        try:
            return self._rooms.participant(frame.room, frame.participant).consent
        except ApiError:  # they have left
            return False


def create_blueprint(
    *,
    frames: Frames,
    trigger_source: func.BlobSource,
    storage_connection: str,
    signalr_connection: str,
) -> func.Blueprint:
    """Register the frame trigger."""
    triggers = func.Blueprint()

    @triggers.function_name("read_frame")
    @triggers.blob_trigger(
        arg_name="blob",
        path=FRAMES_CONTAINER + "/{room}/{participant}/{frame}.jpg",
        connection=storage_connection,
        source=trigger_source,
    )
    @triggers.generic_output_binding(
        arg_name="actions",
        type="signalR",
        hub_name=hub.HUB_NAME,
        connection_string_setting=signalr_connection,
    )
    def read_frame(blob: InputStream, actions: func.Out[str]) -> None:
        """Delete a frame, read it if its owner agrees, and tell whom it concerns.

        Whoever deletes it reads it: the same event twice is told once, and a picture that kills the
        process is gone before it is opened. Only a failed deletion raises, so that the host tries
        again.
        """
        if told := frames.outcome(blob):
            actions.set(hub.encode(*told))

    return triggers


def _created_at(properties: dict[str, Any], otherwise: float) -> float:
    """The blob's creation in seconds since the epoch; Azure Storage keeps whole seconds."""
    created = properties.get("CreatedOn") or properties.get("LastModified")
    return datetime.fromisoformat(created).timestamp() if created else otherwise


def _captured_at(metadata: dict[str, str], earliest: float, latest: float) -> int:
    """When the browser says it took the frame, in milliseconds, held within what is possible."""
    try:
        captured = int(metadata.get(CAPTURED_AT, ""))
    except ValueError:
        captured = int(latest * 1000)
    return min(max(captured, int(earliest * 1000)), int(latest * 1000))
