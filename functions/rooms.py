"""Rooms and who is in them: small blobs, so that every instance sees the same truth.

    rooms/ROOM/room                      metadata: hash of the host's secret, mode
    rooms/ROOM/participants/PARTICIPANT  metadata: name, consent
    rooms/ROOM/sessions/PROJECT          metadata: id of the room's session at a video provider

A participant's last sign of life is their blob's own Last-Modified; whoever gave none for 75
seconds is absent, and must join again. Writes that depend on what was read carry the ETag, so
that a heartbeat can never undo a withdrawal; whoever joins holds the room's lease while counting.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobProperties, ContainerClient

from functions.contract import ApiError, Participant, RoomMode, Roster, is_random_id

ROOMS_CONTAINER = "rooms"
_ABSENT_AFTER = timedelta(seconds=75)  # hidden pages may beat only once a minute
_PATIENCE = 5  # s for a write that others keep getting ahead of; the page waits 8 for an answer
_LEASE = 15  # s, the shortest the storage gives; a crashed holder blocks the door for so long
_PAUSE = (0.02, 0.1)  # s between attempts, at random so that racers do not march in step


def new_id() -> str:
    """128 random bits as 22 base64url characters: a room, a participant or a host's secret."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class _Record:
    """A participant as the storage had them; `etag` names this very version."""

    participant: Participant
    last_seen: datetime
    etag: str


class Rooms:
    """Creates rooms, and lets participants join, stay, change their consent and leave."""

    def __init__(
        self,
        container: ContainerClient,
        capacity: int,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._container = container
        self.capacity = capacity
        self._now = now

    def create(self) -> tuple[str, str]:
        """A new room's id and the secret that makes its holder the host."""
        room, host_secret = new_id(), new_id()
        self._create_blob(_record_path(room), {"host": _digest(host_secret)})
        return room, host_secret

    def video_session(self, room: str, project: str, create: Callable[[], str]) -> str:
        """The room's one video session in `project`, made by `create` when there is none yet.

        Of any number of instances that race, the first to write decides for all; a session made
        in vain is never joined.
        """
        blob = self._container.get_blob_client(f"{room}/sessions/{project}")
        try:
            return blob.get_blob_properties().metadata["id"]
        except ResourceNotFoundError:
            session = create()
        try:
            blob.upload_blob(b"", metadata={"id": session}, overwrite=False)
        except ResourceExistsError:
            return blob.get_blob_properties().metadata["id"]
        return session

    def join(
        self, room: str, name: str, *, consent: bool, host_secret: str | None
    ) -> tuple[Participant, bool]:
        """Add somebody to a room; answers who they are now, and whether they are its host.

        Counting and sitting down are one step, under the room's lease: of any number who race for
        the last seat exactly one gets it.

        Raises:
            ApiError: 404 `unknown-room`; 409 `room-full`; 503 `storage-busy`.
        """
        host = self._is_host(room, host_secret)
        self._require_seat(room)  # a full room turns people away without the lease
        participant = Participant(new_id(), name, consent)
        with self._lease(room):
            self._require_seat(room)
            self._create_blob(_path(room, participant.participant), _metadata(participant))
        return participant, host

    def participant(self, room: str, participant: str) -> Participant:
        """Somebody who has joined, has not left, and gave a sign of life of late.

        Raises:
            ApiError: 404 `unknown-participant`.
        """
        record = self._record(room, participant)
        if self._is_absent(record.last_seen):
            raise _unknown_participant()
        return record.participant

    def present(self, room: str) -> list[Participant]:
        """Everybody who gave a sign of life of late."""
        prefix = _path(room, "")
        return [
            _participant(blob.name.removeprefix(prefix), blob.metadata)
            for blob in self._container.list_blobs(prefix, include=["metadata"])
            if not self._is_absent(blob.last_modified)
        ]

    def roster(self, room: str) -> Roster:
        """Who is here, and in which mode the room is.

        Raises:
            ApiError: 404 `unknown-room`.
        """
        return Roster(tuple(self.present(room)), self.mode(room))

    def mode(self, room: str) -> RoomMode:
        """Who is shown what is read, as the storage has it now.

        Raises:
            ApiError: 404 `unknown-room`.
        """
        return _mode(self._room(room).metadata)

    def set_mode(self, room: str, mode: RoomMode) -> None:
        """Decide who is shown what is read.

        Raises:
            ApiError: 404 `unknown-room`; 503 `storage-busy`.
        """
        for _ in _attempts():
            record = self._room(room)
            if _mode(record.metadata) is mode:
                return
            try:
                self._container.get_blob_client(_record_path(room)).set_blob_metadata(
                    {**record.metadata, "mode": mode.value},
                    etag=record.etag,
                    match_condition=MatchConditions.IfNotModified,
                )
                return
            except HttpResponseError as error:
                if error.status_code != 412:  # somebody wrote it meanwhile, or holds its lease
                    raise
        raise _busy()

    def touch(self, room: str, participant: str) -> Participant:
        """Note a sign of life; answers who gave it.

        Raises:
            ApiError: 404 `unknown-participant`, also for somebody absent: their seat may be taken.
        """
        record = self._seated(room, participant)
        try:
            self._write(room, record, record.participant)
        except ResourceModifiedError:  # somebody wrote it just now: it is fresh
            return self.participant(room, participant)
        return record.participant

    def set_consent(self, room: str, participant: str, consent: bool) -> Participant:
        """Give or withdraw consent; it counts for frames uploaded before, too.

        Raises:
            ApiError: 404 `unknown-participant`, as for `touch`; 503 `storage-busy`.
        """
        for _ in _attempts():
            record = self._seated(room, participant)
            changed = replace(record.participant, consent=consent)
            with contextlib.suppress(ResourceModifiedError):
                self._write(room, record, changed)
                return changed
        raise _busy()

    def leave(self, room: str, participant: str) -> None:
        """Forget a participant; leaving twice is harmless."""
        self._delete_blob(_path(room, participant))

    def _record(self, room: str, participant: str) -> _Record:
        try:
            blob = self._container.get_blob_client(_path(room, participant))
            properties = blob.get_blob_properties()
        except ResourceNotFoundError:
            raise _unknown_participant() from None
        return _Record(
            _participant(participant, properties.metadata),
            properties.last_modified,
            properties.etag,
        )

    def _seated(self, room: str, participant: str) -> _Record:
        """The record of somebody present; an absent one is forgotten, for others may sit there."""
        record = self._record(room, participant)
        if self._is_absent(record.last_seen):
            self.leave(room, participant)
            raise _unknown_participant()
        return record

    def _is_absent(self, last_seen: datetime) -> bool:
        return datetime.fromtimestamp(self._now(), UTC) - last_seen > _ABSENT_AFTER

    def _is_host(self, room: str, host_secret: str | None) -> bool:
        return hmac.compare_digest(self._room(room).metadata["host"], _digest(host_secret or ""))

    def _room(self, room: str) -> BlobProperties:
        unknown = ApiError(404, "unknown-room", "There is no such room. Create a new one.")
        if not is_random_id(room):
            raise unknown
        try:
            return self._container.get_blob_client(_record_path(room)).get_blob_properties()
        except ResourceNotFoundError:
            raise unknown from None

    def _require_seat(self, room: str) -> None:
        if len(self.present(room)) >= self.capacity:
            raise ApiError(
                409, "room-full", f"This room is full ({self.capacity} people). Try again later."
            )

    @contextlib.contextmanager
    def _lease(self, room: str) -> Iterator[None]:
        blob = self._container.get_blob_client(_record_path(room))
        for _ in _attempts():
            try:
                lease = blob.acquire_lease(_LEASE)
            except ResourceExistsError:  # held by somebody else
                continue
            try:
                yield
            finally:
                with contextlib.suppress(AzureError):  # it ends by itself
                    lease.release()
            return
        raise _busy()

    def _write(self, room: str, record: _Record, participant: Participant) -> None:
        self._container.get_blob_client(_path(room, participant.participant)).set_blob_metadata(
            _metadata(participant),
            etag=record.etag,
            match_condition=MatchConditions.IfNotModified,
        )

    def _create_blob(self, path: str, metadata: Mapping[str, str]) -> None:
        # Ids are random: what exists already is ours, written by a request whose answer was lost.
        with contextlib.suppress(ResourceExistsError):
            self._container.upload_blob(path, b"", metadata=dict(metadata), overwrite=False)

    def _delete_blob(self, path: str) -> None:
        with contextlib.suppress(ResourceNotFoundError):
            self._container.delete_blob(path)


def _record_path(room: str) -> str:
    return f"{room}/room"


def _path(room: str, participant: str) -> str:
    return f"{room}/participants/{participant}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _attempts() -> Iterator[None]:
    """Again and again with short pauses, until patience ends."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        yield
        time.sleep(random.uniform(*_PAUSE))


def _unknown_participant() -> ApiError:
    return ApiError(404, "unknown-participant", "You are no longer in this room. Join again.")


def _busy() -> ApiError:
    return ApiError(
        503, "storage-busy", "Many people are at this room's door. Try again.", retry_after=2
    )


def _mode(metadata: Mapping[str, str]) -> RoomMode:
    return RoomMode(metadata.get("mode", RoomMode.OPEN))


def _metadata(participant: Participant) -> dict[str, str]:
    return {
        "name": quote(participant.name, safe=""),  # metadata travels as ASCII headers
        "consent": "yes" if participant.consent else "no",
    }


def _participant(participant: str, metadata: Mapping[str, str]) -> Participant:
    return Participant(participant, unquote(metadata["name"]), metadata["consent"] == "yes")
