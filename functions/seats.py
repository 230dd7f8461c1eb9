"""Who is in a room, who waits, and whether the door is closed, from the room's records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from functions.contract import ApiError, DoorState, RoomMode
from functions.record_format import Place, Record
from functions.records import ABSENT_AFTER, KNOCK_LIFETIME, Records, unknown_participant
from functions.roster import Participant, Roster

WAITING_MAX = 10  # people at one door; the next one must come later
# A host whose page was closed counts as here for so long: they may be reloading it.
_HOST_RETURNS = timedelta(seconds=10)


@dataclass(frozen=True)
class Look:
    """A room at one moment.

    Attributes:
        mode: decides who is shown readings.
        closed: whether newcomers must wait.
        forsaken: whether the record says closed, but the door is open because no host is here.
        present: everybody seated who gave a sign of life within 75 s.
        waiting: everybody at the door.
        elsewhere: the records of all others, those at the door included.
    """

    mode: RoomMode
    closed: bool
    forsaken: bool
    present: tuple[Participant, ...]
    waiting: tuple[Participant, ...]
    elsewhere: tuple[Record, ...]

    @property
    def roster(self) -> Roster:
        """The part that participants may be sent."""
        door = DoorState.CLOSED if self.closed else DoorState.OPEN
        return Roster(self.present, self.mode, door, self.waiting)

    def find(self, participant: str) -> Participant | None:
        """Somebody who is seated or waits."""
        return next((p for p in (*self.present, *self.waiting) if p.id == participant), None)

    def require_seat(self, capacity: int) -> None:
        """Raises ApiError 409 `room-full` when no seat is free."""
        if len(self.present) >= capacity:
            raise ApiError(
                409, "room-full", f"This room is full ({capacity} people). Try again later."
            )

    def require_room_at_the_door(self) -> None:
        """Raises ApiError 409 `door-crowded` when too many wait already."""
        if len(self.waiting) >= WAITING_MAX:
            raise ApiError(
                409, "door-crowded", "Many people wait to be let in. Try again in a few minutes."
            )


def look(
    records: Records,
    room: str,
    metadata: Mapping[str, str] | None = None,
    *,
    aside: bool = False,
) -> Look:
    """A room as the storage has it now: one listing, and one read if `metadata` is not given.

    With `aside` the records that were set aside are among the others.

    Raises:
        ApiError: 404 `unknown-room`.
    """
    everybody = records.all(room, aside=aside)
    if metadata is None:
        metadata = records.room(room)
    said_closed = is_said_closed(metadata)
    hosted = any(is_hosting(records, record) for record in everybody)
    return Look(
        mode=mode_of(metadata),
        closed=said_closed and hosted,
        forsaken=said_closed and not hosted,
        present=present(records, everybody),
        waiting=tuple(one.participant for one in everybody if is_waiting(records, one)),
        elsewhere=tuple(one for one in everybody if not is_present(records, one)),
    )


def present(records: Records, everybody: Sequence[Record]) -> tuple[Participant, ...]:
    """Those who are seated and gave a sign of life within 75 s."""
    return tuple(record.participant for record in everybody if is_present(records, record))


def is_present(records: Records, record: Record) -> bool:
    """Whether somebody is seated and gave a sign of life within 75 s."""
    return record.place is Place.SEATED and records.age(record.last_seen) <= ABSENT_AFTER


def seated(records: Records, record: Record) -> Participant:
    """The person of a record, who is seated and gave a sign of life within 75 s.

    Raises:
        ApiError: 404 `unknown-participant`; 403 `not-admitted`, `refused`, `removed`.
    """
    match record.place:
        case Place.WAITING:
            raise ApiError(403, "not-admitted", "No host has let you in yet. Please wait.")
        case Place.REFUSED:
            raise ApiError(403, "refused", "The host has not let you in.")
        case Place.REMOVED:
            raise ApiError(403, "removed", "The host has removed you from this call.")
    if not is_present(records, record):
        raise unknown_participant()
    return record.participant


def is_waiting(records: Records, record: Record) -> bool:
    """Whether somebody is at the door: their page asks, and their ten minutes are not over."""
    return (
        record.place is Place.WAITING
        and records.age(record.last_seen) <= ABSENT_AFTER
        and records.age(record.since) <= KNOCK_LIFETIME
    )


def mode_of(metadata: Mapping[str, str]) -> RoomMode:
    """The mode in a room's record."""
    return RoomMode(metadata.get("mode", RoomMode.OPEN))


def is_said_closed(metadata: Mapping[str, str]) -> bool:
    """Whether a room's record says that the door is closed; without a host it is open."""
    return metadata.get("door") == DoorState.CLOSED


def is_hosting(records: Records, record: Record) -> bool:
    """Whether somebody is a host who is here, or whose page was closed just now."""
    if not record.participant.host:
        return False
    returns = record.place is Place.LEFT and records.age(record.last_seen) <= _HOST_RETURNS
    return returns or is_present(records, record)
