"""One stack for all tests of this folder, running an app that is not the product."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from local.signalr_access import SignalRConnection
from local.stack import Stack
from tests.local.official_client import OfficialClient

OTHER_APP = Path(__file__).parent / "other_app"
HUB = "harbour"


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The other app on the whole stack, with a small site."""
    site = tmp_path_factory.mktemp("site")
    (site / "index.html").write_text("<!doctype html><title>Harbour</title>")
    (site / "app.js").write_text("export {};")
    with Stack(
        "function_app:app",
        root=OTHER_APP,
        site=site,
        containers=["manifests", "elsewhere"],
        settings={"HARBOUR_CONTAINER": "manifests"},
        storage_setting="HarbourStorage",
        signalr_setting="HarbourSignalR",
    ) as running:
        yield running


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    """A client of the functions host."""
    with httpx.Client(base_url=stack.url, timeout=10, trust_env=False) as client:
        yield client


@pytest.fixture
def manifests(stack: Stack) -> Iterator[ContainerClient]:
    """The container the other app listens to; emptied afterwards."""
    with BlobServiceClient.from_connection_string(
        stack.storage, connection_timeout=2, read_timeout=5
    ) as account:
        container = account.get_container_client("manifests")
        yield container
        for name in list(container.list_blob_names()):
            container.delete_blob(name)


@pytest.fixture
def signalr(stack: Stack) -> SignalRConnection:
    """The SignalR stand-in's address and key."""
    return SignalRConnection.parse(stack.signalr)


@pytest.fixture
def docker(signalr: SignalRConnection) -> Iterator[OfficialClient]:
    """An official client of the hub, as user ``docker``, listening to ``unloaded`` and ``note``."""
    token = signalr.client_token(HUB, "docker")
    with OfficialClient(signalr.client_url(HUB), token, "unloaded", "note") as client:
        yield client


@pytest.fixture
def send(http: httpx.Client) -> Callable[[Any], httpx.Response]:
    """Sends a value through the other app's SignalR output binding."""
    return lambda value: http.post("/v1/signal", content=json.dumps(value))


@pytest.fixture
def deliver(http: httpx.Client) -> Callable[..., httpx.Response]:
    """Posts Event Grid events for blobs of ``manifests`` to the webhook."""

    def post(*names: str, function: str = "unload", container: str = "manifests") -> httpx.Response:
        events = [
            {
                "id": str(number),
                "eventType": "Microsoft.Storage.BlobCreated",
                "subject": f"/blobServices/default/containers/{container}/blobs/{name}",
                "eventTime": "2026-01-01T00:00:00Z",
                "data": {"api": "PutBlob"},
                "dataVersion": "",
            }
            for number, name in enumerate(names)
        ]
        return http.post(
            f"/runtime/webhooks/blobs?functionName=Host.Functions.{function}", json=events
        )

    return post
