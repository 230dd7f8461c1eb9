"""Stacks that start at the same time get different ports."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from local import ports


def test_no_port_is_given_twice_while_nobody_listens_on_it_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A port that this or another process holds is not given again, even by chance."""
    ours = ports.free_port()
    takes = "import sys; from local.ports import free_port; print(free_port()); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", takes],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin
        assert other.stdout
        theirs = int(other.stdout.readline())
        chance = random.SystemRandom
        named = iter((ours, theirs))
        choice = chance.choice
        monkeypatch.setattr(chance, "choice", lambda self, all_: next(named, choice(self, all_)))
        assert ports.free_port() not in (ours, theirs)
        assert next(named, None) is None  # both were tried
        other.stdin.close()
