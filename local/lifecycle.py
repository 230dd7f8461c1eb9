"""The storage's lifecycle rule on one machine: it deletes blobs that are a day old.

It is the last resort, after the app's own deletions. On Azure (infra/modules/storage.bicep) the
rule runs about once a day.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from azure.core.exceptions import AzureError, DeserializationError
from azure.storage.blob import BlobServiceClient

INTERVAL: Final = 3600.0  # s
AGE: Final = timedelta(days=1)

log = logging.getLogger("lifecycle")


def delete_older(storage: BlobServiceClient, containers: Sequence[str], than: datetime) -> int:
    """Delete the blobs last modified before `than`, with their snapshots; returns how many."""
    deleted = 0
    for name in containers:
        container = storage.get_container_client(name)
        for blob in container.list_blobs():
            if blob.last_modified < than:
                container.delete_blob(blob.name, delete_snapshots="include")
                deleted += 1
    return deleted


class Lifecycle:
    """A thread that applies the rule every hour until it is closed."""

    def __init__(self, open_storage: Callable[[], BlobServiceClient], containers: Sequence[str]):
        self._open_storage = open_storage
        self._containers = containers
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lifecycle", daemon=True)

    def start(self) -> None:
        """Start the thread; it first runs the rule after an hour."""
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(INTERVAL):
            try:
                with self._open_storage() as storage:
                    delete_older(storage, self._containers, datetime.now(UTC) - AGE)
            except (AzureError, DeserializationError) as error:  # the next run tries again
                log.warning("old blobs were not deleted: %s", type(error).__name__)
