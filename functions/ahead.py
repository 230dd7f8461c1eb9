"""Looking something up in the storage while the work that needs it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, TypeVar

Looked = TypeVar("Looked")

FRESH: Final = 0.5  # s; what was looked up longer ago may have changed meanwhile
_threads = ThreadPoolExecutor(4, "ahead")  # few: the SDK keeps ten connections for all threads


class Ahead(Generic[Looked]):
    """A value that is being looked up; one that has become old is looked up again."""

    def __init__(self, look_up: Callable[[], Looked], now: Callable[[], float] = time.time) -> None:
        """Begin at once.

        Args:
            look_up: gives the value as it is now.
            now: seconds since the epoch.
        """
        self._look_up = look_up
        self._now = now
        self._began = now()
        self._value = _threads.submit(look_up)

    def value(self) -> Looked:
        """The value as it was half a second ago or later, or as its one look-up still finds it.

        Raises what looking up raises.
        """
        if self._value.done() and self._now() - self._began > FRESH:
            self._began = self._now()
            self._value = _threads.submit(self._look_up)
        return self._value.result()
