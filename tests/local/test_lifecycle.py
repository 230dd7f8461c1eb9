"""The lifecycle rule of the local stack deletes old blobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import AzureError, DeserializationError
from azure.storage.blob import BlobServiceClient

from local import lifecycle
from local.lifecycle import Lifecycle, delete_older
from local.stack import Stack
from tests.waiting import until


def test_what_is_old_is_deleted_whatever_its_type(stack: Stack) -> None:
    """Old block and append blobs are deleted with their snapshots; newer ones stay."""
    with BlobServiceClient.from_connection_string(stack.storage) as storage:
        old, kept = (storage.create_container(f"lifecycle-{name}") for name in ("old", "kept"))
        for container in (old, kept):
            container.upload_blob("block", b"x")
            container.get_blob_client("append").create_append_blob()
            container.get_blob_client("block").create_snapshot()
        yesterday, soon = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 1))
        assert delete_older(storage, ["lifecycle-old"], yesterday) == 0
        assert delete_older(storage, ["lifecycle-old"], soon) == 2
        assert list(old.list_blobs(include=["snapshots"])) == []
        assert len(list(kept.list_blob_names())) == 2


@pytest.mark.parametrize("failure", [AzureError, DeserializationError])
def test_a_run_that_fails_is_not_the_last(
    monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    """The next run comes, also after a listing that the SDK cannot read."""
    monkeypatch.setattr(lifecycle, "INTERVAL", 0.01)
    runs: list[str] = []

    def fail() -> BlobServiceClient:
        runs.append("run")
        raise failure("no listing")

    rule = Lifecycle(fail, ["frames"])
    rule.start()
    try:
        until(lambda: len(runs) > 1, "a second run")
    finally:
        rule.close()
