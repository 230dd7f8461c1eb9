"""The replay cache remembers each name for its time."""

from __future__ import annotations

from functions.replay_cache import ReplayCache


def test_a_name_is_first_again_once_its_time_is_over() -> None:
    """Each name is remembered from when it was first seen until its time is over."""
    at = 1000.0
    cache = ReplayCache(10, lambda: at)
    assert [cache.seen_before("a"), cache.seen_before("a")] == [0, 1]
    at += 6
    assert [cache.seen_before("b"), cache.seen_before("a")] == [0, 2]
    at += 5
    assert [cache.seen_before("a"), cache.seen_before("b")] == [0, 1]


def test_asking_whether_a_name_is_known_remembers_nothing() -> None:
    """Only what was seen is known, and no longer than its time."""
    at = 1000.0
    cache = ReplayCache(10, lambda: at)
    assert [cache.knows("a"), cache.is_first("a"), cache.knows("a")] == [False, True, True]
    at += 11
    assert not cache.knows("a")
