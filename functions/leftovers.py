"""The timer deletes what nobody needs any more: frames, past counts, records of deserted rooms.

The trigger gives a frame up after a few failed attempts, and an event may never come. The timer
runs every five minutes and deletes frames that are too old to be read. Then it deletes the counts
of limits whose slot is over. Where somebody is in a room, their heartbeats see to the records of
those who are gone; where nobody is, the timer does after ten minutes.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import islice, takewhile
from typing import TypeVar

import azure.functions as func
from azure.core.exceptions import DeserializationError
from azure.storage.blob import BlobProperties, ContainerClient

from functions.clock import Clock
from functions.contract import FRAMES_CONTAINER, FrameName
from functions.deletion import delete, delete_uncommitted
from functions.failures import logged
from functions.limits import Limits
from functions.records import Records

SCHEDULE = "0 */5 * * * *"  # every five minutes
_AMPLE = 2  # lifetimes; before that an event may still come, and send why the frame is unread
_AT_ONCE = 8  # deletions; each waits for the storage alone
_RUN = 40  # s; the Functions host ends the process of a run that takes a minute
_DELETED = "deleted"

Item = TypeVar("Item")


def create_blueprint(
    *,
    container: ContainerClient,
    lifetime: float,
    limits: Limits,
    records: Records,
    clock: Clock,
) -> func.Blueprint:
    """Register the timer; frames live for `lifetime` seconds."""
    timers = func.Blueprint()

    @timers.function_name("delete_leftovers")
    @timers.timer_trigger(arg_name="timer", schedule=SCHEDULE, use_monitor=False)
    @logged
    def delete_leftovers(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the binding's
        """Delete what is over, for 40 s at most: frames first, counts, then records.

        What cannot be deleted does not stop the others; the next run tries it again.
        """
        until = clock.monotonic() + _RUN
        frames = (
            blob for blob in _listed(container) if _is_over(blob, clock.now() - _AMPLE * lifetime)
        )
        if deleted := _deleted("frames", frames, partial(_delete, container), clock, until):
            # After a renewal of the trigger's key, every event is refused until a new subscription.
            logging.warning(
                "%d frames that no event brought to an end: deleted unread. If this line repeats, "
                "no event reaches the app: run infra/subscribe.sh",
                deleted,
            )
        if next(frames, None) is not None:
            logging.warning("more frames are left than one run deletes; the next one goes on")
        _deleted("counts of limits", limits.past(), limits.delete, clock, until)
        listed = takewhile(lambda _: clock.monotonic() < until, records.listing())
        forgotten = (one for one in listed if records.is_forgotten(one[1]))
        _deleted("records of participants", forgotten, lambda one: records.end(*one), clock, until)

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


def _deleted(
    what: str,
    items: Iterator[Item],
    delete_one: Callable[[Item], object],
    clock: Clock,
    until: float,
) -> int:
    """Delete items until that time and log how many could not be; returns how many were."""

    def outcome(item: Item) -> str:
        try:
            delete_one(item)
            return _DELETED
        # The SDK raises also what is no AzureError, where a refusal has no words. An error's text
        # may hold the blob's path, and so the room.
        except Exception as error:
            return type(error).__name__

    outcomes = Counter[str]()
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        while clock.monotonic() < until and (some := list(islice(items, _AT_ONCE))):
            outcomes.update(threads.map(outcome, some))
    deleted = outcomes.pop(_DELETED, 0)
    if outcomes:
        causes = ", ".join(f"{cause} {count}" for cause, count in outcomes.items())
        logging.error("%d %s could not be deleted: %s", outcomes.total(), what, causes)
    return deleted


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
