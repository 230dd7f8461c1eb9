"""Event Grid on one machine: it sends the Functions host an event for every new blob.

Each blob becomes a `Microsoft.Storage.BlobCreated` event. It is posted to the webhook of every
function with a blob trigger on the blob's container, as by an event subscription with filters
(https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage). Delivery is at least once:
a failed delivery is tried again. When the host or the storage starts or comes back, every blob in
the containers is announced again. As in Azure an answer of 400, 401 or 413 is final
(https://learn.microsoft.com/azure/event-grid/delivery-and-retry); the pauses between attempts are
shorter.
"""

from __future__ import annotations

import http.client
import json
import logging
import queue
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from azure.core.exceptions import AzureError, DeserializationError
from azure.storage.blob import BlobProperties, BlobServiceClient, ContainerClient

from local.azurite import Creation

TIMEOUT_SECONDS: Final = 10.0
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0
MAX_BATCH: Final = 100
FINAL: Final = (400, 401, 413)
"""Answers of a webhook after which an event is dropped."""
_TOPIC: Final = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local"
    "/providers/Microsoft.Storage/storageAccounts/devstoreaccount1"
)

log = logging.getLogger("event_grid")


class EventFilter(NamedTuple):
    """The filters of an event subscription, besides its container: endings, sizes in bytes."""

    subject_ends_with: str = ""
    largest: int | None = None


class Subscription(NamedTuple):
    """A blob-triggered function and the container it listens to."""

    function: str
    container: str


@dataclass(frozen=True)
class _Notice:
    creation: Creation
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class EventGrid:
    """The delivery thread between one storage account and one Functions host.

    `host` is the host's base URL, `code` its key, `endpoint` the storage account's;
    `storage` makes a client of that account.
    """

    def __init__(
        self,
        host: str,
        code: str,
        endpoint: str,
        storage: Callable[[], BlobServiceClient],
        event_filter: EventFilter | None = None,
    ) -> None:
        self._code = code
        self._filter = event_filter or EventFilter()
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
        """Starts delivery; the first delivery waits for the first call of `catch_up`."""
        self._thread.start()

    def publish(self, creation: Creation) -> None:
        """Takes one new blob; returns at once."""
        self._queue.put(_Notice(creation))

    def _sized(self, notice: _Notice) -> _Notice:
        """The same with the blob's size; the storage is asked for it if no request had it."""
        created = notice.creation
        if created.length is not None:
            return notice
        try:
            with self._open_storage() as storage:
                blob = storage.get_blob_client(created.container, created.blob)
                return replace(
                    notice, creation=_lying(created.container, blob.get_blob_properties())
                )
        # It is deleted, or the SDK cannot read it, or the storage is down and lists it later.
        except (AzureError, DeserializationError):
            return notice

    def catch_up(self) -> None:
        """Call it when the host or the storage (re)started: reads subscriptions and blobs again."""
        self._catch_up.set()
        self._queue.put(None)

    def close(self) -> None:
        """Ends delivery and drops events that were not delivered."""
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
            notices = [self._sized(notice) for notice in notices]
            for subscription in self._subscriptions or ():
                matching = [n for n in notices if self._passes(n.creation, subscription)]
                for start in range(0, len(matching), MAX_BATCH):
                    batch = matching[start : start + MAX_BATCH]
                    self._retrying(partial(self._deliver, subscription, batch))

        if self._connection is not None:
            self._connection.close()

    def _passes(self, creation: Creation, subscription: Subscription) -> bool:
        if creation.container != subscription.container:
            return False
        if not creation.blob.lower().endswith(self._filter.subject_ends_with.lower()):
            return False
        largest = self._filter.largest
        # An advanced filter never matches an event without the key.
        return largest is None or (creation.length is not None and creation.length <= largest)

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
        """All blobs in the containers that have a subscription."""
        found: list[_Notice] = []
        try:
            with self._open_storage() as storage:
                for container in sorted({s.container for s in self._subscriptions or ()}):
                    found += map(_Notice, _listed(storage.get_container_client(container)))
        except AzureError as error:
            # The storage is down: its restart calls `catch_up` again.
            log.warning("the containers could not be listed: %s", type(error).__name__)
        return found

    def _deliver(self, subscription: Subscription, notices: Sequence[_Notice]) -> None:
        path = (
            f"/runtime/webhooks/blobs?functionName=Host.Functions.{quote(subscription.function)}"
            f"&code={quote(self._code)}"
        )
        body = json.dumps([_event(notice, self._endpoint) for notice in notices]).encode()
        try:
            status, _ = self._request("POST", path, body)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The other side closed an idle connection: try once more on a new one.
            status, _ = self._request("POST", path, body)
        if status in FINAL:
            log.warning("%s refused its events for good: %d", subscription.function, status)
        elif status >= 400:
            raise _HostBusyError

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


def _listed(container: ContainerClient) -> list[Creation]:
    """The container's blobs; without their sizes if the SDK cannot read the properties of one.

    The emulator takes 1e30 for a page blob's sequence number; Azure refuses it.
    """
    name = container.container_name
    try:
        return [_lying(name, blob) for blob in container.list_blobs()]
    except DeserializationError:
        return [Creation(name, blob) for blob in container.list_blob_names()]


def _lying(container: str, blob: BlobProperties) -> Creation:
    return Creation(
        container,
        blob.name,
        length=blob.size,
        content_type=blob.content_settings.content_type or "",
        blob_type=str(getattr(blob.blob_type, "value", blob.blob_type)),
        etag=(blob.etag or "").strip('"'),
    )


def _event(notice: _Notice, endpoint: str) -> dict[str, object]:
    created = notice.creation
    container, blob = created.container, created.blob
    return {
        "topic": _TOPIC,
        "subject": f"/blobServices/default/containers/{container}/blobs/{blob}",
        "eventType": "Microsoft.Storage.BlobCreated",
        "id": str(uuid.uuid4()),
        "eventTime": notice.at.isoformat().replace("+00:00", "Z"),
        "data": {
            "api": created.api,
            "eTag": created.etag,
            "contentType": created.content_type,
            "contentLength": created.length,
            "blobType": created.blob_type,
            "url": f"{endpoint}/{container}/{quote(blob)}",
            "sequencer": f"{int(notice.at.timestamp() * 1e6):032d}",
        },
        "dataVersion": "",
        "metadataVersion": "1",
    }
