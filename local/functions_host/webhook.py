"""Event Grid's deliveries to the blob trigger, as the storage extension takes them.

It checks the key, the header `aeg-event-type` and each event's `data`. It checks neither the
trigger's path nor whether the function exists. It queues an event and answers before any call
(`BlobsExtensionConfigProvider.cs` in Azure/azure-sdk-for-net).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.functions_host.body import BodyLimit
from local.functions_host.trigger_queue import BlobMessage
from local.request_body import BodyTooLargeError

KEY_VARIABLE: Final = "BLOBS_EXTENSION_KEY"
"""The system key `blobs_extension`, which Event Grid sends; a random one if it is not set."""
_HEADER: Final = "aeg-event-type"


class Webhook:
    """`/runtime/webhooks/blobs`: 202, 200 for the handshake, 401, 400 and 500."""

    def __init__(
        self, key: str, limit: BodyLimit, queue: Callable[[Sequence[BlobMessage]], None]
    ) -> None:
        self._key = key.encode()
        self._limit = limit
        self._queue = queue

    async def __call__(self, request: Request) -> Response:
        """One delivery."""
        code = request.query_params.get("code") or request.headers.get("x-functions-key", "")
        if not hmac.compare_digest(code.encode(), self._key):
            return Response(status_code=401)
        kind = request.headers.get(_HEADER, "").lower()
        if kind == "unsubscribe":
            return Response(status_code=202)
        if kind not in ("subscriptionvalidation", "notification"):
            return Response(status_code=400)
        try:
            events: Any = json.loads(await self._limit.read(request))
            if not isinstance(events, list):
                raise ValueError("no list")
            if kind == "subscriptionvalidation":
                return JSONResponse({"validationResponse": events[0]["data"]["validationCode"]})
            function = request.query_params.get("functionName")
            self._queue([BlobMessage.of_event(event, function) for event in events])
        except (BodyTooLargeError, ValueError, LookupError, TypeError, RecursionError):
            return Response(status_code=500)
        return Response(status_code=202)
