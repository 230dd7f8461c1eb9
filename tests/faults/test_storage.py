"""The storage refuses, hangs, loses connections or runs full in the middle of a stream."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import Iterator
from typing import Literal

import pytest

from local.product import product_stack
from local.stack import Stack
from tests.faults.conftest import APP, SETTINGS, Report
from tests.faults.storage_proxy import Mode, StorageProxy
from tests.faults.stream import Stream

OUTAGE = 4.0  # s


@pytest.fixture(scope="module")
def proxy() -> Iterator[StorageProxy]:
    """A proxy that nobody uses yet."""
    with StorageProxy(delay=0.2) as running:
        yield running


@pytest.fixture(scope="module")
def stack(proxy: StorageProxy) -> Iterator[Stack]:
    """A stack whose app and pages reach the storage through the proxy."""
    settings = {**SETTINGS, "FRAME_LIFETIME_SECONDS": "8"}
    through: dict[Literal["storage", "signalr"], str] = {"storage": proxy.url}
    with product_stack(app=APP, site=None, settings=settings, through=through) as running:
        parts = dict(part.split("=", 1) for part in running.storage.split(";") if part)
        proxy.upstream = parts["BlobEndpoint"]
        yield running


@pytest.mark.parametrize("mode", ["refuse", "slow", "cut"])
def test_a_storage_that_fails_for_a_while(
    stack: Stack, proxy: StorageProxy, frames: int, report: Report, mode: Mode
) -> None:
    """Accepted frames are read, or deleted by the timer; other uploads are refused or slow."""

    async def fail() -> None:
        proxy.become(mode)
        await asyncio.sleep(OUTAGE)
        proxy.become("pass")

    loses = mode != "slow"
    account = asyncio.run(Stream(stack).run(frames, fail, loses=loses, sweeps=True))
    report(f"storage: {mode}", account)
    account.check(frames)


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_a_full_disk(stack: Stack, frames: int, report: Report) -> None:
    """While the storage cannot write, uploads are refused; afterwards they work again."""

    async def fill() -> None:
        pid = stack["azurite"].pid
        assert pid is not None
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
        await asyncio.sleep(OUTAGE)
        pid = stack["azurite"].pid
        if pid is not None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        await asyncio.to_thread(stack["azurite"].wait_ready)

    account = asyncio.run(Stream(stack).run(frames, fill, loses=True, saved=True))
    report("disk full", account)
    account.check(frames)
    assert account.refused > 0
