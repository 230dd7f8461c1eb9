"""Connection strings and access tokens of Azure SignalR Service, as pure functions.

Formats: https://learn.microsoft.com/azure/azure-signalr/concept-connection-string and
https://learn.microsoft.com/azure/azure-signalr/signalr-reference-data-plane-rest-api (JWT, HS256,
signed with the access key; `aud` is the client URL, or the REST request's URL). The SDK's `aud`
has the query and lacks the port (`RestApiProvider.cs` in Azure/azure-signalr).
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

import jwt

ALGORITHM: Final = "HS256"
CLIENT_TOKEN_SECONDS: Final = 3600
"""Lifetime of a client token: one hour, the Functions extension's default."""
SERVER_TOKEN_SECONDS: Final = 600
USER_CLAIMS: Final = ("nameid", "asrs.s.uid", "sub")
"""Claims that name the user: the REST guide's own, the .NET SDK's and the Web PubSub style one."""

_HUB_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class ConnectionStringError(ValueError):
    """A connection string lacks a part or has another form. The message never holds the key."""


class AccessDeniedError(Exception):
    """A token is missing, forged, expired or meant for another address."""


@dataclass(frozen=True)
class SignalRConnection:
    """One service: its endpoint (no trailing slash) and its access key."""

    endpoint: str
    access_key: str

    @classmethod
    def parse(cls, text: str) -> SignalRConnection:
        """Reads `Endpoint=…;AccessKey=…;Version=1.0;` (`Port=` optional).

        Raises ConnectionStringError, which names the missing part.
        """
        parts: dict[str, str] = {}
        for part in filter(None, (piece.strip() for piece in text.split(";"))):
            name, separator, value = part.partition("=")
            if not separator:
                raise ConnectionStringError("a part of the SignalR connection string has no '='")
            parts[name.lower()] = value
        endpoint, key = parts.get("endpoint", ""), parts.get("accesskey", "")
        if not endpoint.startswith(("http://", "https://")):
            raise ConnectionStringError("the SignalR connection string needs Endpoint=http(s)://…")
        if not key:
            raise ConnectionStringError("the SignalR connection string needs AccessKey=…")
        endpoint = endpoint.rstrip("/")
        if port := parts.get("port"):
            endpoint = f"{endpoint}:{port}"
        return cls(endpoint, key)

    def __str__(self) -> str:
        return f"Endpoint={self.endpoint};AccessKey={self.access_key};Version=1.0;"

    def __repr__(self) -> str:
        return f"SignalRConnection({self.endpoint!r})"

    @property
    def audience_base(self) -> str:
        """The endpoint without its port: what the service's SDK puts into `aud`."""
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.hostname}"

    def client_url(self, hub: str) -> str:
        """Where clients of `hub` connect; also the audience of their tokens."""
        return f"{self.endpoint}/client/?hub={hub_name(hub)}"

    def client_token(
        self, hub: str, user_id: str | None = None, seconds: int = CLIENT_TOKEN_SECONDS
    ) -> str:
        """A token with which a browser may connect to `hub` as `user_id`."""
        claims: dict[str, object] = {} if user_id is None else {"nameid": user_id}
        return self._sign(claims, self.client_url(hub), seconds)

    def server_token(self, url: str) -> str:
        """A token for REST calls to `url`.

        The reference signs the address without its query; the service's SDK signs it with the query
        and without the port. The caller chooses `url`.
        """
        return self._sign({}, url, SERVER_TOKEN_SECONDS)

    def verify(self, token: str, *audiences: str) -> dict[str, object]:
        """The claims of a valid token for one of `audiences`. Raises AccessDeniedError."""
        try:
            claims: dict[str, object] = jwt.decode(
                token,
                self.access_key,
                algorithms=[ALGORITHM],
                audience=list(audiences),
                options={"require": ["exp", "aud"]},
            )
        except jwt.InvalidTokenError as error:
            raise AccessDeniedError(type(error).__name__) from None
        return claims

    def _sign(self, claims: dict[str, object], audience: str, seconds: int) -> str:
        now = int(time.time())
        claims |= {"aud": audience, "iat": now, "nbf": now - 5, "exp": now + seconds}
        return jwt.encode(claims, self.access_key, algorithm=ALGORITHM)


def hub_name(hub: str) -> str:
    """The hub's name in addresses: lower case, as in the service's SDKs. Raises ValueError."""
    if not _HUB_NAME.fullmatch(hub):
        raise ValueError(f"{hub!r} is no hub name: a letter, then letters, digits or underscores")
    return hub.lower()


def user_of(claims: dict[str, object]) -> str | None:
    """The user a client token names, if any."""
    return next((str(claims[name]) for name in USER_CLAIMS if name in claims), None)


def segment(name: str) -> str:
    """A user's, group's or connection's name as one segment of a path."""
    return quote(name, safe="")
