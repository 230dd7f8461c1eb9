"""One call of a function: its arguments, where it runs, what it gives back.

Synchronous functions run in a thread pool, asynchronous ones on the event loop, as in the Python
worker (https://learn.microsoft.com/azure/azure-functions/python-scale-performance-reference).
"""

import asyncio
import contextvars
import functools
import inspect
import os
import secrets
import threading
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import azure.functions as func

from local.functions_host.bindings import CONTEXT, RETURN, Function, HttpTrigger, SignalROutput

THREADS_VARIABLE: Final = "PYTHON_THREADPOOL_THREAD_COUNT"


class OutputBindingError(Exception):
    """An output's value is none that its binding takes, or it could not be delivered."""


class OverrunError(Exception):
    """A function ran longer than functionTimeout."""


class Out(func.Out[str]):
    """What a function sets as the value of an output binding."""

    def __init__(self) -> None:
        self._value: str | None = None

    def set(self, val: str) -> None:
        """Replaces the value."""
        self._value = val

    def get(self) -> str:
        """The value set last; None before, as in the worker."""
        return self._value  # type: ignore[return-value]


class Context(func.Context):
    """The context of one invocation: its id and the function's name; tracing is made up."""

    def __init__(self, function: str, directory: Path) -> None:
        self._function = function
        self._directory = directory
        self._id = str(uuid.uuid4())

    @property
    def invocation_id(self) -> str:
        """A new UUID for every invocation."""
        return self._id

    @property
    def function_name(self) -> str:
        """The name the app gave the function."""
        return self._function

    @property
    def function_directory(self) -> str:
        """Where ``host.json`` lies."""
        return str(self._directory)

    @property
    def thread_local_storage(self) -> type[threading.local]:
        """A place for the id in threads of the function's own."""
        return _THREAD_LOCAL  # type: ignore[return-value]

    @property
    def trace_context(self) -> Any:
        """A W3C trace of this invocation alone."""
        parent = f"00-{uuid.UUID(self._id).hex}-{secrets.token_hex(8)}-00"
        return SimpleNamespace(trace_parent=parent, trace_state="", attributes={})

    @property
    def retry_context(self) -> Any:
        """Retry policies are not known here: always the first try."""
        return SimpleNamespace(retry_count=0, max_retry_count=0, exception=None)


_THREAD_LOCAL = threading.local()


@dataclass(frozen=True)
class Outcome:
    """What a function returned, and the value of each SignalR output it gave one to."""

    returned: Any
    outputs: Sequence[tuple[SignalROutput, str]]


class Invoker:
    """Calls functions. ``timeout`` is host.json's functionTimeout in seconds."""

    def __init__(self, directory: Path, timeout: float | None = None) -> None:
        count = os.environ.get(THREADS_VARIABLE)
        # Without the setting the worker leaves the number to Python, from Python 3.9 on.
        self._threads = ThreadPoolExecutor(int(count) if count else None, "function")
        self._directory = directory
        self._timeout = timeout

    async def call(self, function: Function, arguments: Mapping[str, Any]) -> Outcome:
        """Calls the function with ``arguments`` and one `Out` for each of its named outputs.

        Raises whatever the function raises, OverrunError, or OutputBindingError for a bad value.
        """
        outs = {output.name: Out() for output in function.outputs if output.name != RETURN}
        everything = {**arguments, **outs}
        if function.wants_context:
            everything[CONTEXT] = Context(function.name, self._directory)
        try:
            async with asyncio.timeout(self._timeout) as limit:
                returned = await self._run(function, everything)
        except TimeoutError:
            if limit.expired():
                raise OverrunError(f"it ran longer than {self._timeout} s") from None
            raise
        values: list[tuple[SignalROutput, str]] = []
        for output in function.outputs:
            value = returned if output.name == RETURN else outs[output.name].get()
            if value is not None:
                values.append((output, _text(function, output, value)))
        if not isinstance(function.trigger, HttpTrigger):
            returned = None
        return Outcome(returned, values)

    async def _run(self, function: Function, arguments: Mapping[str, Any]) -> Any:
        if inspect.iscoroutinefunction(function.handler):
            return await function.handler(**arguments)
        run = functools.partial(contextvars.copy_context().run, function.handler, **arguments)
        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    def close(self) -> None:
        """Lets running functions end by themselves and starts no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _text(function: Function, output: SignalROutput, value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return value.decode()
    if isinstance(value, str):
        return value
    raise OutputBindingError(
        f"function {function.name}: output {output.name!r} must be a JSON string, "
        f"not {type(value).__name__}"
    )
