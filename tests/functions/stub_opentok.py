"""OpenTok's REST API as its SDKs know it: what creates a session and ends a connection.

https://tokbox.com/developer/rest/#create_session: form fields in, a JSON list of one session out.
A session id is a version and the base64 of `VERSION~PROJECT~~TIME~RANDOM~`.
"""

from __future__ import annotations

import base64
import secrets
import time
from urllib.parse import parse_qs

import jwt

from tests import waiting
from tests.functions.stub_server import Request, Response, StubServer

API_KEY = "46000000"
API_SECRET = "0123456789abcdef0123456789abcdef01234567"
SETTINGS = {
    "VIDEO_PROVIDER": "opentok",
    "OPENTOK_API_KEY": API_KEY,
    "OPENTOK_API_SECRET": API_SECRET,
}


def session_id(project: str) -> str:
    """A new session id of this project."""
    text = f"2~{project}~~{int(time.time() * 1000)}~{secrets.token_urlsafe(18)}~"
    return "2_MX" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")[2:]


class StubOpenTok(StubServer):
    """Creates sessions for one project whose signature it can check."""

    def __init__(
        self, project: str = API_KEY, key: str = API_SECRET, algorithm: str = "HS256"
    ) -> None:
        super().__init__(self._respond)
        self.ended: list[str] = []
        self.created: list[str] = []
        self.project = project
        self.key = key
        self.algorithm = algorithm
        self.pause = 0.0
        self.answers_at_once = 1  # how many must have asked before the first is answered

    def _respond(self, request: Request) -> Response:
        if request.method == "DELETE":
            return self.force_disconnect(request)
        return self.create_session(request)

    def force_disconnect(self, request: Request) -> Response:
        """End a connection; 404 if it has ended before."""
        _, project, _, session, _, connection = request.path.split("/")[2:]
        assert (project, session) == (self.project, self.created[-1])
        gone = connection in self.ended
        self.ended.append(connection)
        return Response(404 if gone else 204)

    def create_session(self, request: Request) -> Response:
        """A new routed session, or 403 for a call the project did not sign."""
        time.sleep(self.pause)
        waiting.until(
            lambda: len(self.requests) >= self.answers_at_once, "others ask for a session"
        )
        assert request.path == "/session/create"
        form = parse_qs(request.body.decode())
        assert form["p2p.preference"] == ["disabled"], "the session would be relayed"
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(
                request.headers.get("x-opentok-auth") or bearer,
                self.key,
                algorithms=[self.algorithm],
            )
        except jwt.InvalidTokenError:
            return Response.json({"code": -1, "message": "Invalid token"}, 403)
        if self.project not in (claims.get("iss"), claims.get("application_id")):
            return Response.json({"code": -1, "message": "Invalid token"}, 403)
        self.created.append(session_id(self.project))
        return Response.json([{"session_id": self.created[-1], "project_id": self.project}])
