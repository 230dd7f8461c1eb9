"""The package for Azure runs in an environment that holds only its requirements."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.package import environment, measure, unpack

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_the_package_reads_a_face_within_a_small_instance() -> None:
    """With its requirements alone the package reads a face, far below 512 MB of memory."""
    figures = measure()
    assert figures["resident_after_reading_mb"] < 256
    assert figures["zip_mb"] < 10


# What tests/conftest.py and pyproject.toml ask of pytest, in the versions of the other tests.
_SUITE = [
    line.split()[0]
    for line in (ROOT / "requirements-dev.txt").read_text().splitlines()
    if re.match(r"(pytest|pytest-xdist|pytest-timeout|pytest-random-order|hypothesis)==", line)
]


@pytest.mark.long
def test_the_functions_suite_passes_on_the_package(tmp_path: Path) -> None:
    """The tests of the functions pass if the app is the unpacked package.

    All but the one that needs the local Functions host, which has requirements of its own.
    """
    package = tmp_path / "package"
    unpack(package)
    tests = tmp_path / "suite"
    for folder in ("tests", "local"):
        shutil.copytree(ROOT / folder, tests / folder, symlinks=True)
    shutil.copy(package / "host.json", tests)
    run = subprocess.run(
        [
            environment(*_SUITE),
            *("-m", "pytest", "-q", "-c", ROOT / "pyproject.toml", "--rootdir", tests),
            *("-k", "not over_two_hosts", "tests/functions"),
        ],
        cwd=tests,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(package), str(tests)))},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout[-5000:]
