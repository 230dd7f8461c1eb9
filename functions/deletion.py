"""Deleting a frame's blob for good, also after its upload ticket was misused.

A ticket that may create a blob may also take snapshots of it and copy to it. The storage refuses to
delete a blob with a lease, or one that is still being copied to.
https://learn.microsoft.com/rest/api/storageservices/delete-blob
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobLeaseClient, ContainerClient, StorageErrorCode


def delete(container: ContainerClient, name: str) -> bool:
    """Delete a blob and its snapshots; returns whether it was there.

    Raises:
        AzureError: it may still be there.
    """
    held = dict(_HELD)  # each is undone once; a blob may be held in both ways
    try:
        while True:
            try:
                container.delete_blob(name, delete_snapshots="include")
            except HttpResponseError as error:
                release = held.pop(getattr(error, "error_code", None), None)
                if release is None:
                    raise
                release(container.get_blob_client(name))
            else:
                return True
    except ResourceNotFoundError:
        return False


def delete_uncommitted(container: ContainerClient, name: str) -> None:
    """Delete the uncommitted blocks of a blob; the storage would keep them for a week.

    Raises:
        AzureError: they may still be there.
    """
    # An empty blob replaces the blocks; no operation deletes only blocks.
    container.upload_blob(name, b"", overwrite=True)
    delete(container, name)


def _break_lease(blob: BlobClient) -> None:
    BlobLeaseClient(blob).break_lease(lease_break_period=0)


def _abort_copy(blob: BlobClient) -> None:
    copy = blob.get_blob_properties().copy
    if copy.id and copy.status == "pending":
        blob.abort_copy(copy.id)


_HELD: Mapping[str | None, Callable[[BlobClient], None]] = {
    StorageErrorCode.LEASE_ID_MISSING: _break_lease,
    StorageErrorCode.PENDING_COPY_OPERATION: _abort_copy,
}
