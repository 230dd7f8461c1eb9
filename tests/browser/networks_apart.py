"""Two Linux network namespaces on this machine without a direct connection between them.

Each reaches an address of this machine, where a TURN server may listen, and the local stack's ports
on the loopback, through sockets in a folder: a call's media has no way but the server.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

ADDRESS = "10.98.0.1"
"""This machine's, seen from both."""
NAMES = ("apart1", "apart2")
PROGRAMS = ("ip", "iptables", "socat", "turnserver", "turnutils_uclient")


def missing() -> str | None:
    """The reason why this machine cannot have such networks, or None."""
    if os.name != "posix" or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "network namespaces need root"
    lacking = [program for program in PROGRAMS if not shutil.which(program)]
    if lacking:
        return f"{', '.join(lacking)} not found: apt-get install coturn socat iptables iproute2"
    return None


def run(*command: str) -> None:
    """Run a command; a failure raises."""
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def within(network: str) -> list[str]:
    """The first words of a command that runs in a network."""
    return ["ip", "netns", "exec", network]


@contextmanager
def networks(ports: Sequence[int], folder: Path) -> Iterator[None]:
    """The two networks, each with these ports of the loopback's.

    Args:
        ports: of the local stack.
        folder: for sockets; its path must be short.
    """
    with ExitStack() as ending:
        run("ip", "address", "add", f"{ADDRESS}/32", "dev", "lo")
        ending.callback(run, "ip", "address", "del", f"{ADDRESS}/32", "dev", "lo")
        for port in ports:
            socket = folder / str(port)
            _keep(ending, ["socat", f"UNIX-LISTEN:{socket},fork", f"TCP:127.0.0.1:{port}"])
        for number, name in enumerate(NAMES, 1):
            run("ip", "netns", "add", name)
            ending.callback(run, "ip", "netns", "del", name)
            outside, inside = f"{name}o", f"{name}i"
            run("ip", "link", "add", outside, "type", "veth", "peer", inside, "netns", name)
            ending.callback(run, "ip", "link", "del", outside)  # or it lingers
            run("ip", "address", "add", f"10.98.{number}.1/24", "dev", outside)
            run("ip", "link", "set", outside, "up")
            # What comes from one network goes to this machine, and no further.
            run("iptables", "-I", "FORWARD", "-i", outside, "-j", "DROP")
            ending.callback(run, "iptables", "-D", "FORWARD", "-i", outside, "-j", "DROP")
            for setting in (
                ["address", "add", f"10.98.{number}.2/24", "dev", inside],
                ["link", "set", inside, "up"],
                ["link", "set", "lo", "up"],
                ["route", "add", "default", "via", f"10.98.{number}.1"],
            ):
                run(*within(name), "ip", *setting)
            for port in ports:
                listen = f"TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr"
                _keep(
                    ending, [*within(name), "socat", listen, f"UNIX-CONNECT:{folder / str(port)}"]
                )
        yield


def block_udp() -> None:
    """Let no UDP leave either network, until the networks are removed."""
    for name in NAMES:
        run(*within(name), "iptables", "-A", "OUTPUT", "-o", f"{name}i", "-p", "udp", "-j", "DROP")


def program_within(network: str, program: Path, folder: Path) -> Path:
    """A script that runs a program in a network."""
    file = folder / f"in-{network}"
    file.write_text(f'#!/bin/sh\nexec {" ".join(within(network))} {program} "$@"\n')
    file.chmod(0o755)
    return file


def _keep(ending: ExitStack, command: list[str]) -> None:
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    ending.callback(process.wait, 10)
    ending.callback(process.terminate)
