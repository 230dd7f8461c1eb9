"""The host's side of the worker: it starts it, calls it, and starts it again after its death.

It does as the real host: the calls of a dying worker fail, and later calls wait for the next
worker. If the host itself ends a worker, because a function took too long, calls fail until the
next worker is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from typing import Final

from local.functions_host import wire

RESTART_SECONDS: Final = 0.2
"""The pause before the next start; it doubles after each worker that never became ready."""
LONGEST_RESTART: Final = 5.0

log = logging.getLogger("Host.Worker")


class WorkerGoneError(Exception):
    """The worker died during this call, or there is no worker."""


class FunctionError(Exception):
    """The function raised; the text is the exception's type, message and stack."""


class Worker:
    """The one worker process of a host, through all its lives."""

    def __init__(self, app: str) -> None:
        self._app = app
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[str, asyncio.Future[wire.Done]] = {}
        self._ready = asyncio.Event()
        self._refusing = False
        self._closed = False
        self._life: asyncio.Task[None] | None = None

    async def start(self) -> wire.Declared | wire.NotLoaded | wire.Unsupported:
        """Starts the worker; returns its app's declarations, or why there are none."""
        reader, declared = await self._spawn()
        if isinstance(declared, wire.Declared):
            self._ready.set()
            self._life = asyncio.create_task(self._live(reader))
        else:
            await self._end()
        return declared

    async def wait_ready(self) -> None:
        """If the worker died, waits for the next one. Raises WorkerGoneError if none comes."""
        if self._refusing or self._closed:
            raise WorkerGoneError("Did not find any initialized language workers")
        await self._ready.wait()

    async def call(self, call: wire.Call) -> wire.Done:
        """Calls a function. Raises FunctionError or WorkerGoneError."""
        if self._writer is None:
            raise WorkerGoneError("the worker has just ended")
        done: asyncio.Future[wire.Done] = asyncio.get_running_loop().create_future()
        self._waiting[call.id] = done
        try:
            wire.write(self._writer, call)
            return await done
        finally:
            self._waiting.pop(call.id, None)

    def replace(self) -> None:
        """Ends the worker because a function in it never ends, and starts the next one."""
        if self._process is not None and self._process.returncode is None:
            self._refusing = True
            _kill(self._process)

    async def close(self) -> None:
        """Ends the worker for good."""
        self._closed = True
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        await self._end()

    async def _spawn(
        self,
    ) -> tuple[asyncio.StreamReader, wire.Declared | wire.NotLoaded | wire.Unsupported]:
        ours, theirs = socket.socketpair()
        command = ["-m", "local.functions_host.worker", "--app", self._app]
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                "--socket",
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
            )
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=wire.SOCKET_LIMIT)
        while True:
            match await wire.read(reader):
                case wire.Line() as line:
                    _log(line)
                case wire.Declared() | wire.NotLoaded() | wire.Unsupported() as declared:
                    return reader, declared
                case _:
                    return reader, wire.NotLoaded("the worker ended while it loaded the app")

    async def _live(self, reader: asyncio.StreamReader) -> None:
        """Takes the worker's messages; after its death it starts the next one."""
        pause = RESTART_SECONDS
        while True:
            while (message := await wire.read(reader)) is not None:
                self._take(message)
            self._ready.clear()
            code = await self._end()  # its socket is closed: it is dying or dead
            log.error("the language worker process ended with code %s", code)
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(WorkerGoneError(f"the worker ended with code {code}"))
            while True:
                await asyncio.sleep(pause)
                reader, declared = await self._spawn()
                if isinstance(declared, wire.Declared):
                    break
                await self._end()
                pause = min(pause * 2, LONGEST_RESTART)
            pause = RESTART_SECONDS
            self._refusing = False
            self._ready.set()

    def _take(self, message: wire.Message) -> None:
        match message:
            case wire.Line():
                _log(message)
            case wire.Done():
                if (waiting := self._waiting.get(message.id)) and not waiting.done():
                    waiting.set_result(message)
            case wire.Raised() if waiting := self._waiting.get(message.id):
                if not waiting.done():
                    waiting.set_exception(FunctionError(message.text))

    async def _end(self) -> int | None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._process is None:
            return None
        if self._process.returncode is None:
            _kill(self._process)
        return await self._process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    # Not its own `kill`: that would reap a dead process before asyncio notices its death.
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)


def _log(line: wire.Line) -> None:
    category = f"Function.{line.function}.User" if line.function else "Worker"
    logging.getLogger(category).log(line.level, "%s", line.text)
