"""Timer triggers: the clock calls functions, or a person through the admin API.

Schedules are NCRONTAB expressions of six fields, seconds first
(https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer); here each of the first
three is `*`, `*/n` or a number, and the others are `*`. Occurrences are in UTC. A run that was due
while the host was away is skipped.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from local.functions_host.bindings import BindingError, Function, TimerTrigger
from local.functions_host.invocation import InvocationFailedError, Invoker

_UNITS: Final = (60, 60, 24)


class Schedule:
    """The times at which a function is due."""

    def __init__(self, expression: str) -> None:
        """Raises ValueError for an expression that this host cannot read."""
        fields = expression.split()
        if len(fields) != 6 or fields[3:] != ["*"] * 3:
            raise ValueError(f"the schedule {expression!r} is not understood here")
        self._seconds, self._minutes, self._hours = (
            _values(field, unit) for field, unit in zip(fields, _UNITS, strict=False)
        )

    def after(self, moment: datetime) -> datetime:
        """The first occurrence later than `moment`."""
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

    def __init__(self, functions: Iterable[Function], invoker: Invoker) -> None:
        """Raises BindingError for a schedule that this host cannot read."""
        self._invoker = invoker
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
        """Calls the timer function of this name now; returns whether there is one."""
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
        arguments = {function.trigger.name: ("timer", {"past_due": False})}
        with suppress(InvocationFailedError):  # the log says why; the timer goes on
            await self._invoker.call(function, arguments, reason="Timer fired")


def _values(field: str, unit: int) -> frozenset[int]:
    every, _, step = field.partition("/")
    if every == "*":
        return frozenset(range(0, unit, int(step or 1)))
    value = int(field)
    if value >= unit:
        raise ValueError(f"{json.dumps(field)} is beyond {unit - 1}")
    return frozenset({value})
