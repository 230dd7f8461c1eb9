"""One call of a function as the host sees it: its result, its outputs and its lines in the log.

Lines and categories are the real host's. A call fails if the function raises or takes too long, and
also if an input or an output binding fails. Then a line of `Function.NAME` holds the whole text of
the failure, a request's address included.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from local.functions_host import wire
from local.functions_host.bindings import RETURN, Function, SignalROutput
from local.functions_host.signalr_binding import SignalRBinding
from local.functions_host.worker_process import Worker

FLUSH_SECONDS: Final = 30.0
"""`aggregator.flushTimeout` of `host.json`, its default."""

results = logging.getLogger("Host.Results")
aggregator = logging.getLogger("Host.Aggregator")


class BadOutputError(Exception):
    """Its binding does not take an output's value."""


class OverrunError(Exception):
    """A function ran longer than functionTimeout."""


class InvocationFailedError(Exception):
    """A call failed; the log says why, and the caller gets no reason."""


@dataclass
class _Counts:
    calls: int = 0
    failures: int = 0
    seconds: float = 0.0


class Invoker:
    """Calls functions. `timeout` is host.json's functionTimeout in seconds."""

    def __init__(self, worker: Worker, signalr: SignalRBinding, timeout: float | None) -> None:
        self._worker = worker
        self._signalr = signalr
        self._timeout = timeout
        self._counts: dict[str, _Counts] = {}
        self._flusher: asyncio.Task[None] | None = None

    async def call(
        self,
        function: Function,
        arguments: Mapping[str, tuple[str, Any]],
        *,
        reason: str,
        values: Mapping[str, str] | None = None,
    ) -> tuple[str, Any]:
        """Binds the inputs, calls the function, applies its outputs and returns its result.

        `reason` says why it is called, `values` holds the names for binding expressions.
        Raises InvocationFailedError.
        """
        invocation = str(uuid.uuid4())
        with self._noted(function.name, invocation, reason):
            inputs = {
                one.name: ("text", self._signalr.connection_info(one, values or {}))
                for one in function.inputs
            }
            call = wire.Call(invocation, function.name, {**arguments, **inputs})
            done = await self._within_time(function.name, call)
            for output in function.outputs:
                value = done.returned[1] if output.name == RETURN else done.outputs.get(output.name)
                if value is not None and not (output.name == RETURN and done.returned[0] == "none"):
                    await self._signalr.send(output, _text(function, output, value))
            if function.returns_response and done.returned[0] == "none":
                raise BadOutputError(
                    f"a function must return an HttpResponse or a str, not {done.returned[1]}"
                )
            return done.returned

    async def _within_time(self, name: str, call: wire.Call) -> wire.Done:
        await self._worker.wait_ready()
        try:
            async with asyncio.timeout(self._timeout) as limit:
                return await self._worker.call(call)
        except TimeoutError:
            if not limit.expired():
                raise
        self._worker.replace()
        raise OverrunError(
            f"Timeout value of {self._timeout} s was exceeded by function 'Functions.{name}' "
            f"(Id: '{call.id}'). The worker is started again."
        )

    @contextmanager
    def _noted(self, name: str, invocation: str, reason: str) -> Iterator[None]:
        """Writes the lines before and after a call, and counts it."""
        log = logging.getLogger(f"Function.{name}")
        log.info("Executing 'Functions.%s' (Reason='%s', Id=%s)", name, reason, invocation)
        began = time.monotonic()
        outcome = "Failed"
        level = logging.ERROR
        try:
            yield
            outcome, level = "Succeeded", logging.INFO
            log.info("Executed 'Functions.%s' (Succeeded, Id=%s)", name, invocation)
        except Exception as error:
            log.error(
                "Executed 'Functions.%s' (Failed, Id=%s, Duration=%.0fms)\n%s: %s",
                *(name, invocation, 1000 * (time.monotonic() - began)),
                *(type(error).__name__, error),
            )
            raise InvocationFailedError(type(error).__name__) from None
        finally:  # the host may end meanwhile: that is a failure, too
            counts = self._counts.setdefault(name, _Counts())
            counts.calls += 1
            counts.failures += outcome == "Failed"
            counts.seconds += time.monotonic() - began
            results.log(level, "%s %s (%s, Id=%s)", name, outcome, reason, invocation)

    def start(self) -> None:
        """Starts to log the counts at intervals."""
        self._flusher = asyncio.create_task(self._flush_now_and_then())

    async def _flush_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self._flush()

    def _flush(self) -> None:
        for name, counts in self._counts.items():
            aggregator.info(
                "%s: %d calls, %d failures, %.1f ms on average",
                *(name, counts.calls, counts.failures, 1000 * counts.seconds / counts.calls),
            )
        self._counts.clear()

    def close(self) -> None:
        """Logs the last counts."""
        if self._flusher is not None:
            self._flusher.cancel()
        self._flush()


def _text(function: Function, output: SignalROutput, value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return value.decode()
    if isinstance(value, str):
        return value
    raise BadOutputError(
        f"function {function.name}: output {output.name!r} must be a JSON string, "
        f"not {type(value).__name__}"
    )
