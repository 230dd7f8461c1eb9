"""The timer deletes frames that no event deleted.

The trigger gives a frame up after a few failed attempts, and an event may never come. The timer
runs every five minutes and deletes frames that are too old to be read.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

import azure.functions as func
from azure.storage.blob import BlobProperties, ContainerClient

from functions.deletion import delete, delete_uncommitted
from functions.failures import logged

SCHEDULE = "0 */5 * * * *"  # every five minutes; each run lists a nearly empty container
_AMPLE = 2  # lifetimes; before that an event may still come, and send why the frame is unread


def create_blueprint(
    *, container: ContainerClient, lifetime: float, now: Callable[[], float] = time.time
) -> func.Blueprint:
    """Register the timer; frames live for `lifetime` seconds."""
    timers = func.Blueprint()

    @timers.function_name("delete_leftovers")
    @timers.timer_trigger(arg_name="timer", schedule=SCHEDULE, use_monitor=False)
    @logged
    def delete_leftovers(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the binding's
        """Delete frames that are older than two lifetimes.

        A frame that cannot be deleted does not stop the others; the next run tries it again.
        """
        deleted, failed = 0, Counter[str]()
        for blob in container.list_blobs(include=["uncommittedblobs"]):
            try:
                if not _is_over(blob, now() - _AMPLE * lifetime):
                    continue
                _delete(container, blob)
                deleted += 1
            # The SDK raises also what is no AzureError, where a refusal has no words. An error's
            # text may hold the blob's path, and so the room.
            except Exception as error:
                failed[type(error).__name__] += 1
        if deleted:
            # After a renewal of the trigger's key, every event is refused until a new subscription.
            logging.warning(
                "%d frames that no event brought to an end: deleted unread. If this line repeats, "
                "no event reaches the app: run infra/subscribe.sh",
                deleted,
            )
        if failed:
            causes = ", ".join(f"{cause} {count}" for cause, count in failed.items())
            logging.error("%d frames could not be deleted: %s", failed.total(), causes)

    return timers


def _is_uncommitted(blob: BlobProperties) -> bool:
    """Whether it has only uncommitted blocks; these raise no event, and the page sends none."""
    return blob.etag is None


def _is_over(blob: BlobProperties, before: float) -> bool:
    return _is_uncommitted(blob) or blob.creation_time.timestamp() < before


def _delete(container: ContainerClient, blob: BlobProperties) -> None:
    if _is_uncommitted(blob):
        delete_uncommitted(container, blob.name)
    else:
        delete(container, blob.name)
