"""What a measurement says of processes counts each of them once."""

from __future__ import annotations

import subprocess
import sys

import psutil

from bench.processes import look


def test_a_child_that_is_watched_itself_is_not_counted_twice() -> None:
    """The services are children of the process that measures; each has figures of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout
        child.stdout.readline()  # it is Python now, and no longer a copy of this process
        me, other = psutil.Process(), psutil.Process(child.pid)
        together, apart = look({"me": me}).usage, look({"me": me, "child": other}).usage
        child.communicate(b"\n")
    assert apart["child"].handles > 0
    assert apart["me"].handles < together["me"].handles
    assert apart["me"].resident_mb < together["me"].resident_mb
