"""The records of rooms and participants: small blobs that all instances share.

    rooms/ROOM/room                      metadata: hash of the host's secret, mode, door
    rooms/ROOM/participants/PARTICIPANT  metadata: name, consent, away, host, order,
                                         withdrawn, left, place
    rooms/ROOM/sessions/PROJECT          metadata: id of the room's session at a video provider

A participant's last sign of life is their blob's Last-Modified. A write that depends on a read
carries its ETag, so that no write undoes another.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
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

from functions.clock import Clock
from functions.contract import ApiError, ConsentScope, is_random_id
from functions.roster import HostBy, Participant

ABSENT_AFTER = timedelta(seconds=75)  # hidden pages may beat only once a minute
KNOCK_LIFETIME = timedelta(minutes=10)  # how long somebody may wait at a closed door
ANSWER_KEPT = timedelta(minutes=10)  # for so long a page can learn that it was refused or removed
FORGOTTEN_AFTER = timedelta(minutes=10)  # no heartbeat has seen to it: the room is deserted
LEASE = 15  # s, the storage's shortest; a crashed holder stops others from joining for so long
_PATIENCE = 5  # s to retry a contended write; the page waits 8 s for an answer
_PAUSE = (0.02, 0.1)  # s between attempts; random, so that racing calls separate


class Place(StrEnum):
    """Where a person is who asked for a seat."""

    SEATED = "seated"
    WAITING = "waiting"  # at the closed door
    REFUSED = "refused"
    REMOVED = "removed"
    LEFT = "left"


@dataclass(frozen=True)
class Record:
    """A participant's record as read from storage.

    Attributes:
        participant: the person; without name and consent after they left.
        place: where they are.
        since: when they asked for their seat.
        last_seen: when their record was last written.
        etag: identifies this version of the record.
        order: the highest number of their choices of consent so far.
        withdrawn: a time between their last withdrawal and their present consent, by the storage's
            clock; while they do not agree, one before it. None if they never withdrew.
    """

    participant: Participant
    place: Place
    since: datetime
    last_seen: datetime
    etag: str
    order: int = 0
    withdrawn: datetime | None = None

    @property
    def id(self) -> str:
        return self.participant.id


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

    def all(self, room: str) -> list[Record]:
        """All records of the room's participants, recent ones who left included; one listing."""
        prefix = _path(room, "")
        blobs = self._container.list_blobs(prefix, include=["metadata"])
        return [_record(blob.name.removeprefix(prefix), blob) for blob in blobs]

    def of(self, room: str, participant: str) -> Record:
        """One participant's record, wherever they are.

        Raises:
            ApiError: 404 `unknown-participant`.
        """
        try:
            blob = self._container.get_blob_client(_path(room, participant))
            return _record(participant, blob.get_blob_properties())
        except ResourceNotFoundError:
            raise unknown_participant() from None

    def add(self, room: str, participant: Participant, place: Place = Place.SEATED) -> None:
        """Write a new participant's record."""
        self._create(_path(room, participant.id), _metadata(participant, place))

    def write(
        self, room: str, record: Record, participant: Participant, place: Place = Place.SEATED
    ) -> None:
        """Write a record again, if it is unchanged since it was read.

        Raises:
            ResourceModifiedError: another call wrote it first.
            ApiError: 404 `unknown-participant`.
        """
        blob = self._container.get_blob_client(_path(room, record.id))
        try:
            blob.set_blob_metadata(
                _metadata(participant, place, record.order, record.withdrawn),
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
            self._container.get_blob_client(_path(room, participant)).set_blob_metadata(
                _metadata(nobody, place)
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
            if what[:-1] == ["participants"]:
                yield room, _record(what[-1], blob)

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

    def forget(self, room: str, record: Record) -> None:
        """Delete a record, if it is unchanged since it was read."""
        # Another instance may just have deleted it, or written a sign of life.
        with contextlib.suppress(ResourceNotFoundError, ResourceModifiedError):
            self._container.delete_blob(
                _path(room, record.id),
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


def _path(room: str, participant: str) -> str:
    return f"{room}/participants/{participant}"


# Values in the records. An earlier release knows only "yes" and treats the others as no.
_SCOPES = {"yes": ConsentScope.EVERYBODY, "room-only": ConsentScope.ROOM_ONLY, "no": None}
_CONSENTS = {scope: consent for consent, scope in _SCOPES.items()}


def _metadata(
    participant: Participant, place: Place, order: int = 0, withdrawn: datetime | None = None
) -> dict[str, str]:
    # An earlier release knows only `left`; so it does not count people at the door as seated.
    elsewhere = {} if place is Place.SEATED else {"left": "yes", "place": place.value}
    return {
        "name": quote(participant.name, safe=""),  # metadata travels as ASCII headers
        "consent": _CONSENTS[participant.scope],
        **({"away": "yes"} if participant.away else {}),
        **({"host": participant.host.value} if participant.host else {}),
        **({"order": str(order)} if order else {}),
        **({"withdrawn": withdrawn.isoformat()} if withdrawn else {}),
        **elsewhere,
    }


def _record(participant: str, blob: BlobProperties) -> Record:
    metadata = blob.metadata
    place = Place(metadata.get("place", Place.LEFT if "left" in metadata else Place.SEATED))
    who = Participant(
        participant,
        unquote(metadata["name"] or ""),
        _SCOPES.get(metadata["consent"]),
        metadata.get("away") == "yes",
        HostBy(metadata["host"]) if "host" in metadata else None,
    )
    order = int(metadata.get("order", 0))
    withdrawn = datetime.fromisoformat(metadata["withdrawn"]) if "withdrawn" in metadata else None
    seen = blob.last_modified
    return Record(who, place, blob.creation_time, seen, blob.etag, order, withdrawn)
