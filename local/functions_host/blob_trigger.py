"""Blob triggers by Event Grid: events in at the webhook, calls of the functions, retries, poison.

As the real extension does
(https://learn.microsoft.com/azure/azure-functions/functions-event-grid-blob-trigger and
functions-bindings-storage-blob-trigger): the webhook only queues, a blob that does not fit the
trigger's path or is gone is skipped without a word, at most ``maxDegreeOfParallelism`` calls run at
once, and a blob whose call fails ``poisonBlobThreshold`` times is given up. The queue is in memory
here.
"""

import asyncio
import json
import logging
import os
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import azure.functions as func
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from local.functions_host.bindings import BindingError, BlobTrigger, Function
from local.functions_host.blob_download import BlobAccount, BlobAddress
from local.functions_host.blob_properties import blob_properties, metadata
from local.functions_host.invocation import Invoker
from local.functions_host.signalr_binding import SignalRBinding
from local.request_body import BodyTooLargeError, read_body

MAX_BODY: Final = 1024 * 1024
"""Event Grid's own limit of one delivery: 1 MB."""
MAX_DOWNLOADS: Final = 16
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 2.0

_FUNCTION = re.compile(r"Host\.Functions\.(.+)", re.IGNORECASE)
_SUBJECT = re.compile(r"/blobServices/default/containers/([^/]+)/blobs/(.+)", re.DOTALL)
_PARAMETER = re.compile(r"\{(\w+)\}")

log = logging.getLogger("host.blob")


class _BadEventError(ValueError):
    pass


@dataclass(frozen=True)
class _Listener:
    function: Function
    trigger: BlobTrigger
    container: str
    pattern: re.Pattern[str]
    account: BlobAccount


class BlobTriggers:
    """All blob-triggered functions of an app and what waits for them."""

    def __init__(
        self,
        functions: Iterable[Function],
        invoker: Invoker,
        signalr: SignalRBinding,
        *,
        parallelism: int,
        poison_threshold: int,
    ) -> None:
        """Raises BindingError where a trigger's storage setting is missing or wrong."""
        self._invoker = invoker
        self._signalr = signalr
        self._attempts = poison_threshold
        self._turns = asyncio.Semaphore(parallelism)
        downloads = min(parallelism, MAX_DOWNLOADS)
        self._downloads = ThreadPoolExecutor(downloads, "blob")
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: dict[str, _Listener] = {}
        accounts: dict[str, BlobAccount] = {}
        for function in functions:
            if isinstance(trigger := function.trigger, BlobTrigger):
                if trigger.connection not in accounts:
                    accounts[trigger.connection] = _account(
                        function.name, trigger.connection, downloads
                    )
                container, pattern = compile_path(trigger.path)
                self._listeners[function.name.lower()] = _Listener(
                    function, trigger, container, pattern, accounts[trigger.connection]
                )

    async def webhook(self, request: Request) -> Response:
        """Event Grid's deliveries: 202; 400 for what is no event, 404 for an unknown function."""
        wanted = _FUNCTION.fullmatch(request.query_params.get("functionName", ""))
        listener = self._listeners.get(wanted.group(1).lower()) if wanted else None
        if listener is None:
            return PlainTextResponse("no such blob-triggered function", status_code=404)
        try:
            events: Any = json.loads(await read_body(request, MAX_BODY))
            if not isinstance(events, list) or not events:
                raise _BadEventError("the body must be an array of events")
            if code := _validation_code(events[0]):
                return JSONResponse({"validationResponse": code})
            blobs = [_blob(event) for event in events]
        except BodyTooLargeError:
            return Response(status_code=413)
        except ValueError as error:
            return PlainTextResponse(str(error), status_code=400)
        for blob in blobs:
            if blob.container == listener.container and listener.pattern.fullmatch(blob.name):
                task = asyncio.create_task(self._process(listener, blob))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return Response(status_code=202)

    async def _process(self, listener: _Listener, blob: BlobAddress) -> None:
        pause = FIRST_PAUSE
        for attempt in range(1, self._attempts + 1):
            async with self._turns:
                try:
                    return await self._invoke(listener, blob)
                except Exception as error:
                    failure = error
            if attempt == self._attempts:
                break
            log.warning(
                "%s failed (%d of %d): %s",
                *(listener.function.name, attempt, self._attempts, _summary(failure)),
            )
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        log.error(
            "%s failed %d times for %s/%s: poison, given up",
            *(listener.function.name, self._attempts, *blob),
            exc_info=failure,
        )
        return None

    async def _invoke(self, listener: _Listener, blob: BlobAddress) -> None:
        loop = asyncio.get_running_loop()
        stream = await loop.run_in_executor(self._downloads, _stream, listener.account, blob)
        if stream is None:
            return
        arguments = {listener.trigger.name: stream}
        outcome = await self._invoker.call(listener.function, arguments)
        for output, value in outcome.outputs:
            await self._signalr.send(output, value)

    async def close(self) -> None:
        """Drops what waits."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._downloads.shutdown(wait=False, cancel_futures=True)


def compile_path(path: str) -> tuple[str, re.Pattern[str]]:
    """A trigger's path as container and pattern of blob names.

    As in the extension, ``{name}`` takes any characters, slashes too; a container alone means every
    blob.
    """
    container, _, template = path.partition("/")
    pieces = _PARAMETER.split(template or "{name}")
    pattern = "".join(
        f"(?P<{piece}>.*)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)
    )
    return container, re.compile(pattern, re.DOTALL)


def _stream(account: BlobAccount, address: BlobAddress) -> func.InputStream | None:
    """The blob as the worker gives it to a function, or None when it is gone."""
    blob = account.read(address)
    if blob is None:
        return None
    return func.blob.InputStream(
        data=blob.data,
        name=f"{address.container}/{address.name}",
        uri=blob.uri,
        length=len(blob.data),
        blob_properties=blob_properties(blob.headers),
        metadata=metadata(blob.headers),
    )


def _blob(event: object) -> BlobAddress:
    match event:
        case {"subject": str(subject)} if found := _SUBJECT.fullmatch(subject):
            return BlobAddress(found.group(1), found.group(2))
    raise _BadEventError("an event's subject must name a blob")


def _validation_code(event: object) -> str | None:
    match event:
        case {
            "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
            "data": {"validationCode": str(code)},
        }:
            return code
    return None


def _account(function: str, setting: str, connections: int) -> BlobAccount:
    text = os.environ.get(setting)
    if text is None:
        raise BindingError(f"function {function}: the setting {setting} is missing")
    try:
        return BlobAccount(text, connections)
    except ValueError as error:
        raise BindingError(f"function {function}: {setting}: {error}") from None


def _summary(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
