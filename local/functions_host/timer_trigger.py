"""Timer triggers: functions called by the clock, or by hand through the admin API.

Schedules are NCRONTAB expressions of six fields, seconds first
(https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer); here each of the first
three is ``*``, ``*/n`` or a number, and the others are ``*``. Occurrences are in UTC. What was
missed while the host was away is not made up for.
"""

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import azure.functions as func
from azure.functions.timer import TimerRequest

from local.functions_host.bindings import BindingError, Function, TimerTrigger
from local.functions_host.invocation import Invoker
from local.functions_host.signalr_binding import SignalRBinding

_UNITS: Final = (60, 60, 24)

log = logging.getLogger("host.timer")


class Schedule:
    """When a function is due."""

    def __init__(self, expression: str) -> None:
        """Raises ValueError for an expression that is not understood."""
        fields = expression.split()
        if len(fields) != 6 or fields[3:] != ["*"] * 3:
            raise ValueError(f"the schedule {expression!r} is not understood here")
        self._seconds, self._minutes, self._hours = (
            _values(field, unit) for field, unit in zip(fields, _UNITS, strict=False)
        )

    def after(self, moment: datetime) -> datetime:
        """The first occurrence later than ``moment``."""
        candidate = moment.replace(microsecond=0) + timedelta(seconds=1)
        while candidate.hour not in self._hours or candidate.minute not in self._minutes:
            candidate = candidate.replace(second=0) + timedelta(minutes=1)
        while candidate.second not in self._seconds:
            candidate += timedelta(seconds=1)
            if candidate.second == 0:
                return self.after(candidate - timedelta(seconds=1))
        return candidate


class TimerTriggers:
    """All timer-triggered functions of an app."""

    def __init__(
        self, functions: Iterable[Function], invoker: Invoker, signalr: SignalRBinding
    ) -> None:
        """Raises BindingError for a schedule that is not understood."""
        self._invoker = invoker
        self._signalr = signalr
        self._timers: list[tuple[Function, Schedule]] = []
        self._tasks: Sequence[asyncio.Task[None]] = ()
        for function in functions:
            if isinstance(function.trigger, TimerTrigger):
                try:
                    self._timers.append((function, Schedule(function.trigger.schedule)))
                except ValueError as error:
                    raise BindingError(f"function {function.name}: {error}") from None

    def start(self) -> None:
        """Begins to watch the clock."""
        self._tasks = [asyncio.create_task(self._watch(*timer)) for timer in self._timers]

    async def close(self) -> None:
        """Stops watching."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def call(self, name: str) -> bool:
        """Calls the timer function of this name now; whether there is one."""
        for function, _ in self._timers:
            if function.name == name:
                await self._call(function)
                return True
        return False

    async def _watch(self, function: Function, schedule: Schedule) -> None:
        while True:
            now = datetime.now(UTC)
            await asyncio.sleep((schedule.after(now) - now).total_seconds())
            await self._call(function)

    async def _call(self, function: Function) -> None:
        try:
            arguments = {function.trigger.name: _request()}
            outcome = await self._invoker.call(function, arguments)
            for output, value in outcome.outputs:
                await self._signalr.send(output, value)
        except Exception:
            log.exception("%s failed", function.name)


def _request() -> func.TimerRequest:
    request: func.TimerRequest = TimerRequest(past_due=False)
    return request


def _values(field: str, unit: int) -> frozenset[int]:
    every, _, step = field.partition("/")
    if every == "*":
        return frozenset(range(0, unit, int(step or 1)))
    value = int(field)
    if value >= unit:
        raise ValueError(f"{json.dumps(field)} is beyond {unit - 1}")
    return frozenset({value})
