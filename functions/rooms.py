"""Rooms: creating, joining, staying and leaving.

A participant who gave no sign of life for 75 seconds is absent, and must join again. The record of
a participant who left stays, emptied, for as long. A heartbeat can never undo a withdrawal. A join
holds the room's lease while it checks door and seats.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from azure.core.exceptions import ResourceModifiedError

from functions.contract import ApiError, ConsentScope, DoorState, RoomMode
from functions.gone import make_room, take_out
from functions.names import distinct_name
from functions.record_format import Place, Record
from functions.records import Records, busy
from functions.roster import HostBy, Participant, Roster
from functions.seats import Look, is_said_closed, look, mode_of, present, seated

ROOMS_CONTAINER = "rooms"


def new_id() -> str:
    """128 random bits as 22 base64url characters: a room, a participant or a host's secret."""
    return secrets.token_urlsafe(16)


class Rooms:
    """Creates rooms, and lets participants join, stay, change their consent and leave."""

    def __init__(self, records: Records, capacity: int) -> None:
        self._records = records
        self.capacity = capacity

    def create(self) -> tuple[str, str]:
        """Create a room; returns its id and its host's secret."""
        room, host_secret = new_id(), new_id()
        self._records.create_room(room, {"host": _digest(host_secret)})
        return room, host_secret

    def video_session(self, room: str, project: str, create: Callable[[], str]) -> str:
        """The room's one video session in `project`; `create` makes it if there is none yet.

        If several instances race, the first one that writes decides for all; no one joins the
        other sessions.
        """
        session = self._records.session(room, project)
        if session is None:
            session = create()
            if not self._records.add_session(room, project, session):
                return self._records.session(room, project) or session
        return session

    def join(
        self,
        room: str,
        name: str,
        *,
        consent: bool,
        host_secret: str | None,
        scope: ConsentScope | None,
        attempt: str | None,
    ) -> tuple[Participant, Roster | None, bool]:
        """Give a person a seat; at a closed door let them wait, unless they are its host.

        If somebody present has the same name, the new one gets a number. Consent without a scope
        goes as far as the room's mode does now. One call at a time checks door and seats and takes
        a seat, under the room's lease. So only one of several gets the last seat, and no one gets
        in while the door is being closed.

        `attempt` is a secret that the caller makes for this place. If the answer to their first
        call was lost, the next call with it finds the place and takes no other.

        Returns:
            The participant; the roster if they wait at the door, None if they have a seat; and
            whether the place is new.

        Raises:
            ApiError: 404 `unknown-room`; 409 `room-full`, `door-crowded`; 503 `storage-busy`.
        """
        metadata = self._records.room(room)
        known = hmac.compare_digest(metadata["host"], _digest(host_secret or ""))
        host = HostBy.SECRET if known else None
        agreed = (scope or _scope_under(mode_of(metadata))) if consent else None
        own = _id_of(room, attempt) if attempt else new_id()
        now = look(self._records, room, metadata)
        if not now.find(own):
            self._require_place(now, host)  # refuses without the lease
        make_room(self._records, room, now)
        with self._records.lease(room) as since:
            now = look(self._records, room)
            if found := now.find(own):
                return found, now.roster if found in now.waiting else None, False
            if any(record.id == own for record in now.elsewhere) or (
                attempt and self._records.is_set_aside(room, own)
            ):
                own = new_id()  # that place was left or taken away
            waits = self._require_place(now, host) is Place.WAITING
            # A number would show people outside that somebody inside has the name.
            called = name if waits else distinct_name(name, [one.name for one in now.present])
            participant = Participant(own, called, agreed, host=host)
            if not self._records.holds(since):  # the caller may have asked again, and be seated
                raise busy()
            self._records.add(room, participant, Place.WAITING if waits else Place.SEATED)
            if not self._records.holds(since):  # another call may have taken the seat
                self._records.forget(room, self._records.of(room, own))
                raise busy()
        return participant, now.roster if waits else None, True

    def _require_place(self, now: Look, host: HostBy | None) -> Place:
        if now.closed and not host:
            now.require_room_at_the_door()
            return Place.WAITING
        now.require_seat(self.capacity)
        return Place.SEATED

    def participant(self, room: str, participant: str) -> Participant:
        """A participant who joined, has not left, and gave a sign of life within 75 s.

        Raises:
            ApiError: 404 `unknown-participant`; 403 `not-admitted`, `refused`, `removed`.
        """
        return seated(self._records, self._records.of(room, participant))

    def scope(self, room: str, participant: str, uploaded: datetime | None) -> ConsentScope | None:
        """How far a participant agrees to be read; None if they do not, or are not here.

        What was `uploaded` (the storage's time) before they withdrew is not agreed to, although
        they agree again.
        """
        try:
            record = self._records.of(room, participant)
            agreed = seated(self._records, record).scope
        except ApiError:
            return None
        before = uploaded and record.withdrawn and uploaded <= record.withdrawn
        return None if before else agreed

    def present(self, room: str) -> tuple[Participant, ...]:
        """Everybody who has not left and gave a sign of life within 75 s."""
        return present(self._records, self._records.all(room))

    def roster_and_absent(self, room: str) -> tuple[Roster, list[str], bool]:
        """The roster, the ids to take out of the hub's group, and whether this opened the door.

        A closed door opens if no host is here. Absent participants leave by this: their name is
        deleted. The empty record of a participant who left stays for 75 s or more, because a late
        call of theirs could still put them into the group again, and because a hub that was away
        must hear of it from a later heartbeat.

        Raises:
            ApiError: 404 `unknown-room`; 503 `storage-busy`.
        """
        now = look(self._records, room, aside=True)
        absent = take_out(self._records, room, now)
        opened = now.forsaken and self._records.set_room(room, "door", DoorState.OPEN)
        return now.roster, absent, opened

    def open_forsaken(self, room: str) -> bool:
        """Open a closed door if no host is here; returns whether this call did.

        Raises:
            ApiError: 404 `unknown-room`; 503 `storage-busy`.
        """
        metadata = self._records.room(room)
        if not is_said_closed(metadata):
            return False
        now = look(self._records, room, metadata)
        return now.forsaken and self._records.set_room(room, "door", DoorState.OPEN)

    def roster(self, room: str) -> Roster:
        """Who is here, the room's mode and its door.

        Raises:
            ApiError: 404 `unknown-room`.
        """
        return look(self._records, room).roster

    def mode(self, room: str) -> RoomMode:
        """The room's mode, as the storage has it now.

        Raises:
            ApiError: 404 `unknown-room`.
        """
        return mode_of(self._records.room(room))

    def set_mode(self, room: str, mode: RoomMode) -> None:
        """Set the room's mode, which decides who is shown readings.

        Raises:
            ApiError: 404 `unknown-room`; 503 `storage-busy`.
        """
        self._records.set_room(room, "mode", mode.value)

    def touch(self, room: str, participant: str, *, away: bool | None) -> tuple[Participant, bool]:
        """Write a sign of life, and whether the page is out of view (None: unchanged).

        Returns:
            The participant, and whether this changed `away`.

        Raises:
            ApiError: 404 `unknown-participant`, also if they were absent: their seat may be taken;
                403 as for `participant`; 503 `storage-busy`.
        """
        for _ in self._records.attempts():
            record = self._here(room, participant)
            before = record.participant
            now = before if away is None else replace(before, away=away)
            try:
                self._records.write(room, record, now)
            except ResourceModifiedError:  # another call wrote it first: that is a sign of life too
                if now != before:
                    continue
                return self.participant(room, participant), False
            return now, now != before
        raise busy()

    def set_consent(
        self,
        room: str,
        participant: str,
        consent: bool,
        scope: ConsentScope | None,
        order: int | None,
    ) -> Participant:
        """Give or withdraw consent, also for frames already uploaded; returns what holds now.

        Consent without a scope goes as far as the room's mode does now. `order` grows with each
        choice of a page: consent that arrives after a later choice changes nothing. A withdrawal
        always counts.

        Raises:
            ApiError: as for `touch`.
        """
        agreed = (scope or _scope_under(self.mode(room))) if consent else None
        before: Participant | None = None
        for _ in self._records.attempts():
            record = self._here(room, participant)
            if before and agreed and order is None and record.participant != before:
                return record.participant  # another call changed it first: an older page's loses
            if agreed and order is not None and order < record.order:
                return record.participant
            before = record.participant
            changed = replace(record.participant, scope=agreed)
            turned = (agreed is None) != (before.scope is None)
            # Who agrees again: the withdrawal, or a sign of life since, was the last write.
            withdrawn = turned and (agreed is None or record.withdrawn) and record.last_seen
            newest = replace(
                record,
                order=max(record.order, order or 0),
                withdrawn=withdrawn or record.withdrawn,
            )
            with contextlib.suppress(ResourceModifiedError):
                self._records.write(room, newest, changed)
                return changed
        raise busy()

    def leave(self, room: str, participant: str, *, for_good: bool = True) -> Record | None:
        """Delete a participant's name and consent; leaving twice is harmless.

        Their emptied record stays for 75 s or more. A late call of theirs may put them into the
        hub's group again; the next heartbeat of somebody else takes them out. If a host's page was
        closed, they may come back at once (not `for_good`): the door stays closed for ten seconds.

        Returns:
            Their record as it was; None if they were not seated or waiting.
        """
        try:
            for _ in self._records.attempts():
                record = self._records.of(room, participant)
                if record.place not in (Place.SEATED, Place.WAITING):
                    return None  # a host's answer stays
                returning = record.place is Place.SEATED and not for_good
                host = record.participant.host if returning else None
                nobody = Participant(participant, "", None, host=host)
                newest = replace(record, order=0, withdrawn=None)
                with contextlib.suppress(ResourceModifiedError):  # it may be such an answer
                    self._records.write(room, newest, nobody, Place.LEFT)
                    return record
        except ApiError:  # deleted already
            return None
        self._records.empty(room, participant, Place.LEFT, host)
        return record

    def _here(self, room: str, participant: str) -> Record:
        """The record of a present participant; if they are absent, it is emptied."""
        record = self._records.of(room, participant)
        try:
            seated(self._records, record)
        except ApiError:
            if record.place is Place.SEATED:
                self.leave(room, participant)
            raise
        return record


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _id_of(room: str, attempt: str) -> str:
    """The id of who asks for a place with this secret, which the id does not give away."""
    digest = hashlib.sha256(f"{room}\n{attempt}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def _scope_under(mode: RoomMode) -> ConsentScope:
    return ConsentScope.EVERYBODY if mode is RoomMode.OPEN else ConsentScope.ROOM_ONLY
