"""The API under fire: whatever is sent, the answer is one the document knows."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from functions.limits import LIMITS
from tests.functions.conftest import App
from tests.hostile.api import PATIENCE, Fuzzer

WITHOUT_LIMITS = json.dumps(dict.fromkeys(LIMITS, 1000000))


def _fuzz(app: App, examples: int) -> Fuzzer:
    fuzzer = Fuzzer(app)
    fuzzer.run(examples)
    assert not [status for _, status in fuzzer.statuses if status == 500]
    # An emulator on a busy machine may miss a moment; the answer says so, and says when to return.
    busy = sum(count for (_, status), count in fuzzer.statuses.items() if status == 503)
    assert busy <= fuzzer.requests / 1_000
    assert fuzzer.slowest < PATIENCE * (1 if not busy else 3)  # nothing hangs
    return fuzzer


def test_no_request_is_answered_with_what_the_document_does_not_say(
    make_app: Callable[..., App],
) -> None:
    """Hundreds of requests: documented statuses, codes and shapes, and no inside text."""
    fuzzer = _fuzz(make_app(LIMITS=WITHOUT_LIMITS), 12)
    reached = {name for name, status in fuzzer.statuses if status < 300}
    assert reached == {op.definition.raw["operationId"] for op in fuzzer.operations}


@pytest.mark.long
def test_a_hundred_thousand_requests(
    make_app: Callable[..., App], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same a hundred thousand times; prints what was answered."""
    fuzzer = _fuzz(make_app(LIMITS=WITHOUT_LIMITS), 4_000)
    assert fuzzer.requests >= 100_000
    with capsys.disabled():
        print(f"\n{fuzzer.requests} requests, slowest {fuzzer.slowest:.2f} s")
        for (name, status), count in sorted(fuzzer.statuses.items()):
            print(f"  {name} {status}: {count}")
