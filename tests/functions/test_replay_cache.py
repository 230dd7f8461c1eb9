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
