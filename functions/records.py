"""The records of rooms and participants: small blobs that all instances share.

    rooms/ROOM/room                      metadata: hash of the host's secret, mode, door
    rooms/ROOM/participants/PARTICIPANT  metadata: name, consent, away, host, order,
                                         withdrawn, left, place
    rooms/ROOM/participants-gone/PARTICIPANT  metadata: the same, of somebody who is gone for good
    rooms/ROOM/sessions/PROJECT          metadata: id of the room's session at a video provider

A participant's last sign of life is their blob's Last-Modified. A write that depends on a read
carries its ETag, so that no write undoes another. Nobody writes the record of somebody who left or
was refused or removed. Where many came and went it is set aside: the others' listings stay short.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobProperties, ContainerClient

from functions.clock import Clock
from functions.contract import ApiError, is_random_id
from functions.record_format import (
    GONE,
    PARTICIPANTS,
    Place,
    Record,
    from_blob,
    record_path,
    to_metadata,
)
from functions.roster import HostBy, Participant

ABSENT_AFTER = timedelta(seconds=75)  # hidden pages may beat only once a minute
KNOCK_LIFETIME = timedelta(minutes=10)  # how long somebody may wait at a closed door
ANSWER_KEPT = timedelta(minutes=10)  # for so long a page can learn that it was refused or removed
FORGOTTEN_AFTER = timedelta(minutes=10)  # no heartbeat has seen to it: the room is deserted
LEASE = 15  # s, the storage's shortest; a crashed holder stops others from joining for so long
_PATIENCE = 5  # s to retry a contended write; the page waits 8 s for an answer
_PAUSE = (0.02, 0.1)  # s between attempts; random, so that racing calls separate


class Records:
    """Reads and writes the records; `rooms.py` and `door.py` decide what they mean for a call."""

    def __init__(self, container: ContainerClient, clock: Clock) -> None:
        self._container = container
        self.clock = clock

    def create_room(self, room: str, metadata: Mapping[str, str]) -> None:
        """Write a new room's record."""
        self._create(_room_path(room), metadata)

    def room(self, room: str) -> dict[str, str]:
        """The values in the room's record.

        Raises:
            ApiError: 404 `unknown-room`.
        """
        return self._room(room).metadata

    def set_room(self, room: str, key: str, value: str) -> bool:
        """Write one value of the room's record; False if it was there already.

        Raises:
            ApiError: 404 `unknown-room`; 503 `storage-busy`.
        """
        for _ in self.attempts():
            record = self._room(room)
            if record.metadata.get(key) == value:
                return False
            try:
                self._container.get_blob_client(_room_path(room)).set_blob_metadata(
                    {**record.metadata, key: value},
                    etag=record.etag,
                    match_condition=MatchConditions.IfNotModified,
                )
                return True
            except HttpResponseError as error:
                if error.status_code != 412:  # another call wrote it first, or holds its lease
                    raise
        raise busy()

    def session(self, room: str, project: str) -> str | None:
        """The room's video session in `project`, if there is one."""
        blob = self._container.get_blob_client(f"{room}/sessions/{project}")
        try:
            return blob.get_blob_properties().metadata["id"]
        except ResourceNotFoundError:
            return None

    def add_session(self, room: str, project: str, session: str) -> bool:
        """Write the room's video session in `project`; False if it has another already."""
        blob = self._container.get_blob_client(f"{room}/sessions/{project}")
        try:
            blob.upload_blob(b"", metadata={"id": session}, overwrite=False)
        except ResourceExistsError:
            return False
        return True

    def all(self, room: str, *, aside: bool = False) -> list[Record]:
        """The records of the room's participants, with or without those set aside; one listing."""
        prefix = f"{room}/{PARTICIPANTS}" if aside else record_path(room, "")
        return [
            from_blob(blob) for blob in self._container.list_blobs(prefix, include=["metadata"])
        ]

    def of(self, room: str, participant: str) -> Record:
        """One participant's record, wherever they are.

        Raises:
            ApiError: 404 `unknown-participant`.
        """
        for aside in (False, True):  # who is set aside is first there, and then here no more
            with contextlib.suppress(ResourceNotFoundError):
                blob = self._container.get_blob_client(record_path(room, participant, aside=aside))
                return from_blob(blob.get_blob_properties())
        raise unknown_participant()

    def add(self, room: str, participant: Participant, place: Place = Place.SEATED) -> None:
        """Write a new participant's record."""
        self._create(record_path(room, participant.id), to_metadata(participant, place))

    def write(
        self, room: str, record: Record, participant: Participant, place: Place = Place.SEATED
    ) -> None:
        """Write a record again, if it is unchanged since it was read.

        Raises:
            ResourceModifiedError: another call wrote it first.
            ApiError: 404 `unknown-participant`.
        """
        blob = self._container.get_blob_client(record_path(room, record.id))
        try:
            blob.set_blob_metadata(
                to_metadata(participant, place, record.order, record.withdrawn),
                etag=record.etag,
                match_condition=MatchConditions.IfNotModified,
            )
        except ResourceNotFoundError:  # deleted just now; the storage may answer 404 or 412
            raise unknown_participant() from None

    def empty(self, room: str, participant: str, place: Place, host: HostBy | None = None) -> None:
        """Delete a person's name and consent unconditionally; the record keeps `place` and `host`.

        If the record is deleted already, nothing happens.
        """
        nobody = Participant(participant, "", None, host=host)
        with contextlib.suppress(ResourceNotFoundError):
            self._container.get_blob_client(record_path(room, participant)).set_blob_metadata(
                to_metadata(nobody, place)
            )

    def is_over(self, record: Record) -> bool:
        """Whether a record may be deleted: 75 s after its last write, for a late call may arrive.

        If a host refused or removed the person, ten minutes after it.
        """
        answered = record.place in (Place.REFUSED, Place.REMOVED)
        return self.age(record.last_seen) > (ANSWER_KEPT if answered else ABSENT_AFTER)

    def listing(self) -> Iterator[tuple[str, Record]]:
        """All participants' records with their rooms, in the rooms' order."""
        for blob in self._container.list_blobs(include=["metadata"]):
            room, *what = blob.name.split("/")
            if what[:-1] in ([PARTICIPANTS], [GONE]):
                yield room, from_blob(blob)

    def is_forgotten(self, record: Record) -> bool:
        """Whether nobody has written a record for so long that the timer sees to it."""
        return self.age(record.last_seen) > FORGOTTEN_AFTER

    def end(self, room: str, record: Record) -> bool:
        """Empty the record of somebody who has a seat, or delete any other, if it is unchanged.

        Returns:
            False if somebody who has a seat gave a sign of life just before.
        """
        if record.place is Place.SEATED:
            return self.part(room, record)
        self.forget(room, record)
        return True

    def age(self, moment: datetime) -> timedelta:
        """The time since `moment`, which the storage's clock gave; by this instance's clock."""
        return datetime.fromtimestamp(self.clock.now(), UTC) - moment

    def part(self, room: str, record: Record) -> bool:
        """Mark a person as left and delete their name; False if another call wrote just before."""
        nobody = Participant(record.id, "", None)
        with contextlib.suppress(ResourceModifiedError, ApiError):
            self.write(room, record, nobody, Place.LEFT)
            return True
        return False

    def set_aside(self, room: str, record: Record) -> None:
        """Keep the record of somebody who is gone where only heartbeats and the timer list it.

        The time after which it is over begins anew.
        """
        nobody = Participant(record.id, "", None)
        self._create(record_path(room, record.id, aside=True), to_metadata(nobody, record.place))
        self.forget(room, record)

    def is_set_aside(self, room: str, participant: str) -> bool:
        """Whether somebody with this id was here, and their record is set aside."""
        return self._container.get_blob_client(record_path(room, participant, aside=True)).exists()

    def forget(self, room: str, record: Record) -> None:
        """Delete a record, if it is unchanged since it was read."""
        # Another instance may just have deleted it, or written a sign of life.
        with contextlib.suppress(ResourceNotFoundError, ResourceModifiedError):
            self._container.delete_blob(
                record_path(room, record.id, aside=record.aside),
                etag=record.etag,
                match_condition=MatchConditions.IfNotModified,
            )

    @contextlib.contextmanager
    def lease(self, room: str) -> Iterator[float]:
        """Hold the room's lease; yields the time just before the request for it.

        Raises:
            ApiError: 503 `storage-busy`.
        """
        blob = self._container.get_blob_client(_room_path(room))
        for _ in self.attempts():
            since = self.clock.monotonic()
            try:
                lease = blob.acquire_lease(LEASE)
            except ResourceExistsError:  # another call holds it
                continue
            try:
                yield since
            finally:
                with contextlib.suppress(AzureError):  # else it ends after 15 s
                    lease.release()
            return
        raise busy()

    def holds(self, since: float) -> bool:
        """Whether the lease requested at `since` still keeps other calls out."""
        return self.clock.monotonic() - since < LEASE

    def attempts(self) -> Iterator[None]:
        """Yield once for each attempt, with short pauses, for at most `_PATIENCE` seconds."""
        deadline = self.clock.monotonic() + _PATIENCE
        while self.clock.monotonic() < deadline:
            yield
            self.clock.sleep(random.uniform(*_PAUSE))

    def _room(self, room: str) -> BlobProperties:
        unknown = ApiError(404, "unknown-room", "There is no such room. Create a new one.")
        if not is_random_id(room):
            raise unknown
        try:
            return self._container.get_blob_client(_room_path(room)).get_blob_properties()
        except ResourceNotFoundError:
            raise unknown from None

    def _create(self, path: str, metadata: Mapping[str, str]) -> None:
        # Ids are random, so an existing blob is ours: only the answer to our first try was lost.
        with contextlib.suppress(ResourceExistsError):
            self._container.upload_blob(path, b"", metadata=dict(metadata), overwrite=False)


def unknown_participant() -> ApiError:
    """The error for a participant who left, or gave no sign of life for too long."""
    return ApiError(404, "unknown-participant", "You are no longer in this room. Join again.")


def busy() -> ApiError:
    """The error for a record that others kept changing."""
    return ApiError(
        503, "storage-busy", "Many people are at this room's door. Try again.", retry_after=2
    )


def _room_path(room: str) -> str:
    return f"{room}/room"
