"""The lifecycle rule of the local stack deletes old blobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from azure.storage.blob import BlobServiceClient

from local.lifecycle import delete_older
from local.stack import Stack


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
