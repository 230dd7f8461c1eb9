"""A call between two networks without a direct connection uses coturn."""

from __future__ import annotations

import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from functions.contract import Expression
from functions.video.turn import Turn
from local.product import product_stack
from local.signalr.access import SignalRConnection
from local.stack import Stack
from tests import chromium
from tests.browser import networks_apart
from tests.browser.conftest import UNHURRIED, Person, meet, new_person
from tests.browser.networks_apart import ADDRESS, NAMES, within
from tests.waiting import until

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(networks_apart.missing()), reason=str(networks_apart.missing())),
]

HAPPY, SAD = Expression.HAPPINESS, Expression.SADNESS
PORT = 3478
SECRET = secrets.token_hex(16)
LIFETIME = 300  # s, the shortest allowed; pages renew at two thirds
URLS = [f"turn:{ADDRESS}:{PORT}?transport={transport}" for transport in ("udp", "tcp")]


@dataclass
class Coturn:
    """A TURN server as deploy.md says to run it, without TLS."""

    command: list[str] = field(
        default_factory=lambda: [
            "turnserver",
            "-n",
            "--use-auth-secret",
            f"--static-auth-secret={SECRET}",
            "--realm=turn.example.org",
            "--fingerprint",
            "--no-cli",
            "--no-tls",
            "--no-dtls",
            "--no-multicast-peers",
            "--stale-nonce=600",
            f"--listening-ip={ADDRESS}",
            f"--relay-ip={ADDRESS}",
            "--log-file=stdout",
        ]
    )
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it, and wait until it answers."""
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(lambda: allocates(Turn(URLS, SECRET, LIFETIME, time.time)), "coturn answers")

    def stop(self) -> None:
        """End it at once."""
        assert self.process
        self.process.kill()
        self.process.wait()


def allocates(turn: Turn) -> bool:
    """Whether the server gives a relayed address for a credential of this maker's."""
    server, _ = turn.server()
    user = ["-u", server["username"], "-w", server["credential"]]
    answer = subprocess.run(
        [*within(NAMES[0]), "turnutils_uclient", "-y", "-n", "1", "-c", "-t", *user, ADDRESS],
        capture_output=True,
        timeout=60,
        check=False,
    )
    return answer.returncode == 0


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The product with a TURN server among its settings."""
    settings = {
        "TURN_URLS": ",".join(URLS),
        "TURN_SECRET": SECRET,
        "TURN_LIFETIME_SECONDS": str(LIFETIME),
    }
    with product_stack(
        app="tests.browser.scripted_app:app", settings=UNHURRIED | settings
    ) as running:
        yield running


@pytest.fixture
def coturn(stack: Stack, tmp_path: Path) -> Iterator[Coturn]:
    """The networks, and the server both reach."""
    azurite = next(
        part.partition("=")[2] for part in stack.storage.split(";") if part.startswith("Blob")
    )
    signalr = SignalRConnection.parse(stack.signalr).endpoint
    ports = [urlsplit(url).port or 0 for url in (stack.url, azurite, signalr)]
    with networks_apart.networks(ports, tmp_path):
        server = Coturn()
        server.start()
        yield server
        server.stop()


@pytest.fixture
def people(
    request: pytest.FixtureRequest, browser: Browser, tmp_path: Path
) -> Iterator[tuple[Person, Person]]:
    """Ada and Zoë, each in a browser in a network of their own."""
    request.getfixturevalue("coturn")
    program = chromium.find()
    assert program
    arguments = [a for a in chromium.ARGUMENTS if a != "--allow-loopback-in-peer-connection"]
    browsers = [
        browser.browser_type.launch(
            executable_path=networks_apart.program_within(name, program, tmp_path), args=arguments
        )
        for name in NAMES
    ]
    ada, zoe = (new_person(b, n) for b, n in zip(browsers, ("Ada", "Zoë"), strict=True))
    yield ada, zoe
    for one in browsers:
        one.close()


def in_call(stack: Stack, people: tuple[Person, Person]) -> None:
    """Both see each other move, and are read."""
    ada, zoe = people
    meet(stack, ada, zoe, live=True)
    ada.look(HAPPY)
    for viewer, other in ((ada, zoe), (zoe, ada)):
        viewer.sees_moving_video_of(other)
    zoe.sees(ada, HAPPY)


def test_a_call_goes_over_the_server_and_survives_its_restart(
    stack: Stack, coturn: Coturn, people: tuple[Person, Person]
) -> None:
    """Video and readings work both ways, also after coturn was stopped and started again."""
    in_call(stack, people)
    coturn.stop()
    coturn.start()
    ada, zoe = people
    ada.look(SAD)
    zoe.sees(ada, SAD)
    for viewer, other in ((ada, zoe), (zoe, ada)):
        viewer.sees_moving_video_of(other)


def test_without_udp_the_call_goes_over_tcp(stack: Stack, people: tuple[Person, Person]) -> None:
    """Video comes although no UDP leaves either network."""
    networks_apart.block_udp()
    in_call(stack, people)


def test_a_call_outlives_its_first_credential(stack: Stack, people: tuple[Person, Person]) -> None:
    """The page gets a new credential before the first one ends, and a second call works."""
    ada, zoe = people
    answers: list[str] = []
    ada.page.on(
        "response",
        lambda response: answers.append(response.text()) if "video-token" in response.url else None,
    )
    in_call(stack, people)
    ended = time.monotonic() + LIFETIME + 5
    while time.monotonic() < ended:
        ada.page.wait_for_timeout(5000)
    ada.sees_moving_video_of(zoe)
    users = [json.loads(answer)["iceServers"][0]["username"] for answer in answers]
    assert len(set(users)) >= 2
    assert all(SECRET not in answer for answer in answers)
    zoe.page.reload()
    zoe.join(ada.link, live=True)
    ada.sees_moving_video_of(zoe)


@pytest.mark.usefixtures("coturn")
@pytest.mark.parametrize("age", [0, LIFETIME + 60])
def test_a_credential_ends_with_its_time(age: int) -> None:
    """coturn accepts a new credential and refuses an expired one."""
    assert allocates(Turn(URLS, SECRET, LIFETIME, lambda: time.time() - age)) == (age == 0)
