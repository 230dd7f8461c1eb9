"""Credentials for a TURN server that shares a secret with us; participants never get the secret.

They follow draft-uberti-behave-turn-rest-00, as coturn (`use-auth-secret`) and rented services do:
the username begins with the time of its end, and the credential is the username's HMAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Any


class Turn:
    """Makes a new credential for each request."""

    def __init__(
        self, urls: Sequence[str], secret: str, lifetime: int, now: Callable[[], float]
    ) -> None:
        """Takes its collaborators.

        Args:
            urls: as `RTCIceServer.urls`.
            secret: the secret it shares with the server.
            lifetime: of a credential, in seconds.
            now: seconds since the epoch.
        """
        self._urls = list(urls)
        self._secret = secret.encode()
        self._lifetime = lifetime
        self._now = now

    def server(self) -> tuple[dict[str, Any], int]:
        """An `RTCIceServer` with a new credential, and when that ends (seconds since the epoch).

        The rest of the username is random, because the server may write it into its log.
        """
        expiry = int(self._now()) + self._lifetime
        username = f"{expiry}:{secrets.token_hex(6)}"
        digest = hmac.new(self._secret, username.encode(), hashlib.sha1).digest()
        credential = base64.b64encode(digest).decode()
        return {"urls": self._urls, "username": username, "credential": credential}, expiry
