"""A TCP proxy in front of the storage that passes, delays, refuses or cuts what goes through."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

from tests.waiting import PATIENCE

Mode = Literal["pass", "slow", "refuse", "cut"]

_BUSY = (
    b"HTTP/1.1 503 The server is busy.\r\nx-ms-error-code: ServerBusy\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)


class StorageProxy:
    """A context manager; `upstream` must be set before anybody comes.

    `slow` waits `delay` seconds before each piece that goes through, `refuse` answers 503 as Azure
    Storage does when it is busy, `cut` ends every connection without an answer.
    """

    def __init__(self, delay: float) -> None:
        self.upstream = ""
        self._delay = delay
        self._mode: Mode = "pass"
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(PATIENCE)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def become(self, mode: Mode) -> None:
        """Changes the mode; what is to be refused or cut is also cut off where it stands."""

        def change() -> None:
            self._mode = mode
            if mode in ("refuse", "cut"):
                for writer in list(self._open):
                    writer.transport.abort()

        self._loop.call_soon_threadsafe(change)

    async def _close(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                if self._mode == "refuse":
                    await _read_request(reader)
                    writer.write(_BUSY)
                    await writer.drain()
                elif self._mode != "cut":
                    await self._forward(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close() if self._mode == "refuse" else writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = urlsplit(self.upstream)
        answers, requests = await asyncio.open_connection(address.hostname, address.port)
        pipes = {
            asyncio.create_task(self._pipe(reader, requests)),
            asyncio.create_task(self._pipe(answers, writer)),
        }
        try:
            await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pipe in pipes:
                pipe.cancel()
            await asyncio.gather(*pipes, return_exceptions=True)
            requests.transport.abort()

    async def _pipe(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(1 << 20):
            await asyncio.sleep(self._delay if self._mode == "slow" else 0)
            sink.write(data)
            await sink.drain()


async def _read_request(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            await reader.readexactly(int(value))
