"""No call of another service takes longer than the app waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.functions.conftest import App


def test_each_call_of_the_storage_has_a_timeout(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A storage that hangs is given up after seconds, not after the SDK's five minutes."""
    timeouts: list[Any] = []

    def hang(*_: Any, timeout: Any, **__: Any) -> requests.Response:
        timeouts.append(timeout)
        raise requests.ReadTimeout

    app = make_app()
    room = app.room()
    monkeypatch.setattr(requests.Session, "request", hang)
    answer = app.call("join_room", {"name": "Ada", "consent": False}, room=room)
    assert (answer.status, answer.body["error"]) == (503, "storage-unavailable")
    assert timeouts == [(2, 5)] * 3
