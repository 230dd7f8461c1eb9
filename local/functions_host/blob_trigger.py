"""Blob triggers: a message becomes a call of the function; failed calls are tried again.

As the real extension does
(https://learn.microsoft.com/azure/azure-functions/functions-event-grid-blob-trigger and
functions-bindings-storage-blob-trigger): a deleted blob is skipped silently, at most
`maxDegreeOfParallelism` calls run at once, a failed call is tried again at once, and after
`poisonBlobThreshold` failures the message goes to the poison queue. Container and name are not
compared with the trigger's path: the function is called with any blob that an event names.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from local.functions_host.bindings import BindingError, BlobTrigger, Function
from local.functions_host.blob_download import BlobAccount, BlobAddress, DownloadError
from local.functions_host.blob_properties import blob_properties, metadata
from local.functions_host.invocation import InvocationFailedError, Invoker
from local.functions_host.trigger_queue import POISON, WAITING, BlobMessage, TriggerQueues

HOST_STORAGE: Final = "AzureWebJobsStorage"
MAX_DOWNLOADS: Final = 16
FINISH_SECONDS: Final = 2.0
"""How long calls may still run when the host ends."""

log = logging.getLogger("Host.Triggers.Blobs")


class BlobTriggers:
    """All blob-triggered functions of an app, and the messages that wait for them."""

    def __init__(
        self,
        functions: Iterable[Function],
        invoker: Invoker,
        *,
        parallelism: int,
        poison_threshold: int,
    ) -> None:
        """Raises BindingError if a trigger's storage setting is missing or wrong."""
        self._invoker = invoker
        self._attempts = poison_threshold
        self._turns = asyncio.Semaphore(parallelism)
        downloads = min(parallelism, MAX_DOWNLOADS)
        self._threads = ThreadPoolExecutor(downloads, "blob")
        self._tasks: dict[asyncio.Task[None], BlobMessage] = {}
        self._listeners: dict[str, tuple[Function, BlobTrigger, BlobAccount]] = {}
        self._waiting = TriggerQueues(os.environ.get(HOST_STORAGE, ""))
        accounts: dict[str, BlobAccount] = {}
        for function in functions:
            if isinstance(trigger := function.trigger, BlobTrigger):
                if trigger.connection not in accounts:
                    accounts[trigger.connection] = _account(
                        function.name, trigger.connection, downloads
                    )
                self._listeners[f"Host.Functions.{function.name}"] = (
                    function,
                    trigger,
                    accounts[trigger.connection],
                )

    async def start(self) -> None:
        """Takes the messages that an earlier host left in the queue, if a function listens."""
        if self._listeners:
            self.take(await self._in_thread(self._waiting.take_waiting))

    def take(self, messages: Sequence[BlobMessage]) -> None:
        """Queues messages; if no function listens, they wait in the storage for the next host."""
        if not self._listeners:
            self._threads.submit(self._waiting.put, WAITING, messages)
            return
        for message in messages:
            task = asyncio.create_task(self._process(message))
            self._tasks[task] = message
            task.add_done_callback(lambda ended: self._tasks.pop(ended, None))

    async def _process(self, message: BlobMessage) -> None:
        listener = self._listeners.get(message.function or "")
        if listener is None:
            log.debug("no function %s: the message is dropped", message.function)
            return
        async with self._turns:
            for _ in range(self._attempts):
                try:
                    await self._call(*listener, message)
                    return
                except InvocationFailedError:
                    pass  # the log has it
                except DownloadError as error:
                    name = listener[0].name
                    logging.getLogger(f"Function.{name}").error("%s: no blob: %s", name, error)
        log.error(
            "Message has reached MaxDequeueCount of %d. Moving message to queue '%s'.",
            *(self._attempts, POISON),
        )
        poison = TriggerQueues(os.environ[listener[1].connection])
        await self._in_thread(poison.put, POISON, [message])

    async def _call(
        self, function: Function, trigger: BlobTrigger, account: BlobAccount, message: BlobMessage
    ) -> None:
        address = BlobAddress(message.container, message.name)
        blob = await self._in_thread(account.read, address)
        if blob is None:
            return
        try:
            properties = blob_properties(blob.headers)
        except ValueError:  # as the real host, which cannot read them either
            raise DownloadError("its properties cannot be read") from None
        path = f"{message.container}/{message.name}"
        data = {
            "data": blob.data,
            "name": path,
            "uri": blob.uri,
            "length": len(blob.data),
            "blob_properties": properties,
            "metadata": metadata(blob.headers),
        }
        await self._invoker.call(
            function,
            {trigger.name: ("blob", data)},
            reason=f"New blob detected(EventGrid): {path}",
        )

    async def close(self) -> None:
        """Gives running calls two seconds to finish, and puts the other messages into the queue."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH_SECONDS)
            left = list(self._tasks.values())
            overdue = list(self._tasks)
            for task in overdue:
                task.cancel()
            await asyncio.gather(*overdue, return_exceptions=True)  # so that each is counted
            if left:
                await self._in_thread(self._waiting.put, WAITING, left)
        self._threads.shutdown(wait=True, cancel_futures=False)

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


def _account(function: str, setting: str, connections: int) -> BlobAccount:
    text = os.environ.get(setting)
    if text is None:
        raise BindingError(f"function {function}: the setting {setting} is missing")
    try:
        return BlobAccount(text, connections)
    except ValueError as error:
        raise BindingError(f"function {function}: {setting}: {error}") from None
