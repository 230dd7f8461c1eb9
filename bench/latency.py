"""From capture to emoji: how long a frame takes through the whole stack, against a floor.

    python -m bench.latency --participants 1 --frames 200 --json

Each frame is uploaded with a ticket that was fetched ahead, as the page does, and timed until
its reading comes back over the hub. In turn with it, in the same run, the floor is timed: the
same reader behind one plain HTTP POST of the same JPEG, one bare PUT and one bare GET of it.
`ratio` is the whole chain divided by POST + PUT + GET; times are milliseconds.

`host` says what was measured: the local stack, or the host at `--url`. The real Functions host's
figures are in docs/limits.md. Of the local stack `storage_per_frame` counts the storage's requests.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import math
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas
from PIL import Image, ImageOps

from bench.participant import Participant
from local.product import product_stack
from local.stack import Stack

_FACE = Path(__file__).parents[1] / "tests" / "faces" / "astronaut.jpg"
_FLOOR_CONTAINER = "bench"
_WARM_UP = 5  # frames; models load and connections open with the first
_TIMEOUT = 60  # s; a slow machine takes long to load the models
_RARE = 0.1  # a frame


@dataclass
class Times:
    """Milliseconds of each step, one entry a frame."""

    chain: list[float] = field(default_factory=list)
    upload: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    deliver: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    floor_post: list[float] = field(default_factory=list)
    floor_put: list[float] = field(default_factory=list)
    floor_get: list[float] = field(default_factory=list)
    unread: int = 0


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of at least one value, rounded to hundredths.

    Args:
        values: in any order and unit.
        share: above 0, at most 1; 0.5 for the median.
    """
    return round(sorted(values)[math.ceil(share * len(values)) - 1], 2)


def camera_frame() -> bytes:
    """A 640 × 480 JPEG with one face, as a camera would give it."""
    with Image.open(_FACE) as photograph:
        frame = ImageOps.pad(photograph.convert("RGB"), (640, 480), color=(90, 90, 90))
    file = io.BytesIO()
    frame.save(file, "JPEG", quality=80)
    return file.getvalue()


@contextlib.contextmanager
def floor_server() -> Iterator[str]:
    """The reader behind a plain POST, in a process of its own; gives its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.floor"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        # The socket listens before the server does: this waits until it answers.
        httpx.post(url, content=camera_frame(), timeout=_TIMEOUT).raise_for_status()
        yield url
    finally:
        process.terminate()
        process.wait(_TIMEOUT)
        process.stdout.close()


def floor_blob_url(storage: BlobServiceClient) -> str:
    """A SAS URL, valid for ten minutes, that may create and read one blob outside any trigger."""
    name = uuid.uuid4().hex
    blob = storage.get_blob_client(_FLOOR_CONTAINER, name)
    sas = generate_blob_sas(
        storage.account_name or "",
        _FLOOR_CONTAINER,
        name,
        account_key=storage.credential.account_key,
        permission=BlobSasPermissions(create=True, read=True),
        expiry=datetime.now(UTC) + timedelta(minutes=10),
    )
    return f"{blob.url}?{sas}"


async def measure(
    api: str, floor: str, storage: BlobServiceClient, participants: int, frames: int
) -> Times:
    """Time `frames` frames of each participant, each followed by the floor's three requests.

    Args:
        api: the functions' base URL.
        floor: the URL of `bench.floor`.
        storage: where the floor's blobs are written.
        participants: people in one room.
        frames: for each of them, after five to warm up.

    Returns:
        Milliseconds of each step, one entry for each frame that was read.

    Raises:
        httpx.HTTPError: a request failed.
        TimeoutError: a frame had no ending within a minute.
    """
    image = camera_frame()
    times = Times()

    async def timed(request: httpx.Request, http: httpx.AsyncClient) -> float:
        began = time.perf_counter()
        response = await http.send(request)
        response.raise_for_status()
        return (time.perf_counter() - began) * 1000

    async def take_turns(http: httpx.AsyncClient, participant: Participant) -> None:
        for number in range(frames + _WARM_UP):
            await participant.prepare()
            began = time.time()
            frame, stored_at = await participant.upload(image)
            ending = await participant.ending(frame, _TIMEOUT)

            post = await timed(http.build_request("POST", floor, content=image), http)
            url = floor_blob_url(storage)
            headers = {"x-ms-blob-type": "BlockBlob"}
            put = await timed(http.build_request("PUT", url, content=image, headers=headers), http)
            get = await timed(http.build_request("GET", url), http)
            if number < _WARM_UP:
                continue
            if ending.target != "reading":
                times.unread += 1
                continue
            read_at = ending.payload["readAt"] / 1000
            times.chain.append((ending.received_at - began) * 1000)
            times.upload.append((stored_at - began) * 1000)
            times.read.append((read_at - stored_at) * 1000)
            times.deliver.append((ending.received_at - read_at) * 1000)
            times.floor_post.append(post)
            times.floor_put.append(put)
            times.floor_get.append(get)
            times.floor.append(post + put + get)

    limits = httpx.Limits(max_keepalive_connections=None)
    async with httpx.AsyncClient(timeout=_TIMEOUT, limits=limits, trust_env=False) as http:
        created = await http.post(f"{api}/api/rooms", json={})
        created.raise_for_status()
        room = created.json()["room"]
        async with contextlib.AsyncExitStack() as exits:
            people = [
                await exits.enter_async_context(Participant(http, api, room, f"Bench {n + 1}"))
                for n in range(participants)
            ]
            await asyncio.gather(*(take_turns(http, person) for person in people))
    return times


def report(times: Times, participants: int) -> dict[str, object]:
    """The figures of a run."""
    p50 = {name: percentile(getattr(times, name), 0.5) for name in vars(times) if name != "unread"}
    p95 = {name: percentile(getattr(times, name), 0.95) for name in vars(times) if name != "unread"}
    return {
        "participants": participants,
        "frames": len(times.chain),
        "unread": times.unread,
        "p50_ms": p50,
        "p95_ms": p95,
        "ratio_p50": round(p50["chain"] / p50["floor"], 3),
        "ratio_p95": round(p95["chain"] / p95["floor"], 3),
        "overhead_ms_p50": round(p50["chain"] - p50["floor"], 2),
    }


def per_frame(operations: Mapping[str, int], frames: int) -> dict[str, float]:
    """How often each storage operation was asked for, by frame; rare ones are left out."""
    counts = {name: round(count / frames, 2) for name, count in sorted(operations.items())}
    return {name: count for name, count in counts.items() if count >= _RARE}


def main() -> None:
    """Measure and print; starts the stack itself unless `--url` names a running one."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.latency",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--participants", type=int, default=1)
    parser.add_argument("--frames", type=int, default=200, help="of each participant")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--url", help="a running stack; needs --storage for the floor")
    parser.add_argument("--storage", help="the running stack's storage connection string")
    arguments = parser.parse_args()
    if arguments.url and not arguments.storage:
        parser.error("--url needs --storage")

    with contextlib.ExitStack() as exits:
        api, connection = arguments.url, arguments.storage
        stack: Stack | None = None
        if not api:
            stack = exits.enter_context(
                product_stack(site=None, settings={"FRAME_SLOT_SECONDS": "0.05"})
            )
            api, connection = stack.url, stack.storage
        floor = exits.enter_context(floor_server())
        storage = exits.enter_context(BlobServiceClient.from_connection_string(connection))
        container = storage.get_container_client(_FLOOR_CONTAINER)
        container.create_container()
        exits.callback(container.delete_container)
        times = asyncio.run(measure(api, floor, storage, arguments.participants, arguments.frames))
    host = arguments.url or "local stack"
    figures = {"host": host, **report(times, arguments.participants)}
    if stack is not None:
        sent = arguments.participants * (arguments.frames + _WARM_UP)
        figures["storage_per_frame"] = per_frame(stack.operations, sent)
    if arguments.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:16} {value}")


if __name__ == "__main__":
    main()
