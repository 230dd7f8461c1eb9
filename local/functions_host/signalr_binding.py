"""The SignalR bindings: connection information for clients, messages and group actions for the hub.

They behave as the Functions extension's
(https://learn.microsoft.com/azure/azure-functions/functions-bindings-signalr-service-output). They
use the service's REST API, version 2022-06-01, which needs only a connection string.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import urllib3
from urllib3.exceptions import HTTPError

from local.functions_host.bindings import BindingError, ConnectionInfo, Function, SignalROutput
from local.functions_host.signatures import Signatures
from local.signalr.access import (
    SERVER_TOKEN_SECONDS,
    ConnectionStringError,
    SignalRConnection,
    hub_name,
    segment,
)

API_VERSION: Final = "2022-06-01"
TIMEOUT_SECONDS: Final = 5.0
CONNECTIONS: Final = 16
_TIMEOUT: Final = urllib3.Timeout(connect=TIMEOUT_SECONDS, read=TIMEOUT_SECONDS)
# One retry, because a kept connection may be closed before an answer began.
_RETRY: Final = urllib3.Retry(
    total=1, connect=0, read=1, redirect=0, status=0, other=0, allowed_methods=None
)

_EXPRESSION = re.compile(r"\{([^{}]+)\}")


class OutputBindingError(Exception):
    """The binding does not take an output's value, or its delivery failed.

    The text of a failed delivery holds the request's address, as the service SDK's does.
    """


class InputBindingError(Exception):
    """This request has no value for a name in an input's expression."""


@dataclass(frozen=True)
class RestCall:
    """One call of the data plane: method, path below the hub, JSON body (None: no body)."""

    method: str
    path: str
    body: dict[str, Any] | None = None


class SignalRBinding:
    """Resolves inputs and applies outputs for all functions of an app, through one pool."""

    def __init__(self, functions: Iterable[Function]) -> None:
        """Reads every connection string that a binding names. Raises BindingError."""
        self._services: dict[str, SignalRConnection] = {}
        for function in functions:
            bindings: list[ConnectionInfo | SignalROutput] = [*function.inputs, *function.outputs]
            for binding in bindings:
                self._services[binding.setting] = _service(function.name, binding)
        self._tokens = Signatures(SERVER_TOKEN_SECONDS)
        # Threads and urllib3, because httpx takes three times as long: 2 ms of each reading.
        self._threads = ThreadPoolExecutor(CONNECTIONS, "signalr")
        self._pool = urllib3.PoolManager(maxsize=CONNECTIONS, retries=_RETRY, timeout=_TIMEOUT)

    def connection_info(self, binding: ConnectionInfo, values: Mapping[str, str]) -> str:
        """The JSON a function gets: `{"url": …, "accessToken": …}`.

        `values` holds the names for binding expressions (`headers.x-user` in lower case).
        Raises InputBindingError.
        """
        service = self._services[binding.setting]
        user = None if binding.user_id is None else resolve(binding.user_id, values)
        info = {
            "url": service.client_url(binding.hub),
            "accessToken": service.client_token(binding.hub, user or None),
        }
        return json.dumps(info)

    async def send(self, binding: SignalROutput, value: str) -> None:
        """Applies one output's messages and group actions, in order. Raises OutputBindingError."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._send, binding, value)

    def _send(self, binding: SignalROutput, value: str) -> None:
        service = self._services[binding.setting]
        for call in rest_calls(value):
            path = f"/api/hubs/{hub_name(binding.hub)}{call.path}?api-version={API_VERSION}"
            url = f"{service.endpoint}{path}"
            audience = f"{service.audience_base}{path}"
            token = self._tokens.get(audience, partial(service.server_token, audience))
            headers = {"Authorization": f"Bearer {token}"}
            try:
                if call.body is None:
                    answer = self._pool.request(call.method, url, headers=headers)
                else:
                    answer = self._pool.request(call.method, url, headers=headers, json=call.body)
            except HTTPError as error:
                raise OutputBindingError(
                    f"Unable to access SignalR service ({type(error).__name__}). Request Uri: {url}"
                ) from None
            # A closed connection needs no group; the SDK also treats 404 as success there.
            if answer.status >= 400 and not (call.body is None and answer.status == 404):
                raise OutputBindingError(
                    f"Azure SignalR service answered {answer.status}. Request Uri: {url}"
                )

    def close(self) -> None:
        """Closes the pool; a message under way may still arrive."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pool.clear()


def resolve(expression: str, values: Mapping[str, str]) -> str:
    """Replaces each `{name}`. Raises InputBindingError for a name without a value."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1).strip().lower()
        if name not in values:
            raise InputBindingError(f"{name} has no value in this request")
        return values[name]

    return _EXPRESSION.sub(value, expression)


def rest_calls(value: str) -> Iterator[RestCall]:
    """An output's value, a JSON object or array, as REST calls. Raises OutputBindingError."""
    try:
        parsed: Any = json.loads(value)
    except ValueError as error:
        raise OutputBindingError(f"a signalR output is not JSON: {error}") from None
    for item in parsed if isinstance(parsed, list) else [parsed]:
        if not isinstance(item, dict):
            raise OutputBindingError("a signalR output must be an object or an array of objects")
        # The extension reads the names as .NET does, in any letter case.
        fields = {name.lower(): field for name, field in item.items()}
        yield _group_action(fields) if "action" in fields else _message(fields)


def _message(fields: Mapping[str, Any]) -> RestCall:
    target, arguments = fields.get("target"), fields.get("arguments")
    if not isinstance(target, str) or not isinstance(arguments, list):
        raise OutputBindingError("a signalR message needs a target and an array of arguments")
    receivers = (("connections", "connectionid"), ("users", "userid"), ("groups", "groupname"))
    path = next(
        (f"/{kind}/{segment(str(fields[name]))}" for kind, name in receivers if fields.get(name)),
        "",
    )
    return RestCall("POST", f"{path}/:send", {"Target": target, "Arguments": arguments})


def _group_action(fields: Mapping[str, Any]) -> RestCall:
    action = str(fields["action"]).lower()
    connection, user = fields.get("connectionid"), fields.get("userid")
    if not connection and not user:
        raise OutputBindingError("a signalR group action needs a userId or a connectionId")
    member = f"/connections/{segment(connection)}" if connection else f"/users/{segment(str(user))}"
    if action == "removeall":
        return RestCall("DELETE", f"{member}/groups")
    group = fields.get("groupname")
    if action not in ("add", "remove") or not group:
        raise OutputBindingError("a signalR group action needs add or remove and a groupName")
    method = "PUT" if action == "add" else "DELETE"
    if connection:
        return RestCall(method, f"/groups/{segment(str(group))}{member}")
    return RestCall(method, f"{member}/groups/{segment(str(group))}")


def _service(function: str, binding: ConnectionInfo | SignalROutput) -> SignalRConnection:
    text = os.environ.get(binding.setting)
    if text is None:
        raise BindingError(f"function {function}: the setting {binding.setting} is missing")
    try:
        hub_name(binding.hub)
        return SignalRConnection.parse(text)
    except ConnectionStringError as error:
        raise BindingError(f"function {function}: {binding.setting}: {error}") from None
    except ValueError as error:
        raise BindingError(f"function {function}: {error}") from None
