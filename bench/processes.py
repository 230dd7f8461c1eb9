"""What the processes of a measurement use: processor time, memory, handles."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psutil

from local.stack import Stack

OTHERS: Final = "everybody else"
"""What the rest of the machine does."""


@dataclass(frozen=True)
class Usage:
    """The resources of a process and its children at one moment.

    Attributes:
        cpu_seconds: processor time since its start, user and system.
        resident_mb: resident memory in 10⁶ bytes.
        handles: open file descriptors.
        threads: threads.
    """

    cpu_seconds: float
    resident_mb: float
    handles: int
    threads: int


@dataclass(frozen=True)
class Moment:
    """All watched processes at one moment.

    Attributes:
        at: seconds of the monotonic clock.
        usage: by the process's name.
        busy_seconds: processor time of the whole machine since it started.
    """

    at: float
    usage: dict[str, Usage]
    busy_seconds: float

    def cores(self, earlier: Moment) -> dict[str, float]:
        """Processor seconds per second of each process since `earlier`, by name.

        `OTHERS` is the machine's remaining busy time.
        """
        passed = self.at - earlier.at
        cores = {
            name: (usage.cpu_seconds - earlier.usage[name].cpu_seconds) / passed
            for name, usage in self.usage.items()
        }
        busy = (self.busy_seconds - earlier.busy_seconds) / passed
        return cores | {OTHERS: max(0.0, busy - sum(cores.values()))}


def processes(stack: Stack, crowd: int) -> dict[str, psutil.Process]:
    """The stack's processes, the crowd's, and this one, in which Event Grid runs."""
    pids = {"functions": stack["functions"].pid, "azurite": stack["azurite"].pid}
    pids |= {"signalr": stack["signalr"].pid, "event grid": os.getpid(), "crowd": crowd}
    return {name: psutil.Process(pid) for name, pid in pids.items() if pid is not None}


def look(watched: dict[str, psutil.Process]) -> Moment:
    """The present resources of each watched process, with its children.

    Raises:
        psutil.NoSuchProcess: one of them has ended.
    """
    machine = psutil.cpu_times()
    apart = {process.pid for process in watched.values()}
    return Moment(
        time.monotonic(),
        {name: _usage(process, apart) for name, process in watched.items()},
        sum(machine) - machine.idle - machine.iowait - machine.guest - machine.guest_nice,
    )


def _usage(process: psutil.Process, apart: set[int]) -> Usage:
    """Of a process and its children, the Functions host's worker among them; see `_family`."""
    usages = []
    for one in _family(process, apart):
        with one.oneshot():
            times = one.cpu_times()
            usages.append(
                Usage(
                    times.user + times.system,
                    one.memory_info().rss / 1e6,
                    one.num_fds(),
                    one.num_threads(),
                )
            )
    return Usage(
        sum(one.cpu_seconds for one in usages),
        sum(one.resident_mb for one in usages),
        sum(one.handles for one in usages),
        sum(one.threads for one in usages),
    )


def _family(process: psutil.Process, apart: set[int]) -> Iterator[psutil.Process]:
    """The process and its children, without those watched themselves and what they started."""
    yield process
    for child in process.children():
        if child.pid not in apart:
            yield from _family(child, apart)
