"""CORS as the host itself does it on Flex Consumption, from the site's `cors` settings.

The platform gives them to the host as `CORS_ALLOWED_ORIGINS` (a JSON list) and
`CORS_SUPPORT_CREDENTIALS`; the host allows those origins any method and header
(`CorsOptionsSetup.cs` in Azure/azure-functions-host). Preflights are answered before any route,
without `Access-Control-Max-Age`: browsers then keep an answer for five seconds.
"""

from __future__ import annotations

import json
import os
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ORIGINS_VARIABLE: Final = "CORS_ALLOWED_ORIGINS"
CREDENTIALS_VARIABLE: Final = "CORS_SUPPORT_CREDENTIALS"


class Cors:
    """The middleware; without allowed origins it does nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._origins: list[str] = json.loads(os.environ.get(ORIGINS_VARIABLE) or "[]")
        self._credentials = os.environ.get(CREDENTIALS_VARIABLE, "").lower() == "true"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a preflight, or adds the headers to the app's answer."""
        if scope["type"] != "http" or not self._origins:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        granted = self._granted(headers.get("origin", ""))
        wanted = headers.get("access-control-request-method")
        if scope["method"] == "OPTIONS" and "origin" in headers and wanted:
            if granted:
                granted["Access-Control-Allow-Methods"] = wanted
                if asked := headers.get("access-control-request-headers"):
                    granted["Access-Control-Allow-Headers"] = asked
            await Response(status_code=204, headers=granted)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(granted)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _granted(self, origin: str) -> dict[str, str]:
        if "*" in self._origins:
            return {"Access-Control-Allow-Origin": "*"}
        if origin not in self._origins:
            return {}
        granted = {"Access-Control-Allow-Origin": origin}
        if len(self._origins) > 1:
            granted["Vary"] = "Origin"
        if self._credentials:
            granted["Access-Control-Allow-Credentials"] = "true"
        return granted
