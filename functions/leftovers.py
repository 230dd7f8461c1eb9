"""The timer: frames that no event could bring to an end are deleted within minutes.

A trigger gives a frame up after a few failed attempts, and an event may never come. What such an
outage leaves behind goes here, once nobody would read it any more.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable

import azure.functions as func
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import ContainerClient

SCHEDULE = "0 */5 * * * *"  # every five minutes: a call costs a listing of a container nearly empty
_AMPLE = 2  # lifetimes; until then an event may still come, and tell why the frame is not read


def create_blueprint(
    *, container: ContainerClient, lifetime: float, now: Callable[[], float] = time.time
) -> func.Blueprint:
    """Register the timer; frames live for `lifetime` seconds."""
    timers = func.Blueprint()

    @timers.function_name("delete_leftovers")
    @timers.timer_trigger(arg_name="timer", schedule=SCHEDULE, use_monitor=False)
    def delete_leftovers(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the binding's
        """Delete the frames that are still there long after anybody would have read them."""
        deleted = 0
        for blob in container.list_blobs():
            if now() - blob.creation_time.timestamp() > _AMPLE * lifetime:
                with contextlib.suppress(ResourceNotFoundError):  # its event came after all
                    container.delete_blob(blob.name)
                deleted += 1
        if deleted:
            logging.warning("%d frames that no event brought to an end: deleted unread", deleted)

    return timers
