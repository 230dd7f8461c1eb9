"""A look-up in the storage runs ahead, and its answer counts for half a second."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from functions.ahead import FRESH, Ahead


class Asked:
    """A value to look up that counts its look-ups, with a clock."""

    def __init__(self) -> None:
        self.times = 0
        self.at = 1000.0

    def look_up(self) -> int:
        """The number of look-ups, with this one."""
        self.times += 1
        return self.times

    def now(self) -> float:
        """The time of the test."""
        return self.at


@pytest.fixture
def threads() -> Iterator[Executor]:
    """The executor of the look-ups."""
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture
def asked() -> Asked:
    """A value that was not looked up yet."""
    return Asked()


def test_what_is_fresh_is_looked_up_once(threads: Executor, asked: Asked) -> None:
    """An answer counts until half a second after its request."""
    ahead = Ahead(threads, asked.look_up, asked.now)
    assert ahead.value() == 1
    asked.at += FRESH
    assert ahead.value() == 1
    assert asked.times == 1


def test_what_is_old_is_looked_up_again(threads: Executor, asked: Asked) -> None:
    """After each half second the value is looked up again."""
    ahead = Ahead(threads, asked.look_up, asked.now)
    assert ahead.value() == 1
    asked.at += FRESH + 0.01
    assert ahead.value() == 2
    asked.at += FRESH
    assert ahead.value() == 2
    asked.at += 0.01
    assert ahead.value() == 3


def test_what_fails_is_raised_until_it_is_old(threads: Executor, asked: Asked) -> None:
    """A failed look-up raises for every caller, and is repeated when it is too old."""

    def look_up() -> int:
        if asked.look_up() == 1:
            raise ConnectionError
        return 7

    ahead = Ahead(threads, look_up, asked.now)
    with pytest.raises(ConnectionError):
        ahead.value()
    with pytest.raises(ConnectionError):
        ahead.value()
    asked.at += FRESH + 0.01
    assert ahead.value() == 7
