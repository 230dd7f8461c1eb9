"""Blob triggers: from an upload, or an event at the webhook, to a call of the function."""

import time
from collections.abc import Callable

import httpx
import pytest
from azure.storage.blob import BlobBlock, ContainerClient, ContentSettings

from local.stack import Stack
from tests.local.official_client import OfficialClient

Deliver = Callable[..., httpx.Response]
WEBHOOK = "/runtime/webhooks/blobs?functionName=Host.Functions.unload"


def test_an_upload_reaches_the_hub(manifests: ContainerClient, docker: OfficialClient) -> None:
    """Upload → event → function → SignalR → official client, with all the worker would tell."""
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
    """Many uploads at once arrive once each, and overwriting a blob is another upload."""
    names = {f"fleet/{number}.txt" for number in range(30)}
    for name in names:
        manifests.upload_blob(name, name.encode())
    assert {docker.receive()["text"] for _ in names} == names
    manifests.upload_blob("fleet/1.txt", b"again", overwrite=True)
    assert docker.receive()["text"] == "again"
    assert docker.silent()


def test_an_upload_in_blocks_counts_at_its_last_step(
    manifests: ContainerClient, docker: OfficialClient
) -> None:
    """Staged blocks wake nobody; committing them does."""
    blob = manifests.get_blob_client("blocks/1.txt")
    blob.stage_block("0000", b"half ")
    blob.stage_block("0001", b"and half")
    assert docker.silent()
    blob.commit_block_list([BlobBlock("0000"), BlobBlock("0001")])
    assert docker.receive()["text"] == "half and half"


def test_an_empty_blob_is_a_blob(manifests: ContainerClient, docker: OfficialClient) -> None:
    """Nothing uploaded is still an upload."""
    manifests.upload_blob("empty/1.txt", b"")
    assert docker.receive()["length"] == 0


@pytest.mark.parametrize("name", ["top.txt", "argo/1.jpg", "argo/1.txt.bak"])
def test_a_blob_outside_the_path_is_ignored(
    manifests: ContainerClient, docker: OfficialClient, name: str
) -> None:
    """Other depths and endings do not fit the trigger's path."""
    manifests.upload_blob(name, b"x")
    assert docker.silent()


def test_an_event_of_another_container_is_ignored(deliver: Deliver) -> None:
    """The webhook takes it, as the real one does, and calls nobody."""
    assert deliver("a/1.txt", container="elsewhere").status_code == 202


def test_an_event_for_a_missing_blob_is_skipped(
    deliver: Deliver, docker: OfficialClient, stack: Stack
) -> None:
    """A blob that is gone calls nobody and is no failure."""
    before = len(stack["functions"].output)
    assert deliver("gone/1.txt").status_code == 202
    assert docker.silent()
    assert len(stack["functions"].output) == before


def test_duplicate_late_and_reordered_events(
    manifests: ContainerClient, deliver: Deliver, docker: OfficialClient
) -> None:
    """Every event of a blob that is there is one call, in any order; none after its deletion."""
    for name in ("a", "b"):
        manifests.upload_blob(f"order/{name}.txt", name.encode())
    assert {docker.receive()["text"], docker.receive()["text"]} == {"a", "b"}
    deliver("order/b.txt", "order/a.txt", "order/b.txt")
    assert sorted(docker.receive()["text"] for _ in range(3)) == ["a", "b", "b"]
    manifests.delete_blob("order/a.txt")
    deliver("order/a.txt", "order/b.txt")
    assert docker.receive()["text"] == "b"
    assert docker.silent()


def test_a_failed_call_is_tried_again(manifests: ContainerClient, docker: OfficialClient) -> None:
    """A function that raises once is called again and succeeds."""
    manifests.upload_blob("argo/heel.txt", b"list")
    assert docker.receive()["text"] == "list"


def test_poison_is_named_and_given_up(manifests: ContainerClient, stack: Stack) -> None:
    """After poisonBlobThreshold failures (3 here) the log names function and blob, and it ends."""
    manifests.upload_blob("doom/1.txt", b"sink")
    host = stack["functions"]
    assert host.wait_output("unload failed 3 times for manifests/doom/1.txt: poison, given up")
    assert host.wait_output("RuntimeError: this ship sinks")
    time.sleep(0.5)
    assert not any("4 times" in line for line in host.output)


def test_an_undelivered_output_is_a_failure(manifests: ContainerClient, stack: Stack) -> None:
    """While the hub is away the call fails, and a later try delivers."""
    life = stack["signalr"].kill()
    manifests.upload_blob("fog/1.txt", b"ahoy")
    assert stack["functions"].wait_output("unload failed (1 of 3): OutputBindingError")
    stack["signalr"].wait_ready(after_start=life)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"[1]", b"[{}]", b'[{"subject": 1}]', b"\xff\x00"]
)
def test_garbage_at_the_webhook_is_400(http: httpx.Client, body: bytes) -> None:
    """What is no array of blob events is refused."""
    assert http.post(WEBHOOK, content=body).status_code == 400


def test_a_delivery_has_a_size(http: httpx.Client) -> None:
    """More than Event Grid's 1 MB is 413, whether the length is announced or not."""
    assert http.post(WEBHOOK, content=b" " * 1_100_000).status_code == 413
    pieces = (b" " * 100_000 for _ in range(11))
    assert http.post(WEBHOOK, content=pieces).status_code == 413


def test_an_unknown_function_at_the_webhook_is_404(http: httpx.Client, deliver: Deliver) -> None:
    """Functions without a blob trigger and made-up names are not found."""
    assert deliver("a/1.txt", function="crate").status_code == 404
    assert deliver("a/1.txt", function="ghost").status_code == 404
    assert http.post("/runtime/webhooks/blobs", content=b"[]").status_code == 404


def test_the_webhook_answers_the_handshake(http: httpx.Client) -> None:
    """Event Grid's subscription validation gets its code back."""
    event = {
        "id": "1",
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "subject": "",
        "data": {"validationCode": "512d38b6"},
    }
    answer = http.post(WEBHOOK, json=[event])
    assert (answer.status_code, answer.json()) == (200, {"validationResponse": "512d38b6"})
