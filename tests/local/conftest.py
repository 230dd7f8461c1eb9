"""One stack for all tests of this folder, running an app that is not the product.

Rows of docs/host.md that need nothing but HTTP and storage also run against a real host with
`other_app`: set HOST_URL, HOST_STORAGE (the connection string of its storage) and HOST_BLOBS_KEY
(its system key `blobs_extension`).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from local.signalr.access import SignalRConnection
from local.stack import Stack
from tests import waiting
from tests.local.official_client import OfficialClient

OTHER_APP = Path(__file__).parent / "other_app"
HUB = "harbour"
CONTAINERS = ("manifests", "elsewhere", "seen")
WAIT = waiting.PATIENCE


class Host(NamedTuple):
    """A Functions host that runs `other_app`, and the storage it listens to."""

    url: str
    storage: str
    blobs_key: str


def other_stack(**more: Any) -> Stack:
    """A stack for the other app. Tests that need one are skipped where HOST_URL names a host."""
    if os.environ.get("HOST_URL"):
        pytest.skip("needs this machine's own host: unset HOST_URL")
    settings = {"HARBOUR_CONTAINER": "manifests", **more.pop("settings", {})}
    return Stack(
        more.pop("app", "function_app:app"),
        root=more.pop("root", OTHER_APP),
        containers=CONTAINERS,
        settings=settings,
        storage_setting="HarbourStorage",
        signalr_setting="HarbourSignalR",
        **more,
    )


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The other app on the whole stack, with a small site."""
    site = tmp_path_factory.mktemp("site")
    (site / "index.html").write_text("<!doctype html><title>Harbour</title>")
    (site / "app.js").write_text("export {};")
    with other_stack(site=site) as running:
        yield running


@pytest.fixture
def host(request: pytest.FixtureRequest) -> Host:
    """The host under test: the real one at HOST_URL, or this machine's."""
    if url := os.environ.get("HOST_URL"):
        return Host(url, os.environ["HOST_STORAGE"], os.environ["HOST_BLOBS_KEY"])
    stack: Stack = request.getfixturevalue("stack")
    return Host(stack.url, stack.storage, stack.blobs_key)


@pytest.fixture
def http(host: Host) -> Iterator[httpx.Client]:
    """A client of the functions host."""
    with httpx.Client(base_url=host.url, timeout=waiting.PATIENCE, trust_env=False) as client:
        yield client


@pytest.fixture
def storage(host: Host) -> Iterator[BlobServiceClient]:
    """The storage account."""
    with BlobServiceClient.from_connection_string(
        host.storage, read_timeout=waiting.PATIENCE
    ) as account:
        yield account


@pytest.fixture
def manifests(storage: BlobServiceClient) -> Iterator[ContainerClient]:
    """The container the other app listens to; emptied afterwards."""
    container = storage.get_container_client("manifests")
    yield container
    for name in list(container.list_blob_names()):
        container.delete_blob(name)


@pytest.fixture
def elsewhere(storage: BlobServiceClient) -> Iterator[ContainerClient]:
    """A container without an event subscription: its events are what a test delivers."""
    container = storage.get_container_client("elsewhere")
    yield container
    for name in list(container.list_blob_names()):
        container.delete_blob(name)


@pytest.fixture
def calls(storage: BlobServiceClient) -> Callable[..., list[dict[str, Any]]]:
    """What `unload` was called with for a blob, as CONTAINER/NAME, once there are so many calls."""
    container = storage.get_container_client("seen")

    def called(path: str, count: int, *, exactly: bool = True) -> list[dict[str, Any]]:
        deadline = time.monotonic() + (WAIT if count else 0.5)
        while True:
            names = list(container.list_blob_names(name_starts_with=f"{path}/"))
            if 0 < count <= len(names) or time.monotonic() > deadline:
                found = [json.loads(container.download_blob(name).readall()) for name in names]
                assert len(found) == count or not exactly, f"{path}: {len(found)} calls"
                return sorted(found, key=lambda one: float(one["called_at"]))
            time.sleep(0.05)

    return called


@pytest.fixture
def signalr(stack: Stack) -> SignalRConnection:
    """The SignalR stand-in's address and key."""
    return SignalRConnection.parse(stack.signalr)


@pytest.fixture
def docker(signalr: SignalRConnection) -> Iterator[OfficialClient]:
    """An official client of the hub, as user `docker`, listening to `unloaded` and `note`."""
    token = signalr.client_token(HUB, "docker")
    with OfficialClient(signalr.client_url(HUB), token, "unloaded", "note") as client:
        yield client


@pytest.fixture
def send(http: httpx.Client) -> Callable[[Any], httpx.Response]:
    """Sends a value through the other app's SignalR output binding."""
    return lambda value: http.post("/v1/signal", content=json.dumps(value))


def event(container: str, name: str) -> dict[str, Any]:
    """What Event Grid says of a new blob."""
    return {
        "id": name,
        "eventType": "Microsoft.Storage.BlobCreated",
        "subject": f"/blobServices/default/containers/{container}/blobs/{name}",
        "eventTime": "2026-01-01T00:00:00Z",
        "data": {
            "api": "PutBlob",
            "blobType": "BlockBlob",
            "eTag": "0x1",
            "url": f"http://127.0.0.1:1/devstoreaccount1/{container}/{quote(name)}",
        },
        "dataVersion": "",
    }


@pytest.fixture
def deliver(http: httpx.Client, host: Host) -> Callable[..., httpx.Response]:
    """Posts a body, or Event Grid's events for blobs of a container, to the webhook."""

    def post(
        *names: str,
        container: str = "manifests",
        function: str | None = "Host.Functions.unload",
        code: str = host.blobs_key,
        kind: str | None = "Notification",
        content: bytes | None = None,
    ) -> httpx.Response:
        if content is None:
            content = json.dumps([event(container, name) for name in names]).encode()
        return http.post(
            "/runtime/webhooks/blobs",
            params={"code": code} | ({} if function is None else {"functionName": function}),
            headers={} if kind is None else {"aeg-event-type": kind},
            content=content,
        )

    return post
