"""The latency bench runs, and its figures are what their names say."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from bench.latency import percentile
from tests.waiting import PATIENCE


def test_it_measures_the_whole_chain_against_the_floor() -> None:
    """Every frame of every participant is read; the ratio is the chain's time over the floor's."""
    command = [sys.executable, "-m", "bench.latency"]
    run = subprocess.run(
        [*command, "--participants", "2", "--frames", "3", "--json"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | {"FRAME_LIFETIME_SECONDS": "60"},  # a slow machine reads late
        check=True,
    )
    figures = json.loads(run.stdout)
    assert (figures["frames"], figures["unread"]) == (6, 0)
    assert figures["host"] == "local stack"
    assert figures["storage_per_frame"]["PUT frames"] == 1
    assert figures["storage_per_frame"]["DELETE frames"] == 1
    p50 = figures["p50_ms"]
    assert figures["ratio_p50"] == pytest.approx(p50["chain"] / p50["floor"], abs=0.001)
    assert p50["chain"] > p50["upload"] > 0


def test_a_percentile_is_one_of_the_values() -> None:
    """A percentile is the nearest rank: one of the values, never one between two of them."""
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95
    assert percentile([7.0], 0.95) == 7
