"""The reader fails: Azure Face refuses or hangs, or a picture kills the process."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Iterator

import pytest

from bench.latency import camera_frame
from local.product import product_stack
from local.stack import Stack
from tests.faults.conftest import SETTINGS, Report
from tests.faults.marked_reader import DEADLY
from tests.faults.stream import Stream, picture
from tests.functions.stub_face import KEY, StubFace, error, face
from tests.functions.stub_server import Request, Response
from tests.waiting import PATIENCE

STORM = 4.0  # s
REST = 1  # s that Azure asks for
PARALLEL = 4  # frames that the host reads at once
STALL = 30.0  # s


@pytest.fixture(scope="module")
def azure_face() -> Iterator[StubFace]:
    """Azure Face, played by a real HTTP server."""
    with StubFace(face(), emotion=True) as stub:
        yield stub


@pytest.fixture(scope="module")
def face_stack(azure_face: StubFace) -> Iterator[Stack]:
    """The product as it is deployed, with Azure Face."""
    settings = {
        **SETTINGS,
        "FRAME_LIFETIME_SECONDS": "10",  # as shipped: half of it is how long Azure is waited for
        "FACE_READER": "azure",
        "AZURE_FACE_ENDPOINT": azure_face.url,
        "AZURE_FACE_KEY": KEY,
    }
    with product_stack(site=None, settings=settings) as running:
        yield running


def test_a_storm_of_429(
    face_stack: Stack, azure_face: StubFace, frames: int, report: Report
) -> None:
    """After a 429 Azure gets no calls for the time it asked, and the room gets `unread`."""
    calls = 0

    def busy(_: Request) -> Response:
        nonlocal calls
        calls += 1
        return error(429, "429", Retry_After=str(REST))

    async def storm() -> None:
        azure_face.respond = busy
        await asyncio.sleep(STORM)
        azure_face.respond = azure_face.detect
        await asyncio.sleep(2 * REST)  # what it asked for last is over, too

    images = itertools.repeat(camera_frame())
    account = asyncio.run(Stream(face_stack).run(frames, storm, images=images))
    report("Face: 429", account)
    account.check(frames)
    assert set(account.endings) <= {"reading", "reader-unavailable"}
    lasted = account.fault_ended - account.fault_began
    assert 0 < calls <= PARALLEL * (lasted / REST + 1)


def test_a_stall_of_thirty_seconds(
    face_stack: Stack, azure_face: StubFace, frames: int, report: Report
) -> None:
    """Calls without an answer are given up after seconds, and the room gets `unread`."""
    over = threading.Event()

    def hang(request: Request) -> Response:
        over.wait(PATIENCE)
        return azure_face.detect(request)

    async def stall() -> None:
        azure_face.respond = hang
        await asyncio.sleep(STORM)
        azure_face.respond = azure_face.detect

    images = itertools.repeat(camera_frame())
    try:
        account = asyncio.run(Stream(face_stack).run(frames, stall, images=images))
    finally:
        over.set()
    report("Face: hangs for 30 s", account)
    account.check(frames)
    assert account.endings["reading"] < frames
    waits = [frame.heard[frame.sender][0].received_at - frame.at for frame in account.frames]
    assert max(waits) < STALL, "somebody waited for an answer that hangs"
    assert set(account.endings) <= {"reading", "reader-unavailable", "late"}


def test_a_picture_that_kills_its_reader_kills_one(
    stack: Stack, frames: int, report: Report
) -> None:
    """The worker dies once, that picture is deleted, and the other people's frames are read."""
    deadly = threading.Event()
    life = stack["functions"].starts

    def pictures() -> Iterator[bytes]:
        while True:
            if deadly.is_set():
                deadly.clear()
                yield picture() + DEADLY
            yield picture()

    async def send_it() -> None:
        deadly.set()
        ended = "the language worker process ended"
        assert await asyncio.to_thread(stack["functions"].wait_output, ended, PATIENCE)

    account = asyncio.run(Stream(stack).run(frames, send_it, images=pictures(), loses=True))
    report("a deadly picture", account)
    account.check(frames)
    assert account.endings["untold"] >= 1
    assert stack["functions"].starts == life
