"""One participant's record: its values, and the blob's path and metadata that hold them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote, unquote

from azure.storage.blob import BlobProperties

from functions.contract import ConsentScope
from functions.roster import HostBy, Participant

PARTICIPANTS = "participants"
GONE = "participants-gone"  # a listing of the other's prefix without a slash has both

# Values in the records. An earlier release knows only "yes" and treats the others as no.
_SCOPES = {"yes": ConsentScope.EVERYBODY, "room-only": ConsentScope.ROOM_ONLY, "no": None}
_CONSENTS = {scope: consent for consent, scope in _SCOPES.items()}


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
        aside: whether it is among those set aside.
    """

    participant: Participant
    place: Place
    since: datetime
    last_seen: datetime
    etag: str
    order: int = 0
    withdrawn: datetime | None = None
    aside: bool = False

    @property
    def id(self) -> str:
        return self.participant.id

    @property
    def is_gone(self) -> bool:
        """Whether they are outside for good: with the same id nobody comes back."""
        return self.place in (Place.LEFT, Place.REFUSED, Place.REMOVED)


def record_path(room: str, participant: str, *, aside: bool = False) -> str:
    """The name of the record's blob."""
    return f"{room}/{GONE if aside else PARTICIPANTS}/{participant}"


def to_metadata(
    participant: Participant, place: Place, order: int = 0, withdrawn: datetime | None = None
) -> dict[str, str]:
    """The metadata of a record with these values."""
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


def from_blob(blob: BlobProperties) -> Record:
    """The record that a blob holds, by its name and metadata."""
    _, kept, participant = blob.name.split("/")
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
    return Record(
        participant=who,
        place=place,
        since=blob.creation_time,
        last_seen=blob.last_modified,
        etag=blob.etag,
        order=order,
        withdrawn=withdrawn,
        aside=kept == GONE,
    )
