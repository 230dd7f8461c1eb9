"""The load bench and the soak run, and their figures are what their names say."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest

from bench.crowd import StepResult
from bench.hostile import Attack
from bench.load import falls_behind
from bench.processes import OTHERS, Moment, Usage
from bench.soak import Sample, drift, growth, verdict
from tests.waiting import PATIENCE


def run(*arguments: str, code: int | None = 0) -> dict[str, object]:
    """The JSON that a bench prints."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments, "--json"],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        env=os.environ | {"FRAME_LIFETIME_SECONDS": "60"},  # a slow machine reads late
        check=False,
    )
    assert code is None or done.returncode == code, done.stderr[-3000:]
    figures: dict[str, object] = json.loads(done.stdout)
    return figures


def test_every_frame_of_the_crowd_is_accounted_for() -> None:
    """Two rooms of two send in steps until they fall behind; all listeners get one message."""
    options = ["--rooms", "2", "--people", "2", "--first", "20", "--seconds", "1"]
    figures = run("bench.load", *options, "--clients", "20")
    steps, shares = figures["steps"], figures["of_saturation"]
    assert isinstance(steps, list)
    assert isinstance(shares, dict)
    assert falls_behind(StepResult(due=steps[-1]["due"], readings=steps[-1]["readings"]))
    assert figures["saturation_readings_per_s"] == max(step["readings_per_s"] for step in steps)
    assert list(shares) == ["25%", "50%", "75%", "100%"]
    clients = figures["clients"]
    assert isinstance(clients, dict)
    assert clients["told"] == 20


def test_a_soak_ends_with_an_empty_storage() -> None:
    """A soak of a few seconds reads every frame and leaves no blob."""
    options = ["--minutes", "0.2", "--rooms", "1", "--people", "2", "--rate", "2"]
    figures = run("bench.soak", *options, code=None)
    assert figures["readings"] == figures["sent"] != 0
    assert figures["blobs_left"] == 0


def test_an_attack_tells_its_answers() -> None:
    """The attacker, a process of its own, counts a request that is not answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        attack = Attack(f"http://127.0.0.1:{server.getsockname()[1]}")
        with attack.at_work():
            server.accept()[0].close()
            server.close()
    assert set(attack.answers) == {("room", 0)}


@pytest.mark.parametrize(
    ("counts", "adds_up"),
    [
        ({"due": 4, "held_back": 1, "sent": 2, "failed": 1, "readings": 1, "untold": 1}, True),
        ({"due": 2, "sent": 2, "readings": 1, "unread": {"late": 1}}, True),
        ({"due": 2, "sent": 2, "readings": 1}, False),
        ({"due": 3, "sent": 2, "readings": 2}, False),
    ],
)
def test_counts_add_up_or_do_not(counts: dict[str, int], adds_up: bool) -> None:
    """Each due frame is held back, failed or sent; each sent one is read, unread or lost."""
    assert StepResult(**counts).adds_up is adds_up  # type: ignore[arg-type]


def test_cores_are_processor_seconds_per_second() -> None:
    """Busy time that the stack's processes did not use is counted as other programs'."""
    before = Moment(10, {"host": Usage(1.0, 50, 9, 3)}, busy_seconds=100)
    after = Moment(14, {"host": Usage(3.0, 50, 9, 3)}, busy_seconds=107)
    assert after.cores(before) == {"host": 0.5, OTHERS: 1.25}


def test_growth_and_drift_compare_ends() -> None:
    """A steady value has no growth, a doubled one has 100 %; one outlier changes neither."""
    assert growth([100.0] * 20) == 0
    assert growth([100.0] * 10 + [900.0] + [200.0] * 10) == 1
    assert drift([50.0, 51, 49, 50, 500, 50, 60, 60, 60]) == pytest.approx(0.2, abs=0.01)


def test_a_soak_says_what_does_not_hold() -> None:
    """The soak names growth, drift, lost frames and remaining blobs, each by itself."""

    def sample(number: int) -> Sample:
        step = StepResult(due=2, sent=2, readings=1, untold=1)
        step.stages = {"chain": {"p95": 50.0 + number}}
        return Sample(step, Moment(number, {"host": Usage(1, 100 + 10 * number, 9, 3)}, 1))

    wrong = verdict([sample(number) for number in range(24)], left_over=3)["wrong"]
    assert [text.split()[0] for text in wrong] == ["host", "p95", "24", "3"]
