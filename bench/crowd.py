"""Synthetic participants in a process of their own: `python -m bench.crowd API ROOMS PEOPLE`.

They join once, print `ready`, and then take one JSON line for each step,
`{"fps": 0.5, "seconds": 10}`: each sends so many frames a second, at most one in flight, and starts
at a random time. The result of a step is one JSON line of `StepResult`. Measuring code uses
`Crowd`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Final, Self

import httpx

from bench.latency import camera_frame, percentile
from bench.participant import Participant

STAGES: Final = ("ticket", "upload", "read", "deliver", "chain")
"""Waiting for a ticket (not in the chain: it is fetched ahead); PUT; from stored to read; from read
to delivered; from PUT to delivered."""
_HEARTBEAT_SECONDS: Final = 20.0
_JOINING: Final = 8  # at the same time
# A frame lives for ten seconds. The page gives it up after five; without any message it is lost.
_TOLD_WITHIN: Final = 15.0
_PERCENTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass
class StepResult:
    """The counts and times of one step.

    Every frame due is held back, failed or sent; every frame sent gave a reading, an unread, or
    nothing (`untold`). `stages` holds p50, p95 and p99 of each stage in milliseconds.
    """

    seconds: float = 0
    due: int = 0
    held_back: int = 0
    """Due while the frame before was still in flight: not taken."""
    sent: int = 0
    failed: int = 0
    """Refused or unanswered uploads."""
    readings: int = 0
    unread: dict[str, int] = field(default_factory=dict)
    untold: int = 0
    stages: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Readings a second."""
        return self.readings / self.seconds

    @property
    def adds_up(self) -> bool:
        """Whether every frame that was due is accounted for once."""
        ended = self.readings + sum(self.unread.values()) + self.untold
        return ended == self.sent and self.sent + self.failed + self.held_back == self.due


class _Step:
    """Counts one step while it runs."""

    def __init__(self) -> None:
        self.result = StepResult()
        self._unread: Counter[str] = Counter()
        self._times: dict[str, list[float]] = {stage: [] for stage in STAGES}

    async def frame(self, person: Participant, image: bytes) -> None:
        """Send one frame and wait for its ending."""
        asked = time.time()
        try:
            await person.prepare()
            began = time.time()
            frame, stored = await person.upload(image)
        except httpx.HTTPError:
            self.result.failed += 1
            return
        self.result.sent += 1
        try:
            ending = await person.ending(frame, _TOLD_WITHIN)
        except TimeoutError:
            self.result.untold += 1
            return
        if ending.target != "reading":
            self._unread[ending.payload["reason"]] += 1
            return
        self.result.readings += 1
        read = ending.payload["readAt"] / 1000
        moments = {
            "ticket": began - asked,
            "upload": stored - began,
            "read": read - stored,
            "deliver": ending.received_at - read,
            "chain": ending.received_at - began,
        }
        for stage, seconds in moments.items():
            self._times[stage].append(seconds * 1000)

    def end(self, seconds: float) -> StepResult:
        """The counts as they are now."""
        self.result.seconds = seconds
        self.result.unread = dict(self._unread)
        self.result.stages = {
            stage: {name: percentile(times, share) for name, share in _PERCENTILES.items()}
            for stage, times in self._times.items()
            if times
        }
        return self.result


class Crowd:
    """The crowd's process; a context manager, ready when entered."""

    def __init__(self, api: str, rooms: int, people: int, *, device: bool = False) -> None:
        """With `device` everybody's own device reads: scores are sent in place of frames."""
        self._command = [sys.executable, "-m", "bench.crowd", api, str(rooms), str(people)]
        self._command += ["device"] if device else []
        self.size = rooms * people

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._said() == "ready"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        finally:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def step(self, frames_per_second: float, seconds: float) -> StepResult:
        """Send `frames_per_second` frames a second in all, for `seconds`.

        Raises:
            RuntimeError: the crowd's process has ended.
        """
        assert self._process.stdin is not None
        step = {"fps": frames_per_second / self.size, "seconds": seconds}
        self._process.stdin.write(json.dumps(step) + "\n")
        self._process.stdin.flush()
        return StepResult(**json.loads(self._said()))

    def _said(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise RuntimeError("the crowd has ended; see above")
        return line


async def run_step(people: Iterable[Participant], fps: float, seconds: float) -> StepResult:
    """Every participant sends `fps` frames a second for `seconds`; then all endings are awaited.

    A participant has at most one frame in flight. Frames that fall due meanwhile are held back.
    """
    step, image, interval = _Step(), camera_frame(), 1 / fps
    began = time.monotonic()

    async def take_part(person: Participant) -> None:
        due = began + random.uniform(0, interval)
        while due < began + seconds:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            step.result.due += 1
            await step.frame(person, image)
            due += interval
            while due < min(time.monotonic(), began + seconds):
                step.result.due += 1
                step.result.held_back += 1
                due += interval

    await asyncio.gather(*(take_part(person) for person in people))
    return step.end(max(seconds, time.monotonic() - began))


async def _join(
    exits: contextlib.AsyncExitStack,
    http: httpx.AsyncClient,
    api: str,
    rooms: int,
    people: int,
    *,
    device: bool,
) -> list[Participant]:
    turns = asyncio.Semaphore(_JOINING)

    async def room() -> list[Participant]:
        async with turns:
            created = await http.post(f"{api}/api/rooms", json={})
            created.raise_for_status()
            there = [
                Participant(http, api, created.json()["room"], f"Person {n + 1}", device=device)
                for n in range(people)
            ]
            return [await exits.enter_async_context(person) for person in there]

    return [
        person
        for there in await asyncio.gather(*(room() for _ in range(rooms)))
        for person in there
    ]


async def _beat(people: list[Participant]) -> None:
    while True:
        for person in people:
            await asyncio.sleep(_HEARTBEAT_SECONDS / len(people))
            with contextlib.suppress(httpx.HTTPError):
                await person.heartbeat()


async def _run(api: str, rooms: int, people: int, *, device: bool) -> None:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with (
        httpx.AsyncClient(timeout=10, limits=limits, trust_env=False) as http,
        contextlib.AsyncExitStack() as exits,
    ):
        everybody = await _join(exits, http, api, rooms, people, device=device)
        beating = asyncio.create_task(_beat(everybody))
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(asdict(await run_step(everybody, **json.loads(line)))), flush=True)
        beating.cancel()


if __name__ == "__main__":
    _api, _rooms, _people = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    asyncio.run(_run(_api, _rooms, _people, device="device" in sys.argv[4:]))
