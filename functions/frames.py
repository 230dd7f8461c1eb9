"""The blob trigger: a frame becomes a reading for the room, and is deleted whatever happens."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import azure.functions as func
from azure.core.exceptions import ResourceNotFoundError
from azure.functions.blob import InputStream
from azure.storage.blob import ContainerClient

from functions import hub
from functions.contract import (
    FRAME_MAX_BYTES,
    FRAMES_CONTAINER,
    ApiError,
    FrameName,
    Reading,
    Unread,
    UnreadError,
    UnreadReason,
)
from functions.reader import FaceReader
from functions.rooms import Rooms

CAPTURED_AT = "capturedat"  # blob metadata: when the browser took the frame, milliseconds


def create_blueprint(
    *,
    frames: ContainerClient,
    rooms: Rooms,
    reader: Callable[[], FaceReader],
    lifetime: float,
    trigger_source: func.BlobSource,
    storage_connection: str,
    signalr_connection: str,
    now: Callable[[], float] = time.time,
) -> func.Blueprint:
    """Register the frame trigger over its collaborators.

    Args:
        reader: gives the reader, made when the first frame asks for it.
        lifetime: seconds after which a frame is deleted unread.
    """
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
        """Read a frame whose owner agrees, tell the room, and delete the frame in every case.

        Only a failed deletion raises, so that the host tries again; the same frame twice is
        harmless, because the page shows a frame number once.
        """
        result = None
        try:
            result = outcome(blob)
        finally:
            _delete(frames, blob.name or "")
        if result is not None:
            actions.set(hub.encode(hub.outcome(result)))

    def require_fresh(created: float, at: float) -> None:
        if at - created > lifetime:
            raise UnreadError(UnreadReason.LATE)

    def outcome(blob: InputStream) -> Reading | Unread | None:
        """What becomes of a frame; None when nobody may know."""
        try:
            frame = FrameName.parse(blob.name or "")
        except ValueError:
            logging.warning("a blob that is not a frame: deleted unread")
            return None
        try:
            if not _consents(rooms, frame):
                logging.info("frame %s: deleted unread, no consent", frame.frame)
                return None
            read = reading(frame, blob)
        except UnreadError as unread:
            logging.info("frame %s: %s", frame.frame, unread.reason)
            return Unread(frame, unread.reason)
        except Exception:
            logging.exception("frame %s: reading failed", frame.frame)
            return Unread(frame, UnreadReason.READER_UNAVAILABLE)
        age = read.read_at - read.captured_at
        logging.info("frame %s: read by %s, %d ms old", frame.frame, read.reader, age)
        return read

    def reading(frame: FrameName, blob: InputStream) -> Reading:
        created = _created_at(blob.blob_properties or {}, now())
        require_fresh(created, now())
        image = blob.read()
        if len(image) > FRAME_MAX_BYTES:
            raise UnreadError(UnreadReason.TOO_LARGE)
        faces = reader().read(image)
        if not faces:
            raise UnreadError(UnreadReason.NO_FACE)
        read_at = now()
        require_fresh(created, read_at)  # a slow reader may have taken the rest of its time
        captured_at = _captured_at(blob.metadata or {}, created - lifetime, read_at)
        return Reading(frame, captured_at, int(read_at * 1000), faces, reader().name)

    return triggers


def _consents(rooms: Rooms, frame: FrameName) -> bool:
    try:
        return rooms.participant(frame.room, frame.participant).consent
    except ApiError:
        return False


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


def _delete(frames: ContainerClient, blob_name: str) -> None:
    with contextlib.suppress(ResourceNotFoundError):  # the same event twice
        frames.delete_blob(blob_name.removeprefix(f"{FRAMES_CONTAINER}/"))
