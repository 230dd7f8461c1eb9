"""Event Grid on one machine: tells the Functions host of every new blob.

Each blob becomes a ``Microsoft.Storage.BlobCreated`` event, posted to the webhook of every
blob-triggered function whose container it is in, as an event subscription with a subject filter
does (https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage). Delivery is at least
once: whatever cannot be delivered is tried again, and whenever the host or the storage comes (back)
up, what lies in the containers is announced once more.

A new blob's size and type are not in the storage's access log, so ``contentLength``,
``contentType`` and ``blobType`` are in the events of a listing only; the host, like the real one,
does not read them.
"""

import http.client
import json
import logging
import queue
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from azure.core.exceptions import AzureError
from azure.storage.blob import BlobServiceClient

from local.azurite import Creation

TIMEOUT_SECONDS: Final = 10.0
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0
MAX_BATCH: Final = 100
_TOPIC: Final = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local"
    "/providers/Microsoft.Storage/storageAccounts/devstoreaccount1"
)

log = logging.getLogger("event_grid")


class Subscription(NamedTuple):
    """A blob-triggered function and the container it listens to."""

    function: str
    container: str


@dataclass(frozen=True)
class _Notice:
    creation: Creation
    details: dict[str, object] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class EventGrid:
    """The delivery thread between one storage account and one Functions host.

    ``host`` is the host's base URL, ``endpoint`` the storage account's, ``storage`` makes a client
    of that account.
    """

    def __init__(self, host: str, endpoint: str, storage: Callable[[], BlobServiceClient]) -> None:
        self._address = urlsplit(host).netloc
        self._connection: http.client.HTTPConnection | None = None
        self._endpoint = endpoint
        self._open_storage = storage
        self._queue: queue.SimpleQueue[_Notice | None] = queue.SimpleQueue()
        self._subscriptions: Sequence[Subscription] | None = None
        self._catch_up = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="event-grid", daemon=True)

    def start(self) -> None:
        """Begins delivery, which waits until `catch_up` is called for the first time."""
        self._thread.start()

    def publish(self, creation: Creation) -> None:
        """Takes one new blob; returns at once."""
        self._queue.put(_Notice(creation))

    def catch_up(self) -> None:
        """The host or the storage has (re)started: look again at who listens and at what waits."""
        self._catch_up.set()
        self._queue.put(None)

    def close(self) -> None:
        """Ends delivery; what was not delivered is forgotten."""
        self._closed.set()
        self._queue.put(None)
        if self._thread.ident is not None:
            self._thread.join(2.0)

    def _run(self) -> None:
        while not self._closed.is_set():
            notices = self._next()
            if self._catch_up.is_set():
                self._catch_up.clear()
                self._retrying(self._subscribe)
                notices += self._waiting()
            for subscription in self._subscriptions or ():
                matching = [n for n in notices if n.creation.container == subscription.container]
                for start in range(0, len(matching), MAX_BATCH):
                    batch = matching[start : start + MAX_BATCH]
                    self._retrying(partial(self._deliver, subscription, batch))

        if self._connection is not None:
            self._connection.close()

    def _next(self) -> list[_Notice]:
        notices = []
        item = self._queue.get()
        while True:
            if item is not None:
                notices.append(item)
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return notices

    def _retrying(self, action: Callable[[], None]) -> None:
        pause = FIRST_PAUSE
        while not self._closed.is_set():
            try:
                action()
            except (OSError, http.client.HTTPException, _HostBusyError):
                self._closed.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return

    def _subscribe(self) -> None:
        status, body = self._request("GET", "/admin/functions", None)
        if status != 200:
            raise _HostBusyError
        self._subscriptions = list(_subscriptions(json.loads(body)))

    def _waiting(self) -> list[_Notice]:
        """What lies in the containers that somebody listens to."""
        found = []
        try:
            with self._open_storage() as storage:
                for container in sorted({s.container for s in self._subscriptions or ()}):
                    for blob in storage.get_container_client(container).list_blobs():
                        details: dict[str, object] = {
                            "contentType": blob.content_settings.content_type,
                            "contentLength": blob.size,
                            "blobType": str(getattr(blob.blob_type, "value", blob.blob_type)),
                        }
                        found.append(_Notice(Creation(container, blob.name), details))
        except AzureError as error:
            # The storage is down: its restart asks for the next look.
            log.warning("the containers could not be listed: %s", type(error).__name__)
        return found

    def _deliver(self, subscription: Subscription, notices: Sequence[_Notice]) -> None:
        path = f"/runtime/webhooks/blobs?functionName=Host.Functions.{quote(subscription.function)}"
        body = json.dumps([_event(notice, self._endpoint) for notice in notices]).encode()
        try:
            status, _ = self._request("POST", path, body)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # An idle connection was closed by the other side: once more, on a new one.
            status, _ = self._request("POST", path, body)
        if status >= 500 or status in (408, 429):
            raise _HostBusyError
        if status >= 400:
            log.warning("%s refused its events: %d", subscription.function, status)

    def _request(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_SECONDS)
        headers = {"Content-Type": "application/json", "aeg-event-type": "Notification"}
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response.status, response.read()
        except Exception:
            self._connection.close()
            raise


class _HostBusyError(Exception):
    pass


def _subscriptions(functions: Sequence[dict[str, Any]]) -> Iterator[Subscription]:
    for function in functions:
        for binding in function["config"]["bindings"]:
            if binding["type"] == "blobTrigger":
                yield Subscription(function["name"], binding["path"].strip("/").split("/")[0])


def _event(notice: _Notice, endpoint: str) -> dict[str, object]:
    container, blob = notice.creation.container, notice.creation.blob
    return {
        "topic": _TOPIC,
        "subject": f"/blobServices/default/containers/{container}/blobs/{blob}",
        "eventType": "Microsoft.Storage.BlobCreated",
        "id": str(uuid.uuid4()),
        "eventTime": notice.at.isoformat().replace("+00:00", "Z"),
        "data": {
            "api": notice.creation.api,
            "url": f"{endpoint}/{container}/{quote(blob)}",
            "sequencer": f"{int(notice.at.timestamp() * 1e6):032d}",
            **notice.details,
        },
        "dataVersion": "",
        "metadataVersion": "1",
    }
