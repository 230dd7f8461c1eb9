"""An upload, or an event at the webhook, calls the blob-triggered function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
from azure.storage.blob import BlobBlock, ContainerClient, ContentSettings

from local.stack import Stack
from tests.local.official_client import OfficialClient
from tests.local.queue_reader import peek

Deliver = Callable[..., httpx.Response]


def test_an_upload_reaches_the_hub(manifests: ContainerClient, docker: OfficialClient) -> None:
    """An upload leads to a call with the worker's data, and its message to the official client."""
    manifests.upload_blob(
        "Argo é/1 + 2.txt",
        b"wine",
        metadata={"captain": "Jason"},
        content_settings=ContentSettings(content_type="text/plain"),
    )
    seen = docker.receive()
    assert seen["name"] == "manifests/Argo é/1 + 2.txt"
    assert seen["uri"].startswith(manifests.url)
    assert "?" not in seen["uri"]
    assert (seen["length"], seen["text"]) == (4, "wine")
    assert seen["metadata"] == {"captain": "Jason"}
    properties = seen["properties"]
    assert (properties["ContentLength"], properties["ContentType"]) == (4, "text/plain")
    assert properties["Metadata"] == seen["metadata"]
    assert properties["CreatedOn"].endswith("+00:00")
    assert properties["LastModified"] >= properties["CreatedOn"]
    assert properties["BlobType"] == 0
    assert properties["ETag"] == {}  # as Newtonsoft writes .NET's ETag


def test_every_upload_is_one_call(manifests: ContainerClient, docker: OfficialClient) -> None:
    """Each of many uploads is one call; overwriting a blob is another."""
    names = {f"fleet/{number}.txt" for number in range(30)}
    for name in names:
        manifests.upload_blob(name, name.encode())
    assert {docker.receive()["text"] for _ in names} == names
    manifests.upload_blob("fleet/1.txt", b"again", overwrite=True)
    assert docker.receive()["text"] == "again"
    manifests.upload_blob("fleet/last.txt", b"last")
    assert docker.receive()["text"] == "last"


def test_an_upload_in_blocks_counts_at_its_last_step(
    manifests: ContainerClient, docker: OfficialClient
) -> None:
    """Staged blocks call nothing; committing them calls the function once."""
    blob = manifests.get_blob_client("blocks/1.txt")
    blob.stage_block("0000", b"half ")
    blob.stage_block("0001", b"and half")
    manifests.upload_blob("blocks/2.txt", b"meanwhile")
    assert docker.receive()["text"] == "meanwhile"
    blob.commit_block_list([BlobBlock("0000"), BlobBlock("0001")])
    assert docker.receive()["text"] == "half and half"


def test_an_empty_blob_is_a_blob(manifests: ContainerClient, docker: OfficialClient) -> None:
    """An upload without bytes also calls the function."""
    manifests.upload_blob("empty/1.txt", b"")
    assert docker.receive()["length"] == 0


def test_duplicate_late_and_reordered_events(
    manifests: ContainerClient, deliver: Deliver, docker: OfficialClient
) -> None:
    """Every event of an existing blob is one call, in any order; none comes after its deletion."""
    for name in ("a", "b"):
        manifests.upload_blob(f"order/{name}.txt", name.encode())
    assert {docker.receive()["text"], docker.receive()["text"]} == {"a", "b"}
    deliver("order/b.txt", "order/a.txt", "order/b.txt")
    assert sorted(docker.receive()["text"] for _ in range(3)) == ["a", "b", "b"]
    manifests.delete_blob("order/a.txt")
    deliver("order/a.txt", "order/b.txt")
    assert docker.receive()["text"] == "b"
    manifests.upload_blob("order/c.txt", b"c")
    assert docker.receive()["text"] == "c"


def test_a_blob_whose_properties_are_odd_is_given_up(
    stack: Stack, elsewhere: ContainerClient, deliver: Deliver
) -> None:
    """The emulator takes a sequence number that no host can read: no call, and a poison message."""

    def number_it(request: Any) -> None:
        request.http_request.headers["x-ms-blob-sequence-number"] = "1e30"

    name = f"{uuid4()}/odd.txt"
    elsewhere.get_blob_client(name).create_page_blob(512, raw_request_hook=number_it)
    assert deliver(name, container="elsewhere").status_code == 202
    assert peek(stack.storage, "webjobs-blobtrigger-poison", name)


def test_a_failed_call_is_tried_again(manifests: ContainerClient, docker: OfficialClient) -> None:
    """A function that raises once is called again and succeeds."""
    manifests.upload_blob("argo/heel.txt", b"list")
    assert docker.receive()["text"] == "list"
