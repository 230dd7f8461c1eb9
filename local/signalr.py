"""A stand-in for Azure SignalR Service in serverless mode: ``python -m local.signalr --port P``.

It speaks what serverless clients and functions use, so the official JavaScript client and any REST
caller work unchanged:

* the client side: negotiate, WebSockets, the JSON hub protocol in text frames
  (https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md and
  TransportProtocols.md beside it);
* the data plane, REST API version 2022-06-01
  (https://learn.microsoft.com/azure/azure-signalr/swagger/signalr-data-plane-rest-v20220601);
* access tokens, verified as the service does (`local.signalr_access`).

Groups behave as `local.signalr_hub` says: a user's membership outlives the user's connections, but
not this process.

Limits: one instance, JSON protocol only, no server-sent events or long polling, no upstream (a
client that invokes a method gets an error completion), no streams and no acknowledgements.
"""

import argparse
import asyncio
import json
import logging
import os
import secrets
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from urllib.parse import unquote

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from local.request_body import BodyTooLargeError, read_body
from local.signalr_access import (
    AccessDeniedError,
    ConnectionStringError,
    SignalRConnection,
    hub_name,
    user_of,
)
from local.signalr_hub import RECORD_END, Connection, Hub

CONNECTION_STRING_VARIABLE: Final = "SIGNALR_CONNECTION_STRING"
PING: Final = '{"type":6}' + RECORD_END
PING_SECONDS: Final = 10.0
"""Clients give up after 30 s of silence; the specification asks for a ping every 15 s."""
SILENCE_SECONDS: Final = 30.0
"""A client that sent nothing, not even its ping, for this long is closed."""
HANDSHAKE_SECONDS: Final = 15.0
NEGOTIATED_SECONDS: Final = 60.0
"""How long a negotiated connection waits for its WebSocket."""
SEND_SECONDS: Final = 10.0
"""How long one write to a client's socket may take."""
MAX_BODY: Final = 1024 * 1024
"""The service's own limit of one message: 1 MB."""
MAX_CLIENT_RECORD: Final = 64 * 1024

log = logging.getLogger("signalr")


class SignalRService:
    """The service's two faces, for clients and for servers, behind one connection string."""

    def __init__(self, access: SignalRConnection) -> None:
        self.access = access
        self.hubs: defaultdict[str, Hub] = defaultdict(Hub)
        self._negotiated: dict[str, tuple[str, float]] = {}

    def asgi(self) -> Starlette:
        """The ASGI application; unknown paths answer 404."""
        return Starlette(
            routes=[
                Route("/api/health", self.health, methods=["GET", "HEAD"]),
                Route("/api/hubs/{rest:path}", self.data_plane, methods=DATA_PLANE_METHODS),
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

    # --- clients ---------------------------------------------------------------------------------

    async def negotiate(self, request: Request) -> Response:
        """Gives a client its connection id; 400 without a proper hub, 401 without a valid token."""
        try:
            hub = hub_name(request.query_params.get("hub", ""))
            self._client_claims(request, hub)
        except ValueError as error:
            return PlainTextResponse(str(error), status_code=400)
        except AccessDeniedError:
            return _unauthorized()
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
        return self.access.verify(_token(connection), self.access.client_url(hub))

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

    # --- servers ---------------------------------------------------------------------------------

    async def data_plane(self, request: Request) -> Response:
        """REST calls below ``/api/hubs/``: 401, 400, 404 and 413 as the service answers them."""
        path = request.scope.get("raw_path", request.url.path.encode()).decode("ascii")
        path = path.partition("?")[0]
        try:
            audiences = {self.access.endpoint + path, self.access.endpoint + unquote(path)}
            self.access.verify(_token(request), *audiences)
            name, *address = [unquote(part) for part in path.split("/")[3:]]
            hub = self.hubs[hub_name(name)]
            body = await read_body(request, MAX_BODY)
            return self._answer(hub, request, address, body)
        except AccessDeniedError:
            return _unauthorized()
        except BodyTooLargeError:
            return PlainTextResponse("the message is larger than 1 MB", status_code=413)
        except ValueError as error:
            return PlainTextResponse(str(error), status_code=400)

    def _answer(  # noqa: PLR0911, PLR0912 - one line per operation of the REST API
        self, hub: Hub, request: Request, address: list[str], body: bytes
    ) -> Response:
        excluded = frozenset(request.query_params.getlist("excluded"))
        match request.method, *address:
            case "POST", ":send":
                return _send(hub.connections.values(), body, excluded)
            case "POST", "groups", group, ":send":
                return _send(hub.of_group(group), body, excluded)
            case "POST", "users", user, ":send":
                return _send(hub.of_user(user), body, excluded)
            case "POST", "connections", connection, ":send":
                return _send(_only(hub, connection), body, excluded)
            case "POST", ":closeConnections":
                return _close(hub.connections.values(), request, excluded)
            case "POST", "groups", group, ":closeConnections":
                return _close(hub.of_group(group), request, excluded)
            case "POST", "users", user, ":closeConnections":
                return _close(hub.of_user(user), request, excluded)
            case "DELETE", "connections", connection:
                return _close(_only(hub, connection), request, excluded)
            case "HEAD", "connections", connection:
                return _exists(_only(hub, connection))
            case "HEAD", "groups", group:
                return _exists(hub.of_group(group))
            case "HEAD", "users", user:
                return _exists(hub.of_user(user))
            case "HEAD", "users", user, "groups", group:
                return _exists([user] if hub.has_user(group, user) else [])
            case "PUT", "users", user, "groups", group:
                hub.add_user(group, user, _time_to_live(request))
            case "DELETE", "users", user, "groups", group:
                hub.remove_user(group, user)
            case "DELETE", "users", user, "groups":
                hub.remove_user_everywhere(user)
            case "PUT", "groups", group, "connections", connection:
                if connection not in hub.connections:
                    return _not_found()
                hub.add_connection(group, hub.connections[connection])
            case "DELETE", "groups", group, "connections", connection:
                if connection not in hub.connections:
                    return _not_found()
                hub.remove_connection(group, hub.connections[connection])
            case "DELETE", "connections", connection, "groups":
                for one in _only(hub, connection):
                    hub.remove_connection_everywhere(one)
            case _:
                return _not_found()
        return Response()


DATA_PLANE_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "DELETE"]


async def _records(websocket: WebSocket) -> AsyncIterator[dict[str, Any]]:
    """What a client sends, however its records lie in frames; ends at what is not the protocol."""
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
        async with asyncio.timeout(SEND_SECONDS):  # wait_for may swallow that we are cancelled
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


def _token(connection: HTTPConnection) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    return connection.query_params.get("access_token", "")


async def _refuse(websocket: WebSocket, status: int) -> None:
    await websocket.send_denial_response(Response(status_code=status))


def _send(connections: Iterable[Connection], body: bytes, excluded: frozenset[str]) -> Response:
    try:
        message: Any = json.loads(body)
        target, arguments = message["target"], message["arguments"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("the body must be JSON with target and arguments") from None
    if not isinstance(target, str) or not isinstance(arguments, list):
        raise ValueError("target must be a string and arguments an array")
    invocation = {"type": 1, "target": target, "arguments": arguments}
    # ASCII: a frame cannot hold lone surrogates, and JSON may; NaN, which Python reads, is no JSON.
    record = json.dumps(invocation, allow_nan=False, separators=(",", ":")) + RECORD_END
    for connection in connections:
        if connection.id not in excluded:
            connection.send(record)
    return Response(status_code=202)


def _close(
    connections: Iterable[Connection], request: Request, excluded: frozenset[str]
) -> Response:
    for connection in list(connections):
        if connection.id not in excluded:
            connection.close(request.query_params.get("reason", ""))
    return Response(status_code=204)


def _only(hub: Hub, connection: str) -> list[Connection]:
    return [hub.connections[connection]] if connection in hub.connections else []


def _exists(found: Iterable[object]) -> Response:
    return Response() if any(True for _ in found) else _not_found()


def _time_to_live(request: Request) -> float:
    text = request.query_params.get("ttl")
    return float("inf") if text is None else float(int(text))


def _not_found() -> Response:
    return Response(status_code=404)


def _unauthorized() -> Response:
    return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})


def main() -> None:
    """Serves on the loopback until SIGTERM; the connection string comes by environment."""
    parser = argparse.ArgumentParser(prog="python -m local.signalr", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port: int = parser.parse_args().port
    try:
        access = SignalRConnection.parse(os.environ.get(CONNECTION_STRING_VARIABLE, ""))
    except ConnectionStringError as error:
        sys.exit(f"{CONNECTION_STRING_VARIABLE}: {error}")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    uvicorn.run(
        SignalRService(access).asgi(),
        host="127.0.0.1",
        port=port,
        ws="websockets-sansio",
        ws_max_size=MAX_CLIENT_RECORD,
        ws_ping_interval=None,  # the hub protocol has pings of its own
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        backlog=4096,
    )


if __name__ == "__main__":
    main()
