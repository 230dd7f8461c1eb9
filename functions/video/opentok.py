"""OpenTok, now Vonage Video: routed sessions, one per room, and a token for each participant.

The SDK takes both kinds of credentials: https://github.com/opentok/Opentok-Python-SDK
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from opentok import Client, MediaModes, OpenTokException, Roles
from opentok import opentok as sdk
from opentok.exceptions import AuthError, ForceDisconnectError
from requests import Response

from functions.connections import session
from functions.contract import ApiError, Claims

_OPENTOK_SETTINGS = "OPENTOK_API_KEY and OPENTOK_API_SECRET"
_VONAGE_SETTINGS = "VONAGE_APPLICATION_ID and VONAGE_PRIVATE_KEY"
_TOKEN_LIFETIME = 300  # s; the page asks for another with each new connection
_TIMEOUT = (3, 8)  # seconds to connect, and for the whole answer
_ENDING = 20  # s; after them no further connection is ended


class _Requests:
    """For the SDK, which takes no session: `requests.post` and `requests.delete` let answers drip.

    It asks so seldom that a kept connection has ended, or ends just then: each call has its own.
    """

    @staticmethod
    def post(url: str, **options: Any) -> Response:
        with session() as one:
            return one.post(url, **options)

    @staticmethod
    def delete(url: str, **options: Any) -> Response:
        with session() as one:
            return one.delete(url, **options)


sdk.requests = _Requests

RoomSession = Callable[[str, str, Callable[[], str]], str]
"""Room, project and how to create a session → the id of the room's session."""


class OpenTok:
    """Issues publisher tokens that name their participant.

    Args:
        project: OpenTok's API key, or Vonage's application id.
        secret: the project's secret, or the application's private key (PEM).
        room_session: remembers one session per room.
        api_url: a REST API in place of the SDK's own.
        timeout: seconds to connect, and for the whole answer.
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
        """See `VideoProvider.token`; it can open connections for five minutes.

        So a person who left cannot use an old token to come back into the session. Its end does
        not end an open connection.
        """
        # This is the machine's clock: the SDK compares it with the end, and refuses a past one.
        expires = min(claims.expires_at // 1000, int(time.time()) + _TOKEN_LIFETIME)
        try:
            session_id = self._room_session(claims.room, self._project, self._create_session)
            token = self._client.generate_token(
                session_id,
                role=Roles.publisher,
                expire_time=expires,
                data=claims.participant,
            )
        except OpenTokException as error:
            raise self._refusal(error) from error
        return {
            "provider": "opentok",
            "apiKey": self._project,
            "sessionId": session_id,
            "token": token,
            "expiresAt": expires * 1000,
        }

    def disconnect(self, room: str, connections: Sequence[str]) -> None:
        """See `VideoProvider.disconnect`; a connection that has ended already is no error."""
        if not connections:
            return
        over = time.monotonic() + _ENDING
        try:
            session_id = self._room_session(room, self._project, self._create_session)
            for connection in connections:
                if time.monotonic() > over:
                    raise TimeoutError
                with contextlib.suppress(ForceDisconnectError):
                    self._client.force_disconnect(session_id, connection)
        except (OpenTokException, OSError) as error:  # of `requests`
            raise self._refusal(error) from error

    def _create_session(self) -> str:
        # Routed, because a relayed session (the SDK's default) is a mesh again.
        session_id: object = self._client.create_session(media_mode=MediaModes.routed).session_id
        if not isinstance(session_id, str):  # the SDK looks at no type
            raise OpenTokException("the session's id is no text")
        self._client.generate_token(session_id)  # refuses another project's, before it is kept
        return session_id

    def _refusal(self, error: Exception) -> ApiError:
        cause = error.__context__  # the SDK wraps each failure in an exception of its own
        logging.error("video: %s after %s", type(error).__name__, type(cause).__name__)
        if isinstance(error, AuthError) or isinstance(cause, AuthError):
            return ApiError(
                502,
                "video-refused",
                "The video service refuses this site's credentials. "
                f"The site's operator should check {self._settings}.",
            )
        return ApiError(
            502,
            "video-unavailable",
            "The video service does not answer as it should. Try again in a moment. If it goes on, "
            f"the site's operator should check {self._settings}, and OPENTOK_API_URL.",
        )


def _vonage_client(application: str, private_key: str) -> Client:
    """The SDK takes a private key only as a file, which it reads at once."""
    with tempfile.TemporaryDirectory() as directory:  # mode 0700
        path = Path(directory) / "private.key"
        path.write_text(private_key)
        return Client(application, str(path))
