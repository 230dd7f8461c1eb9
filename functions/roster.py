"""Who is in a room, as the others see them: pure data and its JSON, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from functions.contract import ConsentScope, DoorState, RoomMode


class HostBy(StrEnum):
    """What makes somebody a host."""

    SECRET = "secret"  # their page created the room
    NAMED = "named"  # a host named them


@dataclass(frozen=True)
class Participant:
    """One person in a room, as the others see them; `scope` is None if they did not agree.

    `away` means that their page is out of view; nothing is read of them then. `host` is set if they
    may open the door, let people in, remove and mute.
    """

    id: str
    name: str
    scope: ConsentScope | None
    away: bool = False
    host: HostBy | None = None

    @property
    def consent(self) -> bool:
        """Whether they agreed to be read, with any scope."""
        return self.scope is not None

    def to_json(self) -> dict[str, Any]:
        scope = {} if self.scope is None else {"scope": self.scope.value}
        return {
            "participant": self.id,
            "name": self.name,
            "consent": self.consent,
            **scope,
            **({"away": True} if self.away else {}),
            **({"host": True} if self.host else {}),
        }

    def knock_to_json(self) -> dict[str, Any]:
        """A person who waits at the door, as hosts see them."""
        return {"participant": self.id, "name": self.name}


@dataclass(frozen=True)
class Roster:
    """Who is in a room, the room's mode and its door; only hosts are sent `waiting`."""

    participants: tuple[Participant, ...]
    mode: RoomMode
    door: DoorState
    waiting: tuple[Participant, ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The ids of the hosts who are here."""
        return tuple(p.id for p in self.participants if p.host)

    def to_json(self, asked_by: str) -> dict[str, Any]:
        """The part that the participant `asked_by` may know."""
        seen_by_hosts = {"waiting": [knock.knock_to_json() for knock in self.waiting]}
        return {
            "participants": [p.to_json() for p in self.participants],
            "mode": self.mode.value,
            "door": self.door.value,
            **(seen_by_hosts if asked_by in self.hosts else {}),
        }
