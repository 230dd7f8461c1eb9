"""SignalR is away for a second and for a minute in a call of three."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from functions.contract import Expression
from local.product import product_stack
from local.signalr.access import SignalRConnection
from local.signalr.service import SignalRService
from local.stack import Stack
from tests.browser.conftest import UNHURRIED, Person, frames_left, meet
from tests.faults.gate import Gate
from tests.faults.served import served
from tests.waiting import until

A, C, D = Expression.ANGER, Expression.SADNESS, Expression.HAPPINESS
NETWORK_ERRORS = ("Failed to load resource", "WebSocket connection to", "ERR_CONNECTION")


@dataclass(frozen=True)
class Gated:
    """A stack whose functions and pages reach SignalR through a gate, and its host's log."""

    stack: Stack
    gate: Gate
    log: io.StringIO


@pytest.fixture(scope="module")
def gated() -> Iterator[Gated]:
    """A stack of these tests' own."""
    log = io.StringIO()
    with (
        Gate() as gate,
        socket.create_server(("127.0.0.1", 0)) as listener,
        product_stack(
            app="tests.browser.scripted_app:app",
            settings=UNHURRIED,
            through={"signalr": gate.url},
            log_level="trace",
            log=log,
        ) as stack,
    ):
        key = SignalRConnection.parse(stack.signalr).access_key
        with served(SignalRService(SignalRConnection(gate.url, key)).asgi(), listener):
            gate.lead_to(listener.getsockname()[:2])
            yield Gated(stack, gate, log)


@pytest.mark.parametrize(
    "seconds",
    [
        1,
        pytest.param(10, marks=pytest.mark.long),
        pytest.param(60, marks=pytest.mark.long),
    ],
)
def test_three_people_go_on_when_signalr_was_away(
    gated: Gated,
    person: Callable[..., Person],
    tolerated: list[str],
    record_property: Callable[[str, object], None],
    seconds: int,
) -> None:
    """Everybody learns afterwards what changed meanwhile; no id is in the host's log.

    During the outage two change their faces, and one stops being read.
    """
    tolerated += NETWORK_ERRORS
    stack, gate = gated.stack, gated.gate
    ada, zoe, kim = person("Ada"), person("Zoë"), person("Kim")
    meet(stack, ada, zoe, kim, live=True)
    for somebody in (ada, zoe, kim):
        somebody.look(A)
    for viewer in (ada, zoe, kim):
        for other in (ada, zoe, kim):
            viewer.sees(other, A)
            viewer.sees_moving_video_of(other)
    said_before = len(gated.log.getvalue())

    gate.shut()
    away_since = time.monotonic()
    ada.look(D)
    kim.look(C)
    zoe.switch("Read my expression").set_checked(False)
    kim.page.wait_for_timeout(max(0.0, away_since + seconds - time.monotonic()) * 1000)
    kim.sees_moving_video_of(ada)
    gate.open()
    back_since = time.monotonic()

    for viewer in (ada, zoe, kim):
        for other, expression in ((ada, D), (kim, C)):
            viewer.sees(other, expression)
        expect(viewer.badges(zoe)).to_have_count(0)
        expect(viewer.page.locator(".notice")).to_have_count(0)
    record_property(
        "outage", f"SignalR away {seconds} s: right after {time.monotonic() - back_since:.1f} s"
    )

    for somebody in (ada, kim):
        somebody.is_read("When asked")
    until(lambda: frames_left(stack) == [], "every frame is deleted")
    said = gated.log.getvalue()[said_before:]
    ids = [ada.link.rsplit("#", 1)[-1]]
    ids += [one.tile(one).get_attribute("data-participant") or "" for one in (ada, zoe, kim)]
    for secret in (*ids, "sig=", "/api/hubs/", "Zoë", "Kim"):
        assert secret
        assert secret not in said
