"""The blob trigger: a frame becomes a reading, and is deleted whatever happens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import azure.functions as func
from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.functions.blob import InputStream
from azure.storage.blob import ContainerClient

from functions import hub
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
from functions.rooms import Rooms

_QUICK = 0.5  # s; a reader that took longer left time to withdraw, or for the frame to grow old
# Blob metadata, from the participant's own browser:
CAPTURED_AT = "capturedat"  # when it took the frame, milliseconds
CORRECTION = "correction"  # what the participant says of themselves, `INSTEAD:EXPRESSION`


class Frames:
    """Decides what becomes of a frame."""

    def __init__(
        self,
        rooms: Rooms,
        reader: Callable[[], FaceReader],
        lifetime: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Takes its collaborators.

        Args:
            rooms: says who consents.
            reader: gives the reader, made when the first frame asks for it.
            lifetime: seconds after which a frame is not read any more.
            now: seconds since the epoch.
        """
        self._rooms = rooms
        self._reader = reader
        self._lifetime = lifetime
        self._now = now

    def outcome(self, blob: InputStream, claimed: Callable[[], bool]) -> Reading | Unread | None:
        """A reading, or why there is none; None when nobody may know.

        Args:
            blob: the whole frame, as the host gives it.
            claimed: waits until the frame is deleted; whether this call is the one to read it.
        """
        try:
            frame = FrameName.parse(blob.name or "")
        except ValueError:
            logging.warning("a blob that is not a frame: deleted unread")
            return None
        reason = UnreadReason.READER_UNAVAILABLE
        try:
            return self._reading(frame, blob, claimed)
        except UnreadError as unread:
            reason = unread.reason
            logging.info("frame %s: %s", frame.frame, reason)
        except AzureError as error:  # its text may hold the blob's path, and so the room
            logging.error("frame %s: storage failed: %s", frame.frame, type(error).__name__)
        except Exception:
            logging.exception("frame %s: reading failed", frame.frame)
        return Unread(frame, reason)

    def _reading(
        self, frame: FrameName, blob: InputStream, claimed: Callable[[], bool]
    ) -> Reading | None:
        began = self._now()
        created = _created_at(blob.blob_properties or {}, began)
        agreed = self._consents(frame)
        if not claimed() or not agreed:
            return None
        self._require_fresh(created, began)
        image = blob.read()
        if len(image) > FRAME_MAX_BYTES:
            raise UnreadError(UnreadReason.TOO_LARGE)
        reader = self._reader()
        faces = reader.read(image)
        read_at = self._now()
        if read_at - began > _QUICK:
            self._require_fresh(created, read_at)
            if not self._consents(frame):
                return None
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
            agreed = self._rooms.participant(frame.room, frame.participant).consent
        except ApiError:  # they have left
            agreed = False
        if not agreed:
            logging.info("frame %s: deleted untold, no consent", frame.frame)
        return agreed


def create_blueprint(
    *,
    container: ContainerClient,
    frames: Frames,
    audience: Audience,
    trigger_source: func.BlobSource,
    storage_connection: str,
    signalr_connection: str,
) -> func.Blueprint:
    """Register the frame trigger."""
    triggers = func.Blueprint()
    deletions = ThreadPoolExecutor(thread_name_prefix="deletion")

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
        # The host gave us the whole frame: its blob can go while we ask who consents.
        deletion = deletions.submit(_delete, container, blob.name or "")
        try:
            result = frames.outcome(blob, deletion.result)
        finally:
            deletion.result()
        if result is not None:
            actions.set(hub.encode(*audience.of(result)))

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


def _delete(container: ContainerClient, blob_name: str) -> bool:
    """Whether it was there: of several events for one frame, exactly one finds it."""
    try:
        container.delete_blob(blob_name.removeprefix(f"{FRAMES_CONTAINER}/"))
    except ResourceNotFoundError:
        return False
    return True
