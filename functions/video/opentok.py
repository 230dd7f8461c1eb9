"""OpenTok, now Vonage Video: routed sessions, one per room, and a token for each participant.

The SDK speaks for both kinds of credentials: https://github.com/opentok/Opentok-Python-SDK
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opentok import Client, MediaModes, OpenTokException, Roles
from opentok.exceptions import AuthError

from functions.contract import ApiError, Claims

_OPENTOK_SETTINGS = "OPENTOK_API_KEY and OPENTOK_API_SECRET"
_VONAGE_SETTINGS = "VONAGE_APPLICATION_ID and VONAGE_PRIVATE_KEY"
_TIMEOUT = (3, 8)  # seconds to connect, and between two bytes of the answer

RoomSession = Callable[[str, str, Callable[[], str]], str]
"""Room, project and how to create a session → the id of the room's session."""


class OpenTok:
    """Issues publisher tokens that say whose they are.

    Args:
        project: OpenTok's API key, or Vonage's application id.
        secret: the project's secret, or the application's private key (PEM).
        room_session: remembers one session per room.
        api_url: another REST API than the SDK's own.
        timeout: seconds to connect, and between two bytes of the answer.
    """

    def __init__(
        self,
        project: str,
        secret: str,
        room_session: RoomSession,
        *,
        vonage: bool = False,
        api_url: str | None = None,
        timeout: tuple[float, float] = _TIMEOUT,
    ) -> None:
        self._project = project
        self._client = _vonage_client(project, secret) if vonage else Client(project, secret)
        self._client.timeout = timeout
        if api_url is not None:
            self._client.endpoints.api_url = api_url  # the constructor's is ignored with Vonage
        self._settings = _VONAGE_SETTINGS if vonage else _OPENTOK_SETTINGS
        self._room_session = room_session

    def token(self, claims: Claims) -> dict[str, Any]:
        """See `VideoProvider.token`; the token ends with the participant's ticket."""
        try:
            session = self._room_session(claims.room, self._project, self._create_session)
            token = self._client.generate_token(
                session,
                role=Roles.publisher,
                expire_time=claims.expires_at // 1000,
                data=claims.participant,
            )
        except OpenTokException as error:
            raise self._refusal(error) from error
        return {
            "provider": "opentok",
            "apiKey": self._project,
            "sessionId": session,
            "token": token,
            "expiresAt": claims.expires_at,
        }

    def _create_session(self) -> str:
        # Routed, because a relayed session (the SDK's default) is a mesh again.
        session: str = self._client.create_session(media_mode=MediaModes.routed).session_id
        self._client.generate_token(session)  # refuses another project's before the room keeps it
        return session

    def _refusal(self, error: OpenTokException) -> ApiError:
        cause = error.__context__  # the SDK wraps whatever happened in its own exceptions
        logging.error("video: %s after %s", type(error).__name__, type(cause).__name__)
        if isinstance(error, AuthError) or isinstance(cause, AuthError):
            return ApiError(
                502,
                "video-refused",
                "The video service refuses this site's credentials. "
                f"Whoever runs it should look at {self._settings}.",
            )
        return ApiError(
            502,
            "video-unavailable",
            "The video service does not answer as it should. Try again in a moment. If it stays "
            f"so, whoever runs this site should look at {self._settings}, and at OPENTOK_API_URL.",
        )


def _vonage_client(application: str, private_key: str) -> Client:
    """The SDK takes a private key only as a file, which it reads at once."""
    with tempfile.TemporaryDirectory() as directory:  # mode 0700
        path = Path(directory) / "private.key"
        path.write_text(private_key)
        return Client(application, str(path))
