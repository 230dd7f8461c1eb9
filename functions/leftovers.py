"""The timer deletes frames that no event deleted.

The trigger gives a frame up after a few failed attempts, and an event may never come. The timer
runs every five minutes and deletes frames that are too old to be read.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import islice

import azure.functions as func
from azure.core.exceptions import DeserializationError
from azure.storage.blob import BlobProperties, ContainerClient

from functions.clock import SYSTEM_CLOCK, Clock
from functions.contract import FRAMES_CONTAINER, FrameName
from functions.deletion import delete, delete_uncommitted
from functions.failures import logged

SCHEDULE = "0 */5 * * * *"  # every five minutes; each run lists a nearly empty container
_AMPLE = 2  # lifetimes; before that an event may still come, and send why the frame is unread
_AT_ONCE = 8  # deletions; each waits for the storage alone
_RUN = 40  # s; the Functions host ends the process of a run that takes a minute
_KEPT, _DELETED = "kept", "deleted"


def create_blueprint(
    *, container: ContainerClient, lifetime: float, clock: Clock = SYSTEM_CLOCK
) -> func.Blueprint:
    """Register the timer; frames live for `lifetime` seconds."""
    timers = func.Blueprint()

    @timers.function_name("delete_leftovers")
    @timers.timer_trigger(arg_name="timer", schedule=SCHEDULE, use_monitor=False)
    @logged
    def delete_leftovers(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the binding's
        """Delete frames that are older than two lifetimes, for 40 s at most.

        A frame that cannot be deleted does not stop the others; the next run tries it again.
        """
        over = clock.monotonic() + _RUN
        blobs = _listed(container)
        outcomes = Counter[str]()
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            while clock.monotonic() < over and (some := list(islice(blobs, _AT_ONCE))):
                before = clock.now() - _AMPLE * lifetime
                outcomes.update(threads.map(partial(_outcome, container, before), some))
            unfinished = next(blobs, None) is not None
        outcomes.pop(_KEPT, None)
        if deleted := outcomes.pop(_DELETED, 0):
            # After a renewal of the trigger's key, every event is refused until a new subscription.
            logging.warning(
                "%d frames that no event brought to an end: deleted unread. If this line repeats, "
                "no event reaches the app: run infra/subscribe.sh",
                deleted,
            )
        if unfinished:
            logging.warning("more frames are left than one run deletes; the next one goes on")
        if outcomes:
            causes = ", ".join(f"{cause} {count}" for cause, count in outcomes.items())
            logging.error("%d frames could not be deleted: %s", outcomes.total(), causes)

    return timers


def _listed(container: ContainerClient) -> Iterator[BlobProperties]:
    """All blobs; only their names if the SDK cannot read the properties of one.

    The storage emulator takes 1e30 for a page blob's sequence number; Azure refuses it.
    """
    try:
        yield from container.list_blobs(include=["uncommittedblobs"])
    except DeserializationError:
        logging.warning("a blob's properties cannot be read: frames are deleted by their names")
        for name in container.list_blob_names():
            blob = BlobProperties(name=name)
            blob.etag, blob.creation_time = "", _slot(name)
            yield blob


def _slot(name: str) -> datetime:
    """When a frame's slot began, by its name; for another name long ago."""
    try:
        number = FrameName.parse(f"{FRAMES_CONTAINER}/{name}").number
    except ValueError:
        number = "0"
    return datetime.fromtimestamp(int(number) / 1000, UTC)


def _outcome(container: ContainerClient, before: float, blob: BlobProperties) -> str:
    """Delete a frame created earlier than `before`; `kept`, `deleted`, or the error's type."""
    try:
        if not _is_over(blob, before):
            return _KEPT
        _delete(container, blob)
        return _DELETED
    # The SDK raises also what is no AzureError, where a refusal has no words. An error's text may
    # hold the blob's path, and so the room.
    except Exception as error:
        return type(error).__name__


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
