"""The workers of a host: blobs have one of their own, as they have instances of their own on Azure.

On Flex Consumption HTTP triggers scale as one group and blob triggers as another, on other
instances (https://learn.microsoft.com/azure/azure-functions/event-driven-scaling, per-function
scaling). So nothing in a process's memory reaches from one group to the other, and requests take no
time from the reading of blobs. A timer, which there is alone, shares the first worker.
"""

from __future__ import annotations

import asyncio

from local.functions_host import wire
from local.functions_host.bindings import BlobTrigger, Function
from local.functions_host.worker_process import Worker


class Workers:
    """Two workers with the same app."""

    def __init__(self, first: Worker, *, blobs: Worker) -> None:
        self._first = first
        self._blobs = blobs

    async def start(self) -> wire.Declared | wire.NotLoaded | wire.Unsupported:
        """Starts both; returns the app's declarations, or why there are none."""
        declared, again = await asyncio.gather(self._first.start(), self._blobs.start())
        return declared if isinstance(again, wire.Declared) else again

    def of(self, function: Function) -> Worker:
        """The worker in which a function is called."""
        return self._blobs if isinstance(function.trigger, BlobTrigger) else self._first

    async def close(self) -> None:
        """Ends both for good."""
        await asyncio.gather(self._first.close(), self._blobs.close())
