"""The service's data plane, which servers use: REST API version 2022-06-01.

https://learn.microsoft.com/azure/azure-signalr/swagger/signalr-data-plane-rest-v20220601
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import unquote

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response

from local.request_body import BodyTooLargeError, read_body
from local.signalr.access import AccessDeniedError, SignalRConnection, hub_name
from local.signalr.hub import RECORD_END, Connection, Hub

METHODS: Final = ["GET", "HEAD", "POST", "PUT", "DELETE"]
MAX_BODY: Final = 1024 * 1024
"""The service's own limit of one message: 1 MB."""
MAX_NAME: Final = 1024
"""The REST API's `minLength: 1, maxLength: 1024` of groups, and .NET clients' of user ids."""


class DataPlane:
    """Answers REST calls below `/api/hubs/`."""

    def __init__(self, access: SignalRConnection, hubs: defaultdict[str, Hub]) -> None:
        self._access = access
        self._hubs = hubs

    async def answer(self, request: Request) -> Response:
        """Answers a request; 401, 400, 404 and 413 are as the service's."""
        path = request.scope.get("raw_path", request.url.path.encode()).decode("ascii")
        path = path.partition("?")[0]
        try:
            self._access.verify(token_of(request), *self._audiences(path, request.url.query))
            name, *address = [unquote(part) for part in path.split("/")[3:]]
            hub = self._hubs[hub_name(name)]
            _require_short(address)
            body = await read_body(request, MAX_BODY)
            return _operate(hub, request, address, body)
        except AccessDeniedError:
            return unauthorized()
        except BodyTooLargeError:
            return PlainTextResponse("the message is larger than 1 MB", status_code=413)
        except ValueError as error:
            return PlainTextResponse(str(error), status_code=400)

    def _audiences(self, path: str, query: str) -> set[str]:
        """Every form in which a caller may have signed the address."""
        paths = {path, unquote(path)}
        paths |= {f"{one}?{query}" for one in paths if query}
        # The SDK signs the address before it adds its own parameters.
        paths |= {f"{path}?{part}" for part in query.split("&") if part.startswith("api-version=")}
        bases = (self._access.endpoint, self._access.audience_base)
        return {base + one for base in bases for one in paths}


def _operate(  # noqa: PLR0911, PLR0912 - one line per operation of the REST API
    hub: Hub, request: Request, address: list[str], body: bytes
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


def _send(connections: Iterable[Connection], body: bytes, excluded: frozenset[str]) -> Response:
    try:
        message: Any = {name.lower(): value for name, value in json.loads(body).items()}
        target, arguments = message["target"], message["arguments"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("the body must be JSON with target and arguments") from None
    if not isinstance(target, str) or not isinstance(arguments, list):
        raise ValueError("target must be a string and arguments an array")
    invocation = {"type": 1, "target": target, "arguments": arguments}
    # ASCII: JSON may hold lone surrogates, a frame may not. Python reads NaN; JSON has none.
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


def _require_short(names: Iterable[str]) -> None:
    """Raises ValueError if the REST API does not take a name of this length."""
    if not all(0 < len(name) <= MAX_NAME for name in names):
        raise ValueError(f"a name must have 1 to {MAX_NAME} characters")


def _only(hub: Hub, connection: str) -> list[Connection]:
    return [hub.connections[connection]] if connection in hub.connections else []


def _exists(found: Iterable[object]) -> Response:
    return Response() if any(True for _ in found) else _not_found()


def _time_to_live(request: Request) -> float:
    text = request.query_params.get("ttl")
    return float("inf") if text is None else float(int(text))


def _not_found() -> Response:
    return Response(status_code=404)


def unauthorized() -> Response:
    """The answer to a caller without a valid token."""
    return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})


def token_of(connection: HTTPConnection) -> str:
    """The access token of a request, from its header or its address; empty without one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    return connection.query_params.get("access_token", "")
