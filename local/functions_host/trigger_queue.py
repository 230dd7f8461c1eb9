"""The two storage queues of the blob trigger: messages that wait, and messages given up.

Names and messages are the extension's
(https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger#poison-blobs,
`BlobTriggerMessage.cs` and `StorageLoadBalancerQueue.cs` in Azure/azure-sdk-for-net). The real host
passes every message through the first. Here messages wait in memory while the host runs, and in the
queue while it does not.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree

import urllib3
from azure.storage.blob import (
    AccountSasPermissions,
    ResourceTypes,
    Services,
    generate_account_sas,
)
from urllib3.exceptions import HTTPError

WAITING: Final = "azure-webjobs-blobtrigger-local"
POISON: Final = "webjobs-blobtrigger-poison"
_BLOB_TYPES: Final = {"BlockBlob": "Block", "PageBlob": "Page", "AppendBlob": "Append"}
_SECONDS: Final = 2.0
_BATCH: Final = 32  # the most one request gives

log = logging.getLogger("Host.Triggers.Blobs")


@dataclass(frozen=True)
class BlobMessage:
    """One blob for one function; `function` is an event subscription's `functionName`."""

    function: str | None
    container: str
    name: str
    blob_type: str = "Block"
    etag: str = ""

    @classmethod
    def of_event(cls, event: object, function: str | None) -> BlobMessage:
        """The message from an event's `data`: `url` and `blobType`, not its subject.

        Raises ValueError if `data` lacks one of them.
        """
        match event:
            case {"data": {"url": str(url), "blobType": str(kind)} as data} if kind in _BLOB_TYPES:
                container, name = _address(url)
                etag = f'"{data.get("eTag", "")}"'
                return cls(function, container, name, _BLOB_TYPES[kind], etag)
        raise ValueError("an event needs data with url and blobType")

    @classmethod
    def from_json(cls, text: str) -> BlobMessage:
        """A queue message's text. Raises ValueError."""
        match json.loads(text):
            case {"ContainerName": str(container), "BlobName": str(name)} as found:
                return cls(
                    found.get("FunctionId"),
                    container,
                    name,
                    str(found.get("BlobType", "Block")),
                    str(found.get("ETag", "")),
                )
        raise ValueError("no message of the blob trigger")

    def to_json(self) -> str:
        """The queue message's text."""
        return json.dumps(
            {
                "Type": "BlobTrigger",
                "FunctionId": self.function,
                "BlobType": self.blob_type,
                "ContainerName": self.container,
                "BlobName": self.name,
                "ETag": self.etag,
            }
        )


class TriggerQueues:
    """Both queues in the storage account of a connection string. Slow: call it in a thread.

    It uses REST (https://learn.microsoft.com/rest/api/storageservices/operations-on-messages),
    because it needs only four requests of the queue service.
    """

    def __init__(self, connection_string: str) -> None:
        """Without `QueueEndpoint` there are no queues, and messages are dropped."""
        parts = dict(part.split("=", 1) for part in connection_string.split(";") if "=" in part)
        self._endpoint = parts.get("QueueEndpoint", "").rstrip("/")
        self._account = parts.get("AccountName", "")
        self._key = parts.get("AccountKey", "")
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(_SECONDS))

    def put(self, queue: str, messages: Iterable[BlobMessage]) -> None:
        """Adds messages, which the service keeps for seven days, its default."""
        if not self._endpoint:
            return
        try:
            self._ask("PUT", queue)
            for message in messages:
                text = base64.b64encode(message.to_json().encode()).decode()
                body = f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>"
                self._ask("POST", f"{queue}/messages", body.encode())
        except _QueueError as error:
            log.error("a message could not be queued: %s", error)

    def take_waiting(self) -> list[BlobMessage]:
        """Takes all waiting messages out of the queue and returns them."""
        found: list[BlobMessage] = []
        if not self._endpoint:
            return found
        try:
            self._ask("PUT", WAITING)
            while batch := self._receive():
                found += batch
        except _QueueError as error:
            log.error("the trigger's queue could not be read: %s", error)
        return found

    def _receive(self) -> list[BlobMessage]:
        answer = self._ask("GET", f"{WAITING}/messages", None, f"numofmessages={_BATCH}&")
        batch = []
        for message in ElementTree.fromstring(answer):
            name, receipt, text = (
                message.findtext(tag, "") for tag in ("MessageId", "PopReceipt", "MessageText")
            )
            batch.append(BlobMessage.from_json(base64.b64decode(text).decode()))
            receipt = f"popreceipt={quote(receipt, safe='')}&"
            self._ask("DELETE", f"{WAITING}/messages/{name}", None, receipt)
        return batch

    def _ask(self, method: str, path: str, body: bytes | None = None, query: str = "") -> bytes:
        signature = generate_account_sas(
            self._account,
            self._key,
            ResourceTypes(container=True, object=True),
            AccountSasPermissions(
                read=True, write=True, add=True, create=True, process=True, delete=True
            ),
            datetime.now(UTC) + timedelta(minutes=5),
            services=Services(queue=True),
        )
        url = f"{self._endpoint}/{path}?{query}{signature}"
        try:
            answer = self._pool.request(method, url, body=body)
        except HTTPError as error:  # its text may hold the signature
            raise _QueueError(type(error).__name__) from None
        if answer.status >= 400:
            raise _QueueError(str(answer.status))
        return answer.data


class _QueueError(Exception):
    """The queue service did not do what was asked; the text is a type or a status."""


def _address(url: str) -> tuple[str, str]:
    """Container and blob of a blob's URL; on an IP address the path begins with the account."""
    parts = urlsplit(url)
    segments = parts.path.split("/")[1:]
    if parts.hostname and parts.hostname.replace(".", "").isdigit():
        segments = segments[1:]
    container, name = segments[0], "/".join(segments[1:])
    if not parts.scheme or not container or not name:
        raise ValueError("no blob's URL")
    return container, unquote(name)
