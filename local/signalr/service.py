"""The service itself, for its clients and its servers.

The official JavaScript client and any REST caller work with it unchanged. It has:

* the client side: negotiate, WebSockets, the JSON hub protocol in text frames
  (https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md and
  TransportProtocols.md beside it);
* the data plane (`local.signalr.data_plane`);
* access tokens, verified as the service does (`local.signalr.access`).

Groups behave as `local.signalr.hub` says: a user's membership outlives the user's connections, but
not this process.

Limits: one instance, JSON protocol only, no server-sent events or long polling, no upstream (a
client that invokes a method gets an error completion), no streams and no acknowledgements.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from local.signalr.access import (
    AccessDeniedError,
    SignalRConnection,
    hub_name,
    user_of,
)
from local.signalr.data_plane import METHODS, DataPlane, token_of, unauthorized
from local.signalr.hub import RECORD_END, Connection, Hub

PING: Final = '{"type":6}' + RECORD_END
PING_SECONDS: Final = 10.0
"""The specification asks for a ping every 15 s; clients give up after 30 s of silence."""
SILENCE_SECONDS: Final = 30.0
"""A client that sent nothing, not even its ping, for this long is closed."""
HANDSHAKE_SECONDS: Final = 15.0
NEGOTIATED_SECONDS: Final = 60.0
"""How long a negotiated connection waits for its WebSocket."""
SEND_SECONDS: Final = 10.0
"""How long one write to a client's socket may take."""
MAX_CLIENT_RECORD: Final = 64 * 1024


class SignalRService:
    """The service for clients and for servers, with one connection string."""

    def __init__(self, access: SignalRConnection) -> None:
        self.access = access
        self.hubs: defaultdict[str, Hub] = defaultdict(Hub)
        self._data_plane = DataPlane(access, self.hubs)
        self._negotiated: dict[str, tuple[str, float]] = {}

    def asgi(self) -> Starlette:
        """The ASGI application; unknown paths answer 404."""
        return Starlette(
            routes=[
                Route("/api/health", self.health, methods=["GET", "HEAD"]),
                Route("/api/hubs/{rest:path}", self._data_plane.answer, methods=METHODS),
                Route("/client/negotiate", self.negotiate, methods=["POST"]),
                WebSocketRoute("/client/", self.connect),
            ],
            middleware=[
                Middleware(
                    CORSMiddleware,
                    allow_origin_regex=".*",
                    allow_credentials=True,
                    allow_methods=["*"],
                    allow_headers=["*"],
                )
            ],
            lifespan=self._lifespan,
        )

    async def health(self, _: Request) -> Response:
        """The service's health probe: 200 and no body."""
        return Response()

    async def negotiate(self, request: Request) -> Response:
        """Gives a client its connection id; 400 without a proper hub, 401 without a valid token."""
        try:
            hub = hub_name(request.query_params.get("hub", ""))
            self._client_claims(request, hub)
        except ValueError as error:
            return PlainTextResponse(str(error), status_code=400)
        except AccessDeniedError:
            return unauthorized()
        now = time.monotonic()
        self._negotiated = {key: kept for key, kept in self._negotiated.items() if kept[1] > now}
        connection_id = secrets.token_urlsafe(16)
        self._negotiated[connection_id] = (hub, now + NEGOTIATED_SECONDS)
        return JSONResponse(
            {
                "negotiateVersion": 1,
                "connectionId": connection_id,
                "connectionToken": connection_id,
                "availableTransports": [
                    {"transport": "WebSockets", "transferFormats": ["Text"]},
                ],
            }
        )

    async def connect(self, websocket: WebSocket) -> None:
        """One client's whole life: token, handshake, then messages until either side ends it."""
        try:
            hub = hub_name(websocket.query_params.get("hub", ""))
            claims = self._client_claims(websocket, hub)
        except ValueError:
            await _refuse(websocket, 400)
            return
        except AccessDeniedError:
            await _refuse(websocket, 401)
            return
        connection_id = websocket.query_params.get("id")
        if connection_id is None:  # the client skipped negotiation, which the protocol allows
            connection_id = secrets.token_urlsafe(16)
        elif self._negotiated.pop(connection_id, ("", 0.0))[0] != hub:
            await _refuse(websocket, 404)
            return
        await websocket.accept()
        connection = Connection(connection_id, user_of(claims))
        with suppress(WebSocketDisconnect, TimeoutError, RuntimeError):
            records = _records(websocket)
            if await _handshake(websocket, records):
                await self._serve(websocket, records, self.hubs[hub], connection)
        with suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close()

    async def _serve(
        self,
        websocket: WebSocket,
        records: AsyncIterator[dict[str, Any]],
        hub: Hub,
        connection: Connection,
    ) -> None:
        hub.open(connection)
        sender = asyncio.create_task(_send_waiting(websocket, connection))
        receiver = asyncio.create_task(_receive(records, connection))
        try:
            await asyncio.wait({sender, receiver}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hub.forget(connection)
            for task in (sender, receiver):
                task.cancel()
            await asyncio.gather(sender, receiver, return_exceptions=True)

    def _client_claims(self, connection: HTTPConnection, hub: str) -> dict[str, object]:
        return self.access.verify(token_of(connection), self.access.client_url(hub))

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        watch = asyncio.create_task(self._watch())
        yield
        watch.cancel()

    async def _watch(self) -> None:
        """Pings quiet connections and closes silent ones."""
        while True:
            await asyncio.sleep(PING_SECONDS / 4)
            now = time.monotonic()
            for hub in list(self.hubs.values()):
                for connection in list(hub.connections.values()):
                    if now - connection.heard > SILENCE_SECONDS:
                        connection.close()
                    elif now - connection.sent > PING_SECONDS:
                        connection.send(PING)


async def _records(websocket: WebSocket) -> AsyncIterator[dict[str, Any]]:
    """The records that a client sends; frames may split them. Ends at a breach of the protocol."""
    rest = ""
    while len(rest) <= MAX_CLIENT_RECORD:
        text = (await websocket.receive()).get("text")
        if text is None:  # a binary frame, or the end
            return
        *whole, rest = (rest + text).split(RECORD_END)
        for record in whole:
            try:
                message: Any = json.loads(record)
            except (ValueError, RecursionError):
                return
            if not isinstance(message, dict):
                return
            yield message


async def _handshake(websocket: WebSocket, records: AsyncIterator[dict[str, Any]]) -> bool:
    async with asyncio.timeout(HANDSHAKE_SECONDS):
        request: dict[str, Any] = await anext(records, {})
    known = request.get("protocol") == "json" and request.get("version") == 1
    answer = {} if known else {"error": "this service speaks the json protocol, version 1"}
    await websocket.send_text(json.dumps(answer) + RECORD_END)
    return known


async def _send_waiting(websocket: WebSocket, connection: Connection) -> None:
    while (record := await connection.waiting.get()) is not None:
        async with asyncio.timeout(SEND_SECONDS):  # wait_for may swallow a cancellation
            await websocket.send_text(record)
        connection.sent = time.monotonic()


async def _receive(records: AsyncIterator[dict[str, Any]], connection: Connection) -> None:
    async for message in records:
        connection.heard = time.monotonic()
        kind, invocation = message.get("type"), message.get("invocationId")
        if kind == 7 or not isinstance(invocation, str | None):
            return
        if kind in (1, 4) and invocation is not None:
            refusal = {
                "type": 3,
                "invocationId": invocation,
                "error": "no upstream is configured: clients of a serverless hub only listen",
            }
            connection.send(json.dumps(refusal) + RECORD_END)


async def _refuse(websocket: WebSocket, status: int) -> None:
    await websocket.send_denial_response(Response(status_code=status))
