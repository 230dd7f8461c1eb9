"""Whatever an upload ticket is used for, nothing remains of it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import AzureError, DeserializationError, HttpResponseError
from azure.functions.timer import TimerRequest
from azure.storage.blob import BlobClient, ContainerClient, StorageErrorCode

from functions.deletion import delete
from tests.functions.conftest import App, Joined
from tests.hostile.operations import Operation, operations

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()
OPERATIONS = operations(SMILE)
# What an upload ticket is good for; docs/security.md says what becomes of it.
ALLOWED = {
    name
    for name in OPERATIONS
    if name.startswith(("Put Blob", "Snapshot Blob", "Copy Blob"))
    # One is there already, one comes from nowhere, and one the emulator does not know.
    and name not in ("Put Blob, over it", "Copy Blob, from nowhere", "Put Blob From URL")
}
EVERYTHING = ["snapshots", "uncommittedblobs"]


@pytest.fixture(autouse=True)
def empty(app: App) -> None:
    """Nothing was left by others."""
    container = app.storage.get_container_client("frames")
    for blob in container.list_blobs():
        delete(container, blob.name)


@pytest.fixture
def source(app: App) -> Iterator[str]:
    """The address of somebody else's picture, which anybody may read."""
    container = app.storage.get_container_client("elsewhere")
    container.create_container(public_access="blob")
    container.upload_blob("picture.jpg", SMILE)
    yield f"{container.url}/picture.jpg"
    container.delete_container()


def _left(app: App) -> list[str]:
    container = app.storage.get_container_client("frames")
    return [blob.name for blob in container.list_blobs(include=EVERYTHING)]


def _timer(app: App) -> None:
    app.clock.advance(60)
    app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))


def _attack(app: App, ada: Joined, name: str, source: str) -> tuple[str, int]:
    """The blob's name, and what the operation was answered."""
    url = app.upload_url(ada)
    operation = OPERATIONS[name]
    if operation.after:
        OPERATIONS[operation.after].send(url, source)
    return f"frames/{BlobClient.from_blob_url(url).blob_name}", operation.send(url, source)


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_that_an_upload_ticket_can_do_outlives_the_timer(
    app: App, source: str, name: str
) -> None:
    """What no event or trigger deletes, the timer's next run deletes."""
    _, status = _attack(app, app.join(app.room()), name, source)
    assert (status < 300) == (name in ALLOWED), status
    _timer(app)
    assert _left(app) == []


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_nothing_that_an_upload_ticket_can_do_outlives_its_event(
    app: App, source: str, name: str
) -> None:
    """The trigger deletes the blob with its snapshots, and sends a documented result."""
    blob, _ = _attack(app, app.join(app.room()), name, source)
    with contextlib.suppress(AzureError):  # where the host cannot even read it, the timer's turn
        told = app.trigger(blob)
        assert [action["target"] for action in told] in (["reading"], ["unread"])
        assert _left(app) == []
    _timer(app)
    assert _left(app) == []


@pytest.mark.parametrize("held", ["lease", "copy", "lease and copy", "blocks", "snapshots"])
def test_what_holds_a_blob_is_undone(app: App, monkeypatch: pytest.MonkeyPatch, held: str) -> None:
    """A lease is broken, a copy aborted and blocks are dropped, so that the blob can be deleted."""
    container = app.storage.get_container_client("frames")
    blob = container.get_blob_client("held.jpg")
    aborted: list[str] = []
    if held == "blocks":
        blob.stage_block("block-1", SMILE)
    else:
        blob.upload_blob(SMILE)
    if "lease" in held:
        blob.acquire_lease(-1)
    if held == "snapshots":
        blob.create_snapshot()
    if "copy" in held:
        _pretend_to_copy(monkeypatch, aborted)
    _timer(app)
    assert _left(app) == []
    assert aborted == (["copy-1"] if "copy" in held else [])


def _pretend_to_copy(monkeypatch: pytest.MonkeyPatch, aborted: list[str]) -> None:
    """The emulator's copies are done at once; Azure's may take long, and forbid deletion."""
    deletes, properties = ContainerClient.delete_blob, BlobClient.get_blob_properties

    def refuse_until_aborted(self: ContainerClient, *names: Any, **options: Any) -> None:
        if not aborted:
            error = HttpResponseError("There is currently a pending copy operation.")
            error.error_code = StorageErrorCode.PENDING_COPY_OPERATION  # type: ignore[attr-defined]
            raise error
        deletes(self, *names, **options)

    def copying(self: BlobClient, **options: Any) -> Any:
        found = properties(self, **options)
        found.copy.id, found.copy.status = "copy-1", "pending"
        return found

    monkeypatch.setattr(ContainerClient, "delete_blob", refuse_until_aborted)
    monkeypatch.setattr(BlobClient, "get_blob_properties", copying)
    monkeypatch.setattr(BlobClient, "abort_copy", lambda _, copy: aborted.append(copy))


@pytest.mark.parametrize("refusal", [HttpResponseError, TypeError])
def test_one_that_cannot_be_deleted_keeps_none_of_the_others(
    app: App,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    refusal: type[Exception],
) -> None:
    """The timer deletes the other blobs, and logs how many remain and why, without names."""
    container = app.storage.get_container_client("frames")
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        container.upload_blob(name, SMILE)
    deletes = ContainerClient.delete_blob

    def refuse_one(self: ContainerClient, name: str, **options: Any) -> None:
        if name == "a.jpg":
            raise refusal("there is a hold on frames/a.jpg")
        deletes(self, name, **options)

    caplog.set_level(logging.INFO)
    with monkeypatch.context() as patch:
        patch.setattr(ContainerClient, "delete_blob", refuse_one)
        _timer(app)
    assert _left(app) == ["a.jpg"]
    assert f"1 frames could not be deleted: {refusal.__name__} 1" in caplog.text
    assert "a.jpg" not in caplog.text
    assert delete(container, "a.jpg")
    assert not delete(container, "a.jpg")


def test_a_blob_that_the_sdk_cannot_list_keeps_none_of_the_others(app: App) -> None:
    """A page blob's sequence number of 1e30, which the emulator takes, stops no run."""
    ada = app.join(app.room())
    odd = BlobClient.from_blob_url(app.upload_url(ada))
    headers = {"x-ms-blob-content-length": "512", "x-ms-blob-sequence-number": "1e30"}
    put = Operation("PUT", headers={"x-ms-blob-type": "PageBlob", **headers})
    app.upload(ada, SMILE)
    assert put.send(odd.url, "") == 201
    container = app.storage.get_container_client("frames")
    try:
        with pytest.raises(DeserializationError):
            _left(app)
        _timer(app)
        assert list(container.list_blob_names()) == []
    finally:  # other tests list the container, too
        for name in container.list_blob_names():
            container.delete_blob(name)
