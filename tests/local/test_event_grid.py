"""The Event Grid stand-in makes, filters and repeats events."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace, TracebackType
from typing import Any, ClassVar, Self, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from azure.core.exceptions import DeserializationError
from azure.storage.blob import BlobServiceClient

from local.azurite import Creation
from local.event_grid import EventFilter, EventGrid
from tests import waiting

ENDPOINT = "http://127.0.0.1:1/devstoreaccount1"


class Host(BaseHTTPRequestHandler):
    """A host with one function; it answers with `statuses` in turn, then 202."""

    protocol_version = "HTTP/1.1"
    received: ClassVar[queue.Queue[tuple[str, dict[str, str], list[Any]]]] = queue.Queue()
    statuses: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        """The admin API's list of functions."""
        binding = {"type": "blobTrigger", "path": "crates/{name}", "direction": "in"}
        self._answer(200, [{"name": "open", "config": {"bindings": [binding]}}])

    def do_POST(self) -> None:
        """The webhook."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.received.put((self.path, dict(self.headers.items()), body))
        self._answer(self.statuses.pop(0) if self.statuses else 202, None)

    def _answer(self, status: int, document: object) -> None:
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Storage:
    """A storage account in which these blobs lie; the SDK cannot read those named `odd`."""

    blobs: ClassVar[list[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def get_container_client(self, container: str) -> Any:
        """The one container."""
        assert container == "crates"
        return SimpleNamespace(
            container_name=container,
            list_blobs=lambda: map(self._properties, self.blobs),
            list_blob_names=lambda: iter(self.blobs),
        )

    def get_blob_client(self, container: str, name: str) -> Any:
        """One blob."""
        assert container == "crates"
        return SimpleNamespace(get_blob_properties=lambda: self._properties(name))

    @staticmethod
    def _properties(name: str) -> Any:
        if "odd" in name:
            raise DeserializationError("1e30 is no integer")
        settings = SimpleNamespace(content_type="text/plain")
        return SimpleNamespace(
            name=name, size=3, content_settings=settings, blob_type="BlockBlob", etag='"0x1"'
        )


@pytest.fixture
def grid() -> Iterator[EventGrid]:
    """Event Grid between an empty storage and a host that is up."""
    Host.received = queue.Queue()
    Storage.blobs = []
    with HTTPServer(("127.0.0.1", 0), Host) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        event_filter = EventFilter(".txt", largest=100)
        storage = cast(BlobServiceClient, Storage())
        delivery = EventGrid(url, "a key", ENDPOINT, lambda: storage, event_filter)
        delivery.start()
        yield delivery
        delivery.close()
        server.shutdown()
        thread.join(waiting.PATIENCE)


def test_a_creation_becomes_a_blob_created_event(grid: EventGrid) -> None:
    """A new blob of a watched container becomes Event Grid's event, with an encoded URL."""
    grid.catch_up()
    grid.publish(Creation("elsewhere", "x.txt", length=1))
    grid.publish(Creation("crates", "a b/é.txt", length=3, etag="0x1"))
    path, headers, (event,) = Host.received.get(timeout=waiting.PATIENCE)
    assert parse_qs(urlsplit(path).query) == {
        "functionName": ["Host.Functions.open"],
        "code": ["a key"],
    }
    assert headers["aeg-event-type"] == "Notification"
    assert event["eventType"] == "Microsoft.Storage.BlobCreated"
    assert event["subject"] == "/blobServices/default/containers/crates/blobs/a b/é.txt"
    assert event["data"]["api"] == "PutBlob"
    assert (event["data"]["blobType"], event["data"]["eTag"]) == ("BlockBlob", "0x1")
    assert event["data"]["url"] == f"{ENDPOINT}/crates/a%20b/%C3%A9.txt"
    assert event["eventTime"].endswith("Z")
    assert {"id", "topic", "dataVersion", "metadataVersion"} <= set(event)


def test_what_waits_is_announced(grid: EventGrid) -> None:
    """At the start the watched containers are listed, and events sent with sizes and types."""
    Storage.blobs = ["old/1.txt", "old/2.txt"]
    grid.catch_up()
    _, _, events = Host.received.get(timeout=waiting.PATIENCE)
    assert [event["subject"].rpartition("/")[2] for event in events] == ["1.txt", "2.txt"]
    assert events[0]["data"]["contentLength"] == 3
    assert events[0]["data"]["contentType"] == "text/plain"
    assert events[0]["data"]["blobType"] == "BlockBlob"


def test_a_blob_that_the_sdk_cannot_read_keeps_none_of_the_others(grid: EventGrid) -> None:
    """Neither in a listing nor by itself does it end the delivery."""
    Storage.blobs = ["old/1.txt", "odd/2.txt", "old/3.txt"]
    grid.catch_up()
    _, _, events = Host.received.get(timeout=waiting.PATIENCE)
    assert [event["subject"].rpartition("/")[2] for event in events] == ["1.txt", "3.txt"]
    assert {event["data"]["contentLength"] for event in events} == {3}
    grid.publish(Creation("crates", "odd/copy.txt", "CopyBlob"))
    grid.publish(Creation("crates", "new/4.txt", length=3))
    _, _, (event,) = Host.received.get(timeout=waiting.PATIENCE)
    assert event["subject"].endswith("/4.txt")


def test_a_subscriptions_filters_leave_out_endings_and_sizes(grid: EventGrid) -> None:
    """Another ending or a larger blob gives no event; the largest allowed size does."""
    grid.catch_up()
    for name, size in (("a.png", 1), ("large.txt", 101), ("whole.TXT", 100)):
        grid.publish(Creation("crates", name, length=size))
    (event,) = Host.received.get(timeout=waiting.PATIENCE)[2]
    assert event["subject"].endswith("/whole.TXT")
    assert event["data"]["contentLength"] == 100


def test_a_busy_host_gets_it_again(grid: EventGrid) -> None:
    """After a 503 or a 404 the same events are sent again."""
    grid.catch_up()
    Host.statuses[:] = [503, 404, 202]
    grid.publish(Creation("crates", "1.txt", length=1))
    tries = [Host.received.get(timeout=waiting.PATIENCE)[2][0]["subject"] for _ in range(3)]
    assert len(set(tries)) == 1
    grid.publish(Creation("crates", "2.txt", length=1))
    assert Host.received.get(timeout=waiting.PATIENCE)[2][0]["subject"].endswith("/2.txt")


@pytest.mark.parametrize("status", [400, 401, 413])
def test_a_final_answer_drops_the_event(grid: EventGrid, status: int) -> None:
    """After final answers, a wrong key's among them, the event is dropped; later ones come."""
    grid.catch_up()
    Host.statuses[:] = [status]
    for name in ("2.txt", "3.txt"):
        grid.publish(Creation("crates", name, length=1))
        assert Host.received.get(timeout=waiting.PATIENCE)[2][0]["subject"].endswith(name)
