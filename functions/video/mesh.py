"""Mesh: browsers connect to each other directly; they need at most STUN and TURN servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.contract import Claims


class Mesh:
    """Hands out the ICE servers of the settings."""

    def __init__(self, ice_servers: Sequence[Mapping[str, Any]]) -> None:
        self._ice_servers = [dict(server) for server in ice_servers]

    def token(self, claims: Claims) -> dict[str, Any]:
        """See `VideoProvider.token`."""
        return {
            "provider": "mesh",
            "iceServers": self._ice_servers,
            "expiresAt": claims.expires_at,
        }
