"""The host's addresses: functions below their prefix, the blob webhook, the admin API, the site."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from local.functions_host.bindings import Function, HttpTrigger
from local.functions_host.blob_trigger import BlobTriggers
from local.functions_host.host_json import HostJson
from local.functions_host.http_trigger import HttpTriggers
from local.functions_host.invocation import Invoker
from local.functions_host.signalr_binding import SignalRBinding
from local.functions_host.site import Site
from local.functions_host.timer_trigger import TimerTriggers


class FunctionsHost:
    """One app, served. Raises BindingError where it declares what cannot be done."""

    def __init__(
        self,
        functions: Sequence[Function],
        settings: HostJson,
        *,
        root: Path,
        site: Site | None = None,
    ) -> None:
        self._functions = functions
        self._prefix = f"/{settings.route_prefix}" if settings.route_prefix else ""
        self._invoker = Invoker(root, settings.function_timeout)
        self._signalr = SignalRBinding(functions)
        self._http = HttpTriggers(functions, self._invoker, self._signalr)
        self._blobs = BlobTriggers(
            functions,
            self._invoker,
            self._signalr,
            parallelism=settings.blob_parallelism,
            poison_threshold=settings.poison_threshold,
        )
        self._timers = TimerTriggers(functions, self._invoker, self._signalr)
        self._site = site

    def asgi(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/admin/host/status", _status, methods=["GET"]),
                Route("/admin/functions", self._list, methods=["GET"]),
                Route("/admin/functions/{name}", self._call, methods=["POST"]),
                Route("/runtime/webhooks/blobs", self._blobs.webhook, methods=["POST"]),
                Mount("/", app=self._serve),
            ],
            lifespan=self._lifespan,
        )

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        response: Response | None = None
        if scope["type"] == "http" and (path + "/").startswith(self._prefix + "/"):
            response = await self._http.answer(
                Request(scope, receive), path.removeprefix(self._prefix)
            )
            if response is None and (self._prefix or self._site is None):
                response = Response(status_code=404)
        if response is None and self._site is not None:
            response = await self._site_response(scope)
        await (response or Response(status_code=404))(scope, receive, send)

    async def _site_response(self, scope: Scope) -> Response:
        assert self._site is not None
        return await self._site.get_response(self._site.get_path(scope), scope)

    async def _list(self, request: Request) -> Response:
        origin = f"{request.url.scheme}://{request.url.netloc}"
        return JSONResponse(
            [_described(function, origin, self._prefix) for function in self._functions]
        )

    async def _call(self, request: Request) -> Response:
        """Calls a function that is not called over HTTP, here timers alone, and waits for it."""
        return Response(
            status_code=202 if await self._timers.call(request.path_params["name"]) else 404
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._timers.start()
        yield
        await self._timers.close()
        await self._blobs.close()
        self._signalr.close()
        self._invoker.close()


async def _status(_: Request) -> Response:
    return JSONResponse({"id": "local", "state": "Running"})


def _described(function: Function, origin: str, prefix: str) -> dict[str, Any]:
    """One function as the admin API describes it."""
    described: dict[str, Any] = {
        "name": function.name,
        "href": f"{origin}/admin/functions/{function.name}",
        "isDisabled": False,
        "language": "python",
        "config": {
            "name": function.name,
            "language": "python",
            "bindings": [
                {key: value.lower() if key == "direction" else value for key, value in one.items()}
                for one in function.bindings
            ],
        },
    }
    if isinstance(function.trigger, HttpTrigger):
        described["invoke_url_template"] = f"{origin}{prefix}/{function.trigger.route}"
    return described
