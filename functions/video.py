"""What a participant needs to send and receive video: the call's provider and its credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from functions.contract import Claims


class VideoProvider(Protocol):
    """Issues credentials for one participant's video."""

    def token(self, claims: Claims) -> dict[str, Any]:
        """JSON the page's call of the same `provider` understands.

        Raises:
            ApiError: 502 when the provider cannot be reached or refuses us.
        """


class Mesh:
    """Browsers connect to each other directly; they need at most STUN and TURN servers."""

    def __init__(self, ice_servers: Sequence[Mapping[str, Any]]) -> None:
        self._ice_servers = [dict(server) for server in ice_servers]

    def token(self, claims: Claims) -> dict[str, Any]:
        return {
            "provider": "mesh",
            "iceServers": self._ice_servers,
            "expiresAt": claims.expires_at,
        }
