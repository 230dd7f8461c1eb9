"""Look-ups in the storage that run in parallel to other work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Final, Generic, TypeVar, cast

Looked = TypeVar("Looked")

FRESH: Final = 0.5  # s; an older value may have changed since
_LOOKS: Final = 4  # tries for a fresh value; after them the storage is too slow


class StaleError(Exception):
    """The storage is so slow that each answer is too old when it arrives."""


class Ahead(Generic[Looked]):
    """A value being looked up; an old one is looked up again."""

    def __init__(
        self,
        threads: Executor,
        look_up: Callable[[], Looked],
        monotonic: Callable[[], float],
    ) -> None:
        """Begin the look-up at once.

        Args:
            threads: where it runs.
            look_up: gives the value as it is now.
            monotonic: seconds that have passed; a clock that is set would make the old fresh.
        """
        self._threads = threads
        self._look_up = look_up
        self._monotonic = monotonic
        self._begin()

    def _begin(self) -> None:
        self._began = self._monotonic()
        self._value = self._threads.submit(self._look_up)

    @property
    def is_fresh(self) -> bool:
        """Whether the look-up began at most 0.5 s ago."""
        return self._monotonic() - self._began <= FRESH

    def value(self) -> Looked:
        """The value, at most 0.5 s old when this returns; waits for a look-up in progress.

        Raises what `look_up` raises, and:

        Raises:
            StaleError: no answer came in time to be fresh.
        """
        return cast(Looked, together(self)[0])

    def waited(self) -> Looked:
        """Wait for the value; if it is too old now, look it up again."""
        if not self.is_fresh:
            self._begin()
        return self._value.result()


def together(*looked: Ahead[Any]) -> tuple[Any, ...]:
    """All values, each at most 0.5 s old when this returns.

    Raises what the look-ups raise, and:

    Raises:
        StaleError: as for `Ahead.value`.
    """
    for _ in range(_LOOKS):
        values = tuple(ahead.waited() for ahead in looked)
        if all(ahead.is_fresh for ahead in looked):
            return values
    raise StaleError
