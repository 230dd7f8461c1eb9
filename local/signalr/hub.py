"""The memory of the SignalR stand-in: connections, users and groups of one hub.

A connection's membership of a group ends with the connection. A *user's* membership also holds for
connections opened later, and without a time to live it lasts until it is removed (the service's
swagger: "Optional for live forever"; its maintainers guarantee seven days,
Azure/azure-signalr#572). Here it is only in memory: after a restart of the stand-in, members must
be added again.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

RECORD_END: Final = "\x1e"
MAX_WAITING: Final = 1000
"""Records that may wait for one slow client before it is cut off."""


@dataclass(eq=False)
class Connection:
    """One client's WebSocket and the messages that wait for it."""

    id: str
    user: str | None
    waiting: asyncio.Queue[str | None] = field(
        default_factory=lambda: asyncio.Queue(maxsize=MAX_WAITING)
    )
    heard: float = field(default_factory=time.monotonic)
    sent: float = field(default_factory=time.monotonic)

    def send(self, record: str) -> None:
        """Queues one record; a client that no longer takes records is closed instead."""
        try:
            self.waiting.put_nowait(record)
        except asyncio.QueueFull:
            self.close()

    def close(self, reason: str = "") -> None:
        """Closes after the waiting messages, or at once if too many wait."""
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
        else:
            goodbye = {"type": 7} | ({"error": reason} if reason else {})
            self.waiting.put_nowait(json.dumps(goodbye) + RECORD_END)
        with suppress(asyncio.QueueFull):
            self.waiting.put_nowait(None)


class Hub:
    """The connections, users and groups of one hub name."""

    def __init__(self) -> None:
        self.connections: dict[str, Connection] = {}
        self._users: defaultdict[str, set[Connection]] = defaultdict(set)
        self._group_connections: defaultdict[str, set[Connection]] = defaultdict(set)
        self._group_users: defaultdict[str, dict[str, float]] = defaultdict(dict)

    def open(self, connection: Connection) -> None:
        """Adds a client that finished its handshake."""
        self.connections[connection.id] = connection
        if connection.user is not None:
            self._users[connection.user].add(connection)

    def forget(self, connection: Connection) -> None:
        """Removes a client and its own memberships; its user's memberships stay."""
        self.connections.pop(connection.id, None)
        if connection.user is not None:
            self._users[connection.user].discard(connection)
            if not self._users[connection.user]:
                del self._users[connection.user]
        self.remove_connection_everywhere(connection)

    def of_user(self, user: str) -> set[Connection]:
        """Every connection of one user."""
        return set(self._users.get(user, ()))

    def of_group(self, group: str) -> set[Connection]:
        """Every connection in a group, by its own membership or its user's."""
        members = set(self._group_connections.get(group, ()))
        for user in list(self._group_users.get(group, ())):
            if self.has_user(group, user):
                members |= self.of_user(user)
        return members

    def has_user(self, group: str, user: str) -> bool:
        """Whether the user is a member now: a membership with `ttl` may have ended."""
        until = self._group_users.get(group, {}).get(user)
        if until is not None and until <= time.monotonic():
            self.remove_user(group, user)
            until = None
        return until is not None

    def add_user(self, group: str, user: str, seconds: float) -> None:
        """Makes the user a member for `seconds`."""
        self._group_users[group][user] = time.monotonic() + seconds

    def remove_user(self, group: str, user: str) -> None:
        """Ends a user's membership of one group."""
        self._group_users[group].pop(user, None)
        if not self._group_users[group]:
            del self._group_users[group]

    def remove_user_everywhere(self, user: str) -> None:
        """Ends all memberships of a user."""
        for group in list(self._group_users):
            self.remove_user(group, user)

    def add_connection(self, group: str, connection: Connection) -> None:
        """Puts one connection into a group."""
        self._group_connections[group].add(connection)

    def remove_connection(self, group: str, connection: Connection) -> None:
        """Takes one connection out of a group."""
        self._group_connections[group].discard(connection)
        if not self._group_connections[group]:
            del self._group_connections[group]

    def remove_connection_everywhere(self, connection: Connection) -> None:
        """Takes one connection out of all groups."""
        for group in list(self._group_connections):
            self.remove_connection(group, connection)
