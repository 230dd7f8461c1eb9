"""Whatever is sent to the API, it gives an answer that docs/openapi.yaml describes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

import pytest

from functions.limit_table import LIMITS
from tests.functions.conftest import App
from tests.hostile.api import PATIENCE, Fuzzer
from tests.unit.test_openapi import operations

# As many as an append blob takes.
WITHOUT_LIMITS = json.dumps(dict.fromkeys(LIMITS, 50_000))
OPERATIONS = [operation["operationId"] for _, _, operation in operations()]
MANY = -(-100_000 // len(OPERATIONS))


def _judge(fuzzer: Fuzzer) -> None:
    assert not [status for _, status in fuzzer.statuses if status == 500]
    # An emulator on a busy machine may miss a moment; the answer says so, and says when to return.
    busy = sum(count for (_, status), count in fuzzer.statuses.items() if status == 503)
    assert busy <= fuzzer.requests / 100
    assert fuzzer.slowest < PATIENCE * (1 if not busy else 3)  # nothing hangs


def test_no_request_is_answered_with_what_the_document_does_not_say(
    make_app: Callable[..., App],
) -> None:
    """Hundreds of fuzzed requests get documented statuses, codes and shapes, without internals."""
    fuzzer = Fuzzer(make_app(LIMITS=WITHOUT_LIMITS), *OPERATIONS)
    fuzzer.run(20, seed=1)
    _judge(fuzzer)
    assert {name for name, status in fuzzer.statuses if status < 300} == set(OPERATIONS)


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_hundred_thousand_requests(
    make_app: Callable[..., App], capsys: pytest.CaptureFixture[str], operation: str
) -> None:
    """The same holds for 100,000 requests; the test prints the answers' counts."""
    fuzzer = Fuzzer(make_app(LIMITS=WITHOUT_LIMITS), operation)
    for seed in itertools.count():
        fuzzer.run(500, seed)
        if fuzzer.requests >= MANY:
            break
    with capsys.disabled():
        print(f"\n{operation}: {fuzzer.requests} requests, slowest {fuzzer.slowest:.2f} s")
        for (_, status), count in sorted(fuzzer.statuses.items()):
            print(f"  {status}: {count}")
    _judge(fuzzer)
