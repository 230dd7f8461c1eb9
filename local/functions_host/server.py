"""The host's addresses: functions below their prefix, the blob webhook, the admin API, the site."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from local.functions_host.bindings import Function, HttpTrigger
from local.functions_host.blob_trigger import BlobTriggers
from local.functions_host.body import BodyLimit
from local.functions_host.cors import Cors
from local.functions_host.host_json import HostJson
from local.functions_host.http_trigger import HttpTriggers, request_path
from local.functions_host.invocation import Invoker
from local.functions_host.signalr_binding import SignalRBinding
from local.functions_host.site import Site
from local.functions_host.timer_trigger import TimerTriggers
from local.functions_host.webhook import Webhook
from local.functions_host.worker_process import Worker

HOMEPAGE_VARIABLE: Final = "AzureWebJobsDisableHomepage"
HOMEPAGE: Final = "<!doctype html><title>Your Azure Function App is up and running.</title>"


class FunctionsHost:
    """Serves one app. Raises BindingError if the app declares something this host cannot do."""

    def __init__(
        self,
        functions: Sequence[Function],
        settings: HostJson,
        *,
        worker: Worker,
        blobs_key: str,
        site: Site | None,
    ) -> None:
        self._functions = functions
        self._prefix = f"/{settings.route_prefix}" if settings.route_prefix else ""
        self._worker = worker
        self._signalr = SignalRBinding(functions)
        self._invoker = Invoker(worker, self._signalr, settings.function_timeout)
        limit = BodyLimit()
        self._http = HttpTriggers(functions, self._invoker, limit)
        self._blobs = BlobTriggers(
            functions,
            self._invoker,
            parallelism=settings.blob_parallelism,
            poison_threshold=settings.poison_threshold,
        )
        self._webhook = Webhook(blobs_key, limit, self._blobs.take)
        self._timers = TimerTriggers(functions, self._invoker)
        self._site = site

    def asgi(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/admin/host/status", _status, methods=["GET"]),
                Route("/admin/functions", self._list, methods=["GET"]),
                Route("/admin/functions/{name}", self._call, methods=["POST"]),
                Route("/runtime/webhooks/blobs", self._webhook.__call__, methods=["POST"]),
                Mount("/", app=self._serve),
            ],
            middleware=[Middleware(Cors)],
            lifespan=self._lifespan,
        )

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        response: Response | None = None
        request = Request(scope, receive)
        path = request_path(request)
        below = path[: len(self._prefix) + 1].lower() + "/"
        if below.startswith(self._prefix.lower() + "/"):
            response = await self._http.answer(request, path[len(self._prefix) :])
            if response is None and self._prefix:
                response = Response(status_code=404)
        if response is None and self._site is not None:
            response = await self._site_response(scope)
        elif response is None and path == "/" and request.method == "GET":
            response = _homepage()
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
        """Calls a function that has no HTTP trigger, here only timers, and waits for it."""
        return Response(
            status_code=202 if await self._timers.call(request.path_params["name"]) else 404
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._timers.start()
        self._invoker.start()
        await self._blobs.start()
        yield
        await self._timers.close()
        await self._blobs.close()
        self._invoker.close()
        self._signalr.close()
        await self._worker.close()


async def _status(_: Request) -> Response:
    return JSONResponse({"id": "local", "state": "Running"})


def _homepage() -> Response:
    if os.environ.get(HOMEPAGE_VARIABLE, "").lower() == "true":
        return Response(status_code=204)
    return HTMLResponse(HOMEPAGE)


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
