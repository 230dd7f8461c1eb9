"""The app's settings, read once from the environment; a missing or wrong one fails by name.

Nothing else in the package reads `os.environ`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.functions import BlobSource

STORAGE_CONNECTION = "FramesStorage"
SIGNALR_CONNECTION = "AzureSignalRConnectionString"

_TICKET_KEY_MIN_BYTES = 32  # RFC 7518 §3.2: a key of HS256 is at least as long as its hash


class SettingsError(Exception):
    """One or more settings are missing or wrong; the message names each."""


@dataclass(frozen=True)
class Settings:
    """What a deployment can choose. Durations are in seconds."""

    storage_connection_string: str
    ticket_key: str
    ticket_lifetime: int
    room_creation_key: str | None
    room_capacity: int
    video_provider: str
    ice_servers: tuple[Mapping[str, Any], ...]
    face_reader: str
    frame_slot: float
    frame_lifetime: float
    blob_trigger_source: BlobSource

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read every setting, reporting all that is wrong at once.

        Raises:
            SettingsError: names each missing or wrong setting and what it takes.
        """
        read = _Reader(environ)
        settings = cls(
            storage_connection_string=read.text(STORAGE_CONNECTION),
            ticket_key=read.text("TICKET_KEY", min_bytes=_TICKET_KEY_MIN_BYTES),
            ticket_lifetime=int(read.number("TICKET_LIFETIME_SECONDS", 4 * 3600, 60, 12 * 3600)),
            room_creation_key=environ.get("ROOM_CREATION_KEY") or None,
            room_capacity=int(read.number("ROOM_CAPACITY", 6, 2, 50)),
            video_provider=read.choice("VIDEO_PROVIDER", "mesh"),
            ice_servers=read.ice_servers("ICE_SERVERS"),
            face_reader=read.choice("FACE_READER", "embedded"),
            frame_slot=read.number("FRAME_SLOT_SECONDS", 1, 0.05, 60),
            frame_lifetime=read.number("FRAME_LIFETIME_SECONDS", 10, 1, 60),
            blob_trigger_source=BlobSource(
                read.choice("BLOB_TRIGGER_SOURCE", *(source.value for source in BlobSource))
            ),
        )
        # The SignalR bindings read this one themselves; failing here beats failing at a call.
        if not any(name.startswith(SIGNALR_CONNECTION) for name in environ):
            read.problems.append(f"{SIGNALR_CONNECTION} is missing")
        if read.problems:
            raise SettingsError("; ".join(read.problems))
        return settings


class _Reader:
    """Reads values and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def text(self, name: str, *, min_bytes: int = 1) -> str:
        value = self._environ.get(name, "")
        if not value:
            self.problems.append(f"{name} is missing")
        elif len(value.encode()) < min_bytes:
            self.problems.append(f"{name} must have at least {min_bytes} bytes")
        return value

    def number(self, name: str, default: float, minimum: float, maximum: float) -> float:
        text = self._environ.get(name, "")
        try:
            value = float(text) if text else default
        except ValueError:
            value = float("nan")
        if not minimum <= value <= maximum:
            self.problems.append(f"{name} must be a number from {minimum} to {maximum}")
            return default
        return value

    def choice(self, name: str, default: str, *others: str) -> str:
        value = self._environ.get(name) or default
        if value not in (default, *others):
            self.problems.append(f"{name} must be one of: {', '.join((default, *others))}")
            return default
        return value

    def ice_servers(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """The browser's `RTCConfiguration.iceServers` as JSON; none by default."""
        try:
            servers = json.loads(self._environ.get(name) or "[]")
        except ValueError:
            servers = None
        if not isinstance(servers, list) or not all(
            isinstance(server, dict) and "urls" in server for server in servers
        ):
            self.problems.append(f'{name} must be a JSON list like [{{"urls": "stun:HOST"}}]')
            return ()
        return tuple(servers)
