"""HTTP triggers: a request in, a call of the function, a response out.

Answers of the real host: 404 for an unknown route or a method that the route does not take, 413
above 100 MB, 500 with an empty body when a binding, the function or an output fails
(https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits).
"""

import logging
from collections.abc import Iterable
from typing import Final

import azure.functions as func
from azure.functions.http import HttpRequest, HttpResponseConverter
from starlette.requests import Request
from starlette.responses import Response

from local.functions_host.bindings import BindingError, Function, HttpTrigger
from local.functions_host.invocation import Invoker, OutputBindingError, OverrunError
from local.functions_host.routes import RouteError, Routes
from local.functions_host.signalr_binding import InputBindingError, SignalRBinding
from local.request_body import BodyTooLargeError, read_body

MAX_BODY: Final = 100 * 1024 * 1024

log = logging.getLogger("host.http")


class HttpTriggers:
    """All HTTP-triggered functions of an app."""

    def __init__(
        self, functions: Iterable[Function], invoker: Invoker, signalr: SignalRBinding
    ) -> None:
        """Raises BindingError for a route that cannot be served."""
        self._invoker = invoker
        self._signalr = signalr
        self._routes: Routes[Function] = Routes()
        for function in functions:
            if isinstance(function.trigger, HttpTrigger):
                try:
                    self._routes.add(function.trigger.route, function.trigger.methods, function)
                except RouteError as error:
                    raise BindingError(f"function {function.name}: {error}") from None

    async def answer(self, request: Request, path: str) -> Response | None:
        """The function's response, or None where no route takes ``path`` (prefix removed)."""
        found = self._routes.find(request.method, path.strip("/"))
        if found is None:
            return None
        function, parameters = found
        try:
            body = await read_body(request, MAX_BODY)
        except BodyTooLargeError:
            return Response(status_code=413)
        try:
            return await self._invoke(function, _request(request, parameters, body), parameters)
        except InputBindingError as error:
            log.error("%s was not called: %s", function.name, error)
        except (OutputBindingError, OverrunError) as error:
            log.error("%s: %s", function.name, error)
        except Exception:
            log.exception("%s failed", function.name)
        return Response(status_code=500)

    async def _invoke(
        self, function: Function, request: HttpRequest, parameters: dict[str, str]
    ) -> Response:
        values = {f"headers.{name}": value for name, value in request.headers.items()}
        values |= {f"query.{name.lower()}": value for name, value in request.params.items()}
        values |= {name.lower(): value for name, value in parameters.items()}
        arguments: dict[str, object] = {function.trigger.name: request}
        for binding in function.inputs:
            arguments[binding.name] = self._signalr.connection_info(binding, values)
        outcome = await self._invoker.call(function, arguments)
        response = _response(outcome.returned)
        for output, value in outcome.outputs:
            await self._signalr.send(output, value)
        return response


def _request(request: Request, parameters: dict[str, str], body: bytes) -> HttpRequest:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    if request.client:  # Azure's front end appends who it sees to whatever the caller sent
        seen = ":".join(map(str, request.client))
        sent = headers.get("x-forwarded-for")
        headers["x-forwarded-for"] = f"{sent}, {seen}" if sent else seen
    return HttpRequest(
        request.method,
        str(request.url),
        headers=headers,
        params=dict(request.query_params),
        route_params=parameters,
        body_type="bytes",
        body=body,
    )


def _response(returned: object) -> Response:
    if isinstance(returned, str):
        return Response(returned, media_type="text/plain")
    if not isinstance(returned, func.HttpResponse):
        raise OutputBindingError(
            f"a function must return an HttpResponse or a str, not {type(returned).__name__}"
        )
    # The library's own converter settles the content type and takes the cookies apart.
    answer = HttpResponseConverter.encode(returned, expected_type=None).value
    response = Response(answer["body"].value, int(answer["status_code"].value))
    for name, value in answer["headers"].items():
        response.headers[name] = value.value
    for cookie in answer["cookies"] or ():
        for morsel in cookie.values():
            response.headers.append("set-cookie", morsel.OutputString())
    return response
