"""HTTP triggers: a request in, a call of the function, a response out.

It answers as the real host: 404 for an unknown route or a method that the route does not take; 500
with an empty body for a body above the limit, and if a binding, the function or an output fails,
even if the function's own changes have happened
(https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from local.functions_host.bindings import BindingError, Function, HttpTrigger
from local.functions_host.body import BodyLimit
from local.functions_host.invocation import InvocationFailedError, Invoker
from local.functions_host.routes import RouteError, Routes
from local.request_body import BodyTooLargeError


class HttpTriggers:
    """All HTTP-triggered functions of an app."""

    def __init__(self, functions: Iterable[Function], invoker: Invoker, limit: BodyLimit) -> None:
        """Raises BindingError for a route that cannot be served."""
        self._invoker = invoker
        self._limit = limit
        self._routes: Routes[Function] = Routes()
        for function in functions:
            if isinstance(function.trigger, HttpTrigger):
                try:
                    self._routes.add(function.trigger.route, function.trigger.methods, function)
                except RouteError as error:
                    raise BindingError(f"function {function.name}: {error}") from None

    async def answer(self, request: Request, path: str) -> Response | None:
        """The function's response, or None if no route takes `path` (prefix removed)."""
        found = self._routes.find(request.method, path.strip("/"))
        if found is None:
            return None
        function, parameters = found
        try:
            body = await self._limit.read(request)
        except BodyTooLargeError:
            return Response(status_code=500, headers={"Connection": "close"})
        given = _request(request, parameters, body)
        values = {f"headers.{name}": value for name, value in request.headers.items()}
        values |= {f"query.{name.lower()}": value for name, value in request.query_params.items()}
        values |= {name.lower(): value for name, value in parameters.items()}
        try:
            kind, data = await self._invoker.call(
                function,
                {function.trigger.name: ("http", given)},
                reason=f"This function was programmatically called via the host APIs. {path}",
                values=values,
            )
        except InvocationFailedError:
            return Response(status_code=500)
        return Response(data, media_type="text/plain") if kind == "text" else _response(data)


def request_path(request: Request) -> str:
    """The path, decoded except for `%2F`: an escaped slash does not divide segments."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    text: str = raw.decode("ascii", "replace").partition("?")[0]
    return unquote(text.replace("%2F", "%252F").replace("%2f", "%252f"))


def _request(request: Request, parameters: dict[str, str], body: bytes) -> dict[str, Any]:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    if request.client:  # Azure's front end appends the address it sees
        seen = ":".join(map(str, request.client))
        sent = headers.get("x-forwarded-for")
        headers["x-forwarded-for"] = f"{sent}, {seen}" if sent else seen
    return {
        "method": request.method,
        "url": str(request.url),
        "headers": headers,
        "params": dict(request.query_params),
        "route_params": parameters,
        "body": body,
    }


def _response(answer: dict[str, Any]) -> Response:
    response = Response(answer["body"], answer["status"])
    for name, value in answer["headers"].items():
        response.headers[name] = value
    for cookie in answer["cookies"]:
        response.headers.append("set-cookie", cookie)
    return response
