"""Ports of this machine: free ones, whether a wanted one is free, and many connections at once."""

from __future__ import annotations

import atexit
import contextlib
import errno
import random
import resource
import socket
from typing import Final

# Below the ports of outgoing connections (from 32768 on Linux, from 49152 elsewhere): such a
# connection could take the port before its process listens.
_RANGE: Final = range(20_000, 32_000)
FILES: Final = 8192
"""So many files a process may open that holds a crowd's connections; many shells allow 1,024."""
_reserved: Final = contextlib.ExitStack()
atexit.register(_reserved.close)


class PortTakenError(Exception):
    """The wanted port cannot be used: something else listens there, or it is not allowed."""


def free_port() -> int:
    """A port that is free now; no other call returns it while this process lives.

    A stack listens only seconds later, and two stacks that start at once must not choose the same
    port. A UDP socket reserves the number; it disturbs no one and ends with the process.
    """
    while True:
        port = random.SystemRandom().choice(_RANGE)
        reservation = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            reservation.bind(("127.0.0.1", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            reservation.close()
            continue
        _reserved.enter_context(reservation)
        return port


def choose_port(port: int) -> int:
    """This port, or a free one for 0. Raises PortTakenError."""
    if not port:
        return free_port()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "is taken on 127.0.0.1" if taken else f"cannot be used: {error.strerror}"
            raise PortTakenError(f"port {port} {why}") from None
    return port


def allow_many_connections() -> None:
    """Lets this process, and those it starts, open `FILES` files or what the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
