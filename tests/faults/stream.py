"""Sends a stream of frames through the whole stack, and accounts for each one.

Everybody in one room sends frames as the page does: one in flight, given up after five seconds,
with a pause after a refusal. In the middle of it something happens. Afterwards each frame that the
storage took is a reading, unread with a reason, or untold, and nothing lies in the storage.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from azure.storage.blob import BlobServiceClient
from PIL import Image

from bench.participant import SETTLE_SECONDS, Ending, Participant
from local.stack import Stack
from tests import waiting

PEOPLE = 4
PATIENCE = 2 * waiting.PATIENCE  # s for a whole stream, however slow the machine
AZURITES_INDEX = "__azurite_db_blob__.json"  # written every five seconds
_REFUSED_PAUSE = 0.5  # s
_BEAT = 15  # s, as the page


def picture() -> bytes:
    """A small grey JPEG."""
    file = io.BytesIO()
    Image.new("L", (64, 48), 128).save(file, "JPEG")
    return file.getvalue()


@dataclass
class Sent:
    """A frame that the storage accepted: its time (s), and the endings each person was sent."""

    sender: str
    number: str
    at: float
    heard: dict[str, list[Ending]] = field(default_factory=dict)

    @property
    def ending(self) -> str:
        """`reading`, a reason, or `untold`."""
        told = self.heard.get(self.sender)
        if not told:
            return "untold"
        return told[0].target if told[0].target == "reading" else str(told[0].payload["reason"])


@dataclass
class Account:
    """The results of a stream; if its fault `loses` frames, those in flight may be untold."""

    people: list[str]
    frames: list[Sent]
    refused: int
    fault_began: float
    fault_ended: float
    loses: bool
    left_over: list[str]

    @property
    def endings(self) -> Counter[str]:
        """The number of frames for each ending."""
        return Counter(frame.ending for frame in self.frames)

    @property
    def silence(self) -> float:
        """The longest time without a new emoji for the room, from just before the fault (s)."""
        times = sorted(
            told[0].received_at
            for frame in self.frames
            for told in frame.heard.values()
            if told[0].target == "reading" and told[0].received_at > self.fault_began - 1
        )
        return max((b - a for a, b in itertools.pairwise(times)), default=0.0)

    def may_be_untold(self, frame: Sent) -> bool:
        """Whether the fault may have taken it: it was in flight meanwhile, or a second after.

        Everybody has one frame in flight, and gives it up after `SETTLE_SECONDS`. So each person
        loses at most one in that time.
        """
        began, ended = self.fault_began - SETTLE_SECONDS, self.fault_ended + 1
        return self.loses and began < frame.at < ended

    def check(self, wanted: int, *, again: bool = False) -> None:
        """Assert what holds after every fault.

        All frames were sent. None was told twice, unless `again` says that the storage may have
        forgotten a deletion. None got no ending, unless it may (`may_be_untold`).
        Nothing is left in the storage. The last frames of everybody, sent after the fault, are
        readings that everybody heard.
        """
        assert len(self.frames) == wanted
        twice = [f for f in self.frames if any(len(told) > 1 for told in f.heard.values())]
        assert again or twice == []
        lost = [frame for frame in self.frames if frame.ending == "untold"]
        assert [frame for frame in lost if not self.may_be_untold(frame)] == [], self.endings
        assert self.left_over == []
        for person in self.people:
            last = max((f for f in self.frames if f.sender == person), key=lambda frame: frame.at)
            assert last.at > self.fault_ended, "nothing was sent after the fault"
            assert (last.ending, set(last.heard)) == ("reading", set(self.people))


Fault = Callable[[], Awaitable[None]]


class Stream:
    """A room of people who send frames."""

    def __init__(self, stack: Stack, *, clocks: Callable[[], float] = time.time) -> None:
        self._stack = stack
        self._clocks = clocks
        self._sent: dict[tuple[str, str], Sent] = {}
        self._heard: dict[tuple[str, str], dict[str, list[Ending]]] = {}
        self._refused = 0
        self._people: list[Participant] = []
        self._images: Iterator[bytes] = itertools.repeat(picture())
        self._calm = asyncio.Event()

    async def run(
        self,
        frames: int,
        fault: Fault,
        *,
        saved: bool = False,
        images: Iterator[bytes] | None = None,
        loses: bool = False,
        waits: bool = True,
        sweeps: bool = False,
    ) -> Account:
        """Send `frames` frames in all; after a third of them the fault happens beside the stream.

        The last third is sent when the fault is over, or later.

        Args:
            frames: how many, over all people.
            fault: returns when it is over.
            saved: whether the storage has written to its disk who is here before the first frame.
            images: what to send, in order, in place of the ordinary picture.
            loses: whether the frames in flight during the fault may get no ending. For the
                endings of all others it waits.
            waits: whether each person waits for the ending of one frame before the next.
            sweeps: whether the timer that deletes leftovers is called afterwards.
        """
        self._images = images or self._images
        async with asyncio.timeout(PATIENCE + frames / 10), self._room() as people:
            self._people = people
            if saved:
                await asyncio.to_thread(self._wait_saved)
            each = frames // len(people)
            sending = [asyncio.create_task(self._send(p, each, waits)) for p in people]
            while len(self._sent) < frames // 3:
                await asyncio.sleep(0.01)
            began = time.time()
            await fault()
            for person in people:  # nobody hears anything before
                await person.connected()
            ended = time.time()
            self._calm.set()
            await asyncio.gather(*sending)
            await self._everybody_heard()
            account = Account(
                [person.participant for person in people],
                list(self._sent.values()),
                self._refused,
                began,
                ended,
                loses,
                await asyncio.to_thread(self._left_over, sweeps),
            )
            await self._told(account)  # a frame is deleted first, and told afterwards
            return account

    @asynccontextmanager
    async def _room(self) -> AsyncIterator[list[Participant]]:
        async with AsyncExitStack() as exits:
            http = await exits.enter_async_context(
                httpx.AsyncClient(timeout=waiting.PATIENCE, trust_env=False)
            )
            created = await http.post(f"{self._stack.url}/api/rooms", json={})
            created.raise_for_status()
            room = created.json()["room"]
            people = []
            for number in range(PEOPLE):
                person = Participant(
                    http,
                    self._stack.url,
                    room,
                    f"Person {number + 1}",
                    hears=functools.partial(self._hear, number),
                    clock=self._clocks,
                )
                people.append(await exits.enter_async_context(person))
                exits.callback(asyncio.create_task(_beat(person)).cancel)
            http.timeout = httpx.Timeout(8)  # as long as the page waits
            yield people
            http.timeout = httpx.Timeout(waiting.PATIENCE)

    def _hear(self, listener: int, ending: Ending) -> None:
        key = (ending.payload["participant"], ending.payload["frame"])
        by = self._heard.setdefault(key, {})
        by.setdefault(self._people[listener].participant, []).append(ending)

    async def _send(self, person: Participant, frames: int, waits: bool) -> None:
        endings = []
        sent = 0
        while sent < frames:
            if sent >= frames * 2 // 3:
                await self._calm.wait()
            try:
                number, at = await person.upload(next(self._images))
            except httpx.HTTPError:
                self._refused += 1
                await asyncio.sleep(_REFUSED_PAUSE)
                continue
            sent += 1
            self._sent[person.participant, number] = Sent(person.participant, number, at)
            ending = asyncio.create_task(_settled(person, number))
            endings.append(ending)
            if waits:
                await ending
        await asyncio.gather(*endings)

    async def _everybody_heard(self) -> None:
        """Wait until everybody has the last frame of each sender, who may get it first."""
        last = dict(self._sent.keys())  # of each sender, the number sent last
        deadline = time.monotonic() + waiting.PATIENCE
        while time.monotonic() < deadline and any(
            len(self._heard.get(key, {})) < len(self._people) for key in last.items()
        ):
            await asyncio.sleep(0.01)

    async def _told(self, account: Account) -> None:
        """Wait until the sender of each frame that may not be untold has its ending."""
        deadline = time.monotonic() + waiting.PATIENCE
        while True:
            for key, sent in self._sent.items():
                sent.heard = self._heard.get(key, {})
            awaited = (f for f in account.frames if not account.may_be_untold(f))
            if all(f.ending != "untold" for f in awaited) or time.monotonic() > deadline:
                return
            await asyncio.sleep(0.01)

    def _wait_saved(self) -> None:
        index = Path(f"/proc/{self._stack['azurite'].pid}/cwd") / AZURITES_INDEX
        waiting.until(
            lambda: (
                index.is_file()
                and all(person.participant in index.read_text() for person in self._people)
            ),
            "the storage has saved who is here",
        )

    def _left_over(self, sweeps: bool) -> list[str]:
        deadline = time.monotonic() + waiting.PATIENCE
        with BlobServiceClient.from_connection_string(self._stack.storage) as storage:
            frames = storage.get_container_client("frames")
            while (left := list(frames.list_blob_names())) and time.monotonic() < deadline:
                if sweeps:
                    sweep = f"{self._stack.url}/admin/functions/delete_leftovers"
                    httpx.post(sweep, trust_env=False, timeout=waiting.PATIENCE)
                time.sleep(0.1)
        return left


async def _beat(person: Participant) -> None:
    """Signs of life, without which a person would be absent in the middle of a slow stream."""
    while True:
        await asyncio.sleep(_BEAT)
        with contextlib.suppress(httpx.HTTPError):
            await person.heartbeat()


async def _settled(person: Participant, frame: str) -> None:
    with contextlib.suppress(TimeoutError):
        await person.ending(frame)
