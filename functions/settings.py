"""The app's settings, read once from the environment; a missing or wrong one fails by name.

Nothing else in the package reads `os.environ`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure.functions import BlobSource
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from functions.connection_strings import (
    is_address,
    is_ice_server,
    is_signalr,
    is_storage,
    is_turn,
)
from functions.contract import Ways
from functions.hub import SIGNALR_CONNECTION
from functions.limit_table import LIMITS, other_numbers

STORAGE_CONNECTION = "FramesStorage"

_APP = Path(__file__).parents[1]
_TURN_SECRET_MIN_BYTES = 16
_UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TICKET_KEY_MIN_BYTES = 32  # RFC 7518 §3.2: a key of HS256 is at least as long as its hash


class SettingsError(Exception):
    """One or more settings are missing or wrong; the message names each."""


@dataclass(frozen=True)
class StorageAccess:
    """The storage of frames and rooms: a connection string, or an address and an identity.

    The names are those of an identity-based connection, because the trigger's binding reads them:
    https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection
    """

    connection_string: str = field(repr=False)
    blob_service_uri: str
    client_id: str | None


@dataclass(frozen=True)
class OpenTokCredentials:
    """OpenTok's API key and secret, or Vonage's application id and private key (PEM)."""

    project: str
    secret: str = field(repr=False)
    vonage: bool
    api_url: str | None


@dataclass(frozen=True)
class TurnServer:
    """A TURN server that takes credentials made from a secret it shares with us.

    Attributes:
        urls: as `RTCIceServer.urls`.
        secret: never leaves the functions.
        lifetime: of a credential, in seconds.
    """

    urls: tuple[str, ...]
    secret: str = field(repr=False)
    lifetime: int


@dataclass(frozen=True)
class AzureFaceAccess:
    """An Azure Face resource: its address, and a key unless a managed identity has access."""

    endpoint: str
    key: str | None = field(repr=False)
    client_id: str | None


@dataclass(frozen=True)
class Settings:
    """What a deployment can choose. Durations are in seconds."""

    storage: StorageAccess
    ticket_key: str = field(repr=False)
    ticket_lifetime: int
    room_creation_key: str | None = field(repr=False)
    room_capacity: int
    limits: Mapping[str, int]
    """Numbers that replace those in `functions.limit_table.LIMITS`."""
    opentok: OpenTokCredentials | None
    """None: the browsers connect to each other directly."""
    ice_servers: tuple[Mapping[str, Any], ...]
    turn: TurnServer | None
    """None: only the servers of `ice_servers`."""
    reading: Ways
    """Who reads: the service, the participants' own devices, or what each participant chooses."""
    azure_face: AzureFaceAccess | None
    """None: the embedded reader."""
    expression_model: Path | None
    """The embedded reader's classifier, with its sidecar beside it; None: the package's own."""
    frame_slot: float
    frame_lifetime: float
    blob_trigger_source: BlobSource

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read every setting; one error reports all that is wrong.

        Raises:
            SettingsError: names each missing or wrong setting and what it takes.
        """
        read = _Reader(environ)
        settings = cls(
            storage=read.storage(STORAGE_CONNECTION),
            ticket_key=read.text("TICKET_KEY", min_bytes=_TICKET_KEY_MIN_BYTES),
            ticket_lifetime=read.whole("TICKET_LIFETIME_SECONDS", 4 * 3600, 60, 12 * 3600),
            room_creation_key=read.optional("ROOM_CREATION_KEY") and read.text("ROOM_CREATION_KEY"),
            room_capacity=read.whole("ROOM_CAPACITY", 6, 2, 50),
            limits=read.limits("LIMITS"),
            opentok=(
                read.opentok()
                if read.choice("VIDEO_PROVIDER", "mesh", "opentok") == "opentok"
                else None
            ),
            ice_servers=read.ice_servers("ICE_SERVERS"),
            turn=read.turn(),
            reading=Ways(read.choice("READING", *Ways)),
            azure_face=(
                read.azure_face()
                if read.choice("FACE_READER", "embedded", "azure") == "azure"
                else None
            ),
            expression_model=read.onnx_file("EXPRESSION_MODEL"),
            frame_slot=read.number("FRAME_SLOT_SECONDS", 1, 0.05, 60),
            frame_lifetime=read.number("FRAME_LIFETIME_SECONDS", 10, 1, 60),
            blob_trigger_source=BlobSource(
                read.choice("BLOB_TRIGGER_SOURCE", *(source.value for source in BlobSource))
            ),
        )
        # Only the bindings read these; it is better to fail here than at a call.
        read.signalr(SIGNALR_CONNECTION)
        if settings.storage.blob_service_uri:
            read.https_url(f"{STORAGE_CONNECTION}__queueServiceUri")
        if read.problems:
            raise SettingsError("; ".join(read.problems))
        return settings


class _Reader:
    """Reads values and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def value(self, name: str) -> str:
        value = self._environ.get(name, "")
        # The host passes on a reference it could not resolve; anybody could guess it as a key.
        if value.startswith("@Microsoft.KeyVault("):
            self.problems.append(f"{name} is a Key Vault reference that was not resolved")
        text = value.encode(errors="replace").decode()
        if text != value:
            self.problems.append(f"{name} must be UTF-8")
        return text

    def text(self, name: str, *, min_bytes: int = 1, copied: bool = True) -> str:
        """A text that is there; copied from somewhere, it may have got a line's end."""
        value = self.value(name)
        if not value:
            self.problems.append(f"{name} is missing")
        elif len(value.encode()) < min_bytes:
            self.problems.append(f"{name} must have at least {min_bytes} bytes")
        if copied and value != value.strip():
            self.problems.append(f"{name} must not begin or end with a blank or a line's end")
        return value

    def optional(self, name: str) -> str | None:
        return self.value(name) or None

    def pattern(self, name: str, pattern: str, wanted: str) -> str:
        value = self.text(name)
        if value and not re.fullmatch(pattern, value):
            self.problems.append(f"{name} must be {wanted}")
        return value

    def https_url(self, name: str) -> str:
        """An address without a trailing slash; plain HTTP is allowed only on this machine."""
        here = r"http://(127\.0\.0\.1|localhost)(:\d+)?(/.*)?"
        value = self.text(name)
        if value and not (re.fullmatch(f"https://.*|{here}", value) and is_address(value)):
            self.problems.append(f"{name} must be an https:// address")
        return value.rstrip("/")

    def storage(self, name: str) -> StorageAccess:
        """A connection string wins over an address, as it does in the Functions host."""
        connection_string, uri = self.value(name), f"{name}__blobServiceUri"
        by_identity = not connection_string and self.optional(uri) is not None
        if not connection_string and not by_identity:
            self.problems.append(f"{name} is missing (with a managed identity: {uri})")
        if connection_string and not is_storage(connection_string):
            self.problems.append(f"{name} must be a connection string of storage, with its key")
        return StorageAccess(
            connection_string,
            self.https_url(uri) if by_identity else "",
            self.optional(f"{name}__clientId"),
        )

    def signalr(self, name: str) -> None:
        """A connection string wins over an address, as it does in the Functions host."""
        connection_string, uri = self.value(name), f"{name}__serviceUri"
        if connection_string and not is_signalr(connection_string):
            self.problems.append(f"{name} must be a SignalR service's connection string")
        elif not connection_string and self.optional(uri):
            self.https_url(uri)
        elif not connection_string:
            self.problems.append(f"{name} is missing (with a managed identity: {uri})")

    def opentok(self) -> OpenTokCredentials:
        """OpenTok's credentials, or Vonage's if only its application id is set."""
        api_url = self.https_url("OPENTOK_API_URL") if self.optional("OPENTOK_API_URL") else None
        if self.optional("VONAGE_APPLICATION_ID") and not self.optional("OPENTOK_API_KEY"):
            return OpenTokCredentials(
                self.pattern("VONAGE_APPLICATION_ID", _UUID, "an application's id"),
                self.private_key("VONAGE_PRIVATE_KEY"),
                vonage=True,
                api_url=api_url,
            )
        if not self.optional("OPENTOK_API_KEY"):
            self.problems.append("VIDEO_PROVIDER needs OPENTOK_API_KEY or VONAGE_APPLICATION_ID")
        return OpenTokCredentials(
            self.pattern("OPENTOK_API_KEY", "[0-9]+", "a project's API key: digits"),
            self.pattern("OPENTOK_API_SECRET", "[0-9a-zA-Z]{32,}", "a project's secret"),
            vonage=False,
            api_url=api_url,
        )

    def turn(self) -> TurnServer | None:
        """The TURN server that `TURN_URLS` and `TURN_SECRET` describe together."""
        lifetime = self.whole("TURN_LIFETIME_SECONDS", 3600, 300, 86_400)
        urls = [url.strip() for url in self.value("TURN_URLS").split(",") if url.strip()]
        if not urls and not self.optional("TURN_SECRET"):
            return None
        if not urls or not all(map(is_turn, urls)):
            self.problems.append(
                "TURN_URLS must, with TURN_SECRET, be addresses like turn:HOST:3478?transport=udp, "
                "a comma between"
            )
        secret = self.text("TURN_SECRET", min_bytes=_TURN_SECRET_MIN_BYTES)
        return TurnServer(tuple(urls), secret, lifetime)

    def private_key(self, name: str) -> str:
        """An RSA private key as PEM; given as text (line ends may be `\\n`) or as a file's path."""
        text = self.text(name, copied=False).replace("\\n", "\n")
        try:
            pem = text if "-----BEGIN" in text or not text else Path(text).read_text()
            if text and not isinstance(load_pem_private_key(pem.encode(), None), RSAPrivateKey):
                raise ValueError
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            self.problems.append(f"{name} must be an RSA private key (PEM), or a file's path")
            return ""
        return pem

    def azure_face(self) -> AzureFaceAccess:
        return AzureFaceAccess(
            self.https_url("AZURE_FACE_ENDPOINT"),
            self.optional("AZURE_FACE_KEY")
            and self.pattern("AZURE_FACE_KEY", "[!-~]+", "a resource's key"),
            self.optional("AZURE_CLIENT_ID"),
        )

    def onnx_file(self, name: str) -> Path | None:
        """A file, relative to the app's own folder unless the path is absolute."""
        text = self.optional(name)
        if text is None:
            return None
        file = _APP / text
        try:
            is_there = file.suffix == ".onnx" and file.is_file()
        except OSError:  # for example, a name that is too long
            is_there = False
        if not is_there:
            self.problems.append(f"{name} must be the path of an .onnx file")
        return file

    def number(self, name: str, default: float, minimum: float, maximum: float) -> float:
        text = self.value(name)
        try:
            value = float(text) if text else default
        except ValueError:
            value = float("nan")
        if not minimum <= value <= maximum:
            self.problems.append(f"{name} must be a number from {minimum} to {maximum}")
            return default
        return value

    def whole(self, name: str, default: int, minimum: int, maximum: int) -> int:
        value = self.number(name, default, minimum, maximum)
        if value != int(value):
            self.problems.append(f"{name} must be a whole number")
        return int(value)

    def choice(self, name: str, default: str, *others: str) -> str:
        value = self.value(name) or default
        if value not in (default, *others):
            self.problems.append(f"{name} must be one of: {', '.join((default, *others))}")
            return default
        return value

    def limits(self, name: str) -> Mapping[str, int]:
        try:
            return other_numbers(self.value(name))
        except ValueError:
            self.problems.append(
                f'{name} must be a JSON object like {{"rooms": 100}} with any of: '
                + ", ".join(LIMITS)
            )
            return {}

    def ice_servers(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """The browser's `RTCConfiguration.iceServers` as JSON; none by default."""
        try:
            servers = json.loads(self.value(name) or "[]")
        except (ValueError, RecursionError):
            servers = None
        if not isinstance(servers, list) or not all(map(is_ice_server, servers)):
            self.problems.append(
                f'{name} must be a JSON list like [{{"urls": "stun:HOST"}}]; a turn: server has '
                "username and credential, too"
            )
            return ()
        return tuple(servers)
