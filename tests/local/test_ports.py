"""Stacks that start at the same time get different ports; a crowd gets its connections."""

from __future__ import annotations

import errno
import os
import random
import resource
import socket
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


def test_a_port_that_is_not_allowed_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Below 1024 most systems ask for more rights."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(ports.PortTakenError, match="port 80 cannot be used: Permission denied"):
        ports.choose_port(80)


def test_a_crowd_gets_its_connections_from_a_shell_that_allows_few() -> None:
    """The limit of open files is raised as far as is wanted and allowed, and is never lowered."""
    tell = (
        "from local.ports import allow_many_connections; import resource; allow_many_connections();"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = ports.FILES if hard == resource.RLIM_INFINITY else min(ports.FILES, hard)
    for few, allowed in ((256, most), (hard, hard)):
        limited = ["sh", "-c", 'ulimit -Sn "$0" && exec "$@"', "unlimited" if few < 0 else str(few)]
        done = subprocess.run(
            [*limited, sys.executable, "-c", tell], capture_output=True, text=True, check=True
        )
        assert int(done.stdout) == allowed
