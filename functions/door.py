"""The door of a room: hosts close it, let people in, remove, and name a second host.

A newcomer at a closed door gets a record without a seat. Its ticket only lets their page ask
whether they were let in. The record ends after ten minutes, or 75 seconds after the page last
asked. A closed door is open while no host is here (`seats.py`).
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta

from azure.core.exceptions import ResourceModifiedError

from functions.contract import ApiError, DoorState
from functions.names import distinct_name
from functions.record_format import Place, Record
from functions.records import KNOCK_LIFETIME, Records, busy, unknown_participant
from functions.roster import HostBy, Participant
from functions.seats import is_present, is_waiting, look, seated

_NOTED_AFTER = timedelta(seconds=20)  # a waiting page asks every few seconds; few asks are written


class _OvertakenError(Exception):
    """Another call changed the room just before."""


class Door:
    """Carries out what hosts decide about the people in a room."""

    def __init__(self, records: Records, capacity: int) -> None:
        self._records = records
        self._capacity = capacity

    def set(self, room: str, state: DoorState) -> bool:
        """Open or close the door; False if it was so already.

        Raises:
            ApiError: 404 `unknown-room`; 503 `storage-busy`.
        """
        return self._records.set_room(room, "door", state.value)

    def wait(self, room: str, participant: str) -> Participant | None:
        """A sign of life at the door: the participant if they have a seat, None while they wait.

        If the door is open by now and a seat is free, this seats them.

        Raises:
            ApiError: 404 `unknown-participant`, also if they last asked too long ago; 403
                `refused`, `removed`; 410 `knock-expired`; 503 `storage-busy`.
        """
        for _ in self._records.attempts():
            record = self._records.of(room, participant)
            if record.place is not Place.WAITING:
                return seated(self._records, record)
            if not is_waiting(self._records, record):
                if self._records.part(room, record):
                    raise self._given_up(record)
                continue  # a host answered first
            now = look(self._records, room)
            if not now.closed and len(now.present) < self._capacity:
                with contextlib.suppress(ResourceModifiedError, _OvertakenError):
                    return self._seat(room, participant, invited=False)
                continue  # look again: another call was first
            if self._records.age(record.last_seen) > _NOTED_AFTER:
                with contextlib.suppress(ResourceModifiedError):
                    self._records.write(room, record, record.participant, Place.WAITING)
            return None
        raise busy()

    def admit(self, room: str, participant: str) -> Participant:
        """Seat somebody who waits.

        Raises:
            ApiError: 404 `not-waiting`; 409 `room-full`; 503 `storage-busy`.
        """
        for _ in self._records.attempts():
            self._waiting(room, participant)
            with contextlib.suppress(ResourceModifiedError, _OvertakenError):
                return self._seat(room, participant, invited=True)
        raise busy()

    def refuse(self, room: str, participant: str) -> None:
        """Refuse somebody who waits; their name is deleted at once.

        Raises:
            ApiError: 404 `not-waiting`; 503 `storage-busy`.
        """
        for _ in self._records.attempts():
            record = self._waiting(room, participant)
            with contextlib.suppress(ResourceModifiedError):
                nobody = Participant(participant, "", None)
                return self._records.write(room, record, nobody, Place.REFUSED)
        raise busy()

    def remove(self, room: str, participant: str) -> bool:
        """Close the door, then take somebody's seat; a second call is harmless.

        Returns:
            Whether the door was open before.

        Raises:
            ApiError: 404 `unknown-participant`; 409 `is-host`; 503 `storage-busy`.
        """
        record = self._records.of(room, participant)
        if record.place not in (Place.SEATED, Place.REMOVED):
            raise unknown_participant()
        if record.participant.host is HostBy.SECRET:
            raise ApiError(
                409, "is-host", "They started this call and are its host. They cannot be removed."
            )
        # First the door: the link would readmit them. Then the seat, whatever another call writes.
        closed = self.set(room, DoorState.CLOSED)
        self._records.empty(room, participant, Place.REMOVED)
        return closed

    def name_host(self, room: str, participant: str, *, host: bool) -> Participant:
        """Make somebody the second host, or take that back.

        Raises:
            ApiError: 404 `unknown-participant`; 409 `host-named`, `is-host`; 503 `storage-busy`.
        """
        for _ in self._records.attempts():
            with (
                contextlib.suppress(ResourceModifiedError, _OvertakenError),
                self._records.lease(room) as since,
            ):
                return self._named(room, participant, host=host, since=since)
        raise busy()

    def _named(self, room: str, participant: str, *, host: bool, since: float) -> Participant:
        record = self._records.of(room, participant)
        if not is_present(self._records, record):
            raise unknown_participant()
        if record.participant.host is HostBy.SECRET:
            raise ApiError(409, "is-host", "They started this call and are its host already.")
        named = {p.id for p in look(self._records, room).present if p.host is HostBy.NAMED}
        if host and named - {participant}:
            raise ApiError(
                409, "host-named", "One more host is named already. Take that back first."
            )
        changed = replace(record.participant, host=HostBy.NAMED if host else None)
        self._require_lease(since)
        self._records.write(room, record, changed)
        return changed

    def _require_lease(self, since: float) -> None:
        if not self._records.holds(since):  # what was looked up may have changed
            raise _OvertakenError

    def _seat(self, room: str, participant: str, *, invited: bool) -> Participant:
        """Give a waiting person a seat and a name that no one else has, under the room's lease.

        Raises:
            _OvertakenError: they no longer wait; or they are not invited, and the door is closed
                or no seat is free; or the lease is over.
        """
        with self._records.lease(room) as since:
            record = self._records.of(room, participant)
            now = look(self._records, room)
            free = not now.closed and len(now.present) < self._capacity
            if not (is_waiting(self._records, record) and (free or invited)):
                raise _OvertakenError
            now.require_seat(self._capacity)
            name = distinct_name(record.participant.name, [one.name for one in now.present])
            newcomer = replace(record.participant, name=name)
            self._require_lease(since)
            self._records.write(room, record, newcomer)
            return newcomer

    def _waiting(self, room: str, participant: str) -> Record:
        with contextlib.suppress(ApiError):
            record = self._records.of(room, participant)
            if is_waiting(self._records, record):
                return record
        raise ApiError(404, "not-waiting", "They do not wait any more.")

    def _given_up(self, record: Record) -> ApiError:
        if self._records.age(record.since) <= KNOCK_LIFETIME:
            return unknown_participant()
        return ApiError(410, "knock-expired", "No one answered. Knock again, or ask the host.")
