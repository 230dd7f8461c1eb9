"""The worker: the process in which the app's own code runs, as the Python worker does.

`python -m local.functions_host.worker --app MODULE:NAME --socket FD` loads the app, sends its
declarations and calls its functions. Synchronous functions run in a thread pool, asynchronous ones
on the event loop
(https://learn.microsoft.com/azure/azure-functions/python-scale-performance-reference).
A line that is logged in a call goes to the host with that function's name.
"""

from __future__ import annotations

import argparse
import asyncio
import contextvars
import functools
import importlib
import inspect
import json
import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

import azure.functions as func

from local.functions_host import wire
from local.functions_host.bindings import RETURN, BindingError
from local.functions_host.worker_types import Context, Out, argument, returned

CONTEXT: Final = "context"
THREADS_VARIABLE: Final = "PYTHON_THREADPOOL_THREAD_COUNT"

_function: ContextVar[str] = ContextVar("function", default="")


class Worker:
    """One app, loaded, at the end of one socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        count = os.environ.get(THREADS_VARIABLE)
        # Without the setting the worker leaves the number to Python, from Python 3.9 on.
        self._threads = ThreadPoolExecutor(int(count) if count else None, "function")
        self._reader, self._writer = reader, writer
        self._loop = asyncio.get_running_loop()
        self._handlers: dict[str, Callable[..., Any]] = {}
        self._outputs: dict[str, list[str]] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def run(self, app: str) -> None:
        """Loads the app, then makes the host's calls until the host ends."""
        log = logging.getLogger()
        log.setLevel(logging.INFO)  # as in the worker
        log.addHandler(_ToHost(self._say))
        self._say(self._load(app))
        while isinstance(message := await wire.read(self._reader), wire.Call):
            call = asyncio.create_task(self._answer(message))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    def _say(self, message: wire.Message) -> None:
        """Sends a message; callable from any thread."""
        self._loop.call_soon_threadsafe(wire.write, self._writer, message)

    def _load(self, name: str) -> wire.Message:
        module, _, attribute = name.partition(":")
        try:
            app = getattr(importlib.import_module(module), attribute or "app")
            if not isinstance(app, func.FunctionApp):
                raise TypeError(f"{name} is no azure.functions.FunctionApp")
            declared = declare(app)
        except BindingError as error:
            return wire.Unsupported(str(error))
        except Exception:
            return wire.NotLoaded(traceback.format_exc())
        for title, bindings, handler in declared:
            self._handlers[title] = handler
            self._outputs[title] = [
                str(binding["name"])
                for binding in bindings
                if str(binding.get("direction")).upper() == "OUT" and binding["name"] != RETURN
            ]
        return wire.Declared([(title, bindings) for title, bindings, _ in declared])

    async def _answer(self, call: wire.Call) -> None:
        _function.set(call.function)
        try:
            handler = self._handlers[call.function]
            outs = {name: Out() for name in self._outputs[call.function]}
            arguments: dict[str, Any] = {
                name: argument(*value) for name, value in call.arguments.items()
            }
            if CONTEXT in inspect.signature(handler).parameters:
                arguments[CONTEXT] = Context(call.id, call.function, Path.cwd())
            result = await self._run(handler, arguments | outs)
            outputs = {name: out.get() for name, out in outs.items() if out.get() is not None}
            answer: wire.Message = wire.Done(call.id, returned(result), outputs)
        except Exception as error:
            stack = "".join(traceback.format_exception(error))
            answer = wire.Raised(call.id, f"{type(error).__name__}: {error}\nStack: {stack}")
        wire.write(self._writer, answer)
        await self._writer.drain()

    async def _run(self, handler: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        if inspect.iscoroutinefunction(handler):
            return await handler(**arguments)
        run = functools.partial(contextvars.copy_context().run, handler, **arguments)
        return await self._loop.run_in_executor(self._threads, run)


def declare(app: func.FunctionApp) -> list[tuple[str, list[dict[str, Any]], Callable[..., Any]]]:
    """Each function's name, bindings and code; it works once for an app. Raises BindingError."""
    declared = []
    for function in app.get_functions():
        name, handler = str(function.get_function_name()), function.get_user_function()
        bindings = json.loads(function.get_function_json())["bindings"]
        names = {str(binding["name"]) for binding in bindings} - {RETURN}
        parameters = set(inspect.signature(handler).parameters) - {CONTEXT}
        if missing := sorted(names - parameters):
            raise BindingError(f"function {name}: its code has no parameter {', '.join(missing)}")
        if extra := sorted(parameters - names):
            raise BindingError(f"function {name}: nothing is bound to {', '.join(extra)}")
        declared.append((name, bindings, handler))
    return declared


class _ToHost(logging.Handler):
    """Sends every record to the host; its `host.json` filters them."""

    def __init__(self, say: Callable[[wire.Message], None]) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        """Runs in the thread that logs, so it knows the record's call."""
        self._say(wire.Line(_function.get(), record.levelno, self.format(record)))


async def _main(app: str, descriptor: int) -> None:
    connection = socket.socket(fileno=descriptor)
    reader, writer = await asyncio.open_connection(sock=connection, limit=wire.SOCKET_LIMIT)
    await Worker(reader, writer).run(app)


def main() -> None:
    """Runs until the host closes the socket."""
    parser = argparse.ArgumentParser(prog="python -m local.functions_host.worker")
    parser.add_argument("--app", required=True)
    parser.add_argument("--socket", type=int, required=True)
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # the host ends it after its calls
        signal.signal(number, signal.SIG_IGN)
    sys.path.insert(0, os.getcwd())
    asyncio.run(_main(arguments.app, arguments.socket))
    os._exit(0)  # a function that hangs must not keep the process alive


if __name__ == "__main__":
    main()
