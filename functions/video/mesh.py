"""Mesh: browsers connect to each other directly; they need at most STUN and TURN servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.contract import Claims
from functions.video.turn import Turn


class Mesh:
    """Gives each participant the settings' ICE servers, and a TURN credential of their own."""

    def __init__(self, ice_servers: Sequence[Mapping[str, Any]], turn: Turn | None = None) -> None:
        self._ice_servers = [dict(server) for server in ice_servers]
        self._turn = turn

    def token(self, claims: Claims) -> dict[str, Any]:
        """See `VideoProvider.token`; it expires with the TURN credential, if there is one."""
        ice_servers, expires_at = self._ice_servers, claims.expires_at
        if self._turn is not None:
            server, expiry = self._turn.server()
            ice_servers, expires_at = [*ice_servers, server], min(expires_at, expiry * 1000)
        return {"provider": "mesh", "iceServers": ice_servers, "expiresAt": expires_at}

    def disconnect(self, room: str, connections: Sequence[str]) -> None:
        """Does nothing: the others' pages hang up by themselves."""
