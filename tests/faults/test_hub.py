"""The hub refuses what the functions send to it, while pages stay connected to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Literal

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from local.product import product_stack
from local.signalr.access import SignalRConnection
from local.signalr.service import SignalRService
from local.stack import Stack
from tests.faults.conftest import APP, SETTINGS, Report
from tests.faults.served import served
from tests.faults.stream import Stream

OUTAGE = 3.0  # s


class RefusingHub:
    """The SignalR stand-in, which can be told to refuse what functions send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.refuses = False
        self.refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 503 to the data plane, or passes on."""
        if self.refuses and scope["path"].startswith("/api/hubs/"):
            self.refused += 1
            await Response(status_code=503)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


@pytest.fixture(scope="module")
def stack_and_hub() -> Iterator[tuple[Stack, RefusingHub]]:
    """A stack whose app uses the refusing hub."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        through: dict[Literal["storage", "signalr"], str] = {"signalr": url}
        with product_stack(app=APP, site=None, settings=SETTINGS, through=through) as stack:
            key = SignalRConnection.parse(stack.signalr).access_key
            hub = RefusingHub(SignalRService(SignalRConnection(url, key)).asgi())
            with served(hub, listener):
                yield stack, hub


def test_refused_readings_are_lost_and_the_call_goes_on(
    stack_and_hub: tuple[Stack, RefusingHub], frames: int, report: Report
) -> None:
    """Messages that the hub refuses are never sent again; their frames are still deleted."""
    stack, hub = stack_and_hub
    refused_before = hub.refused

    async def refuse() -> None:
        hub.refuses = True
        await asyncio.sleep(OUTAGE)
        hub.refuses = False

    account = asyncio.run(Stream(stack).run(frames, refuse, loses=True))
    report("hub refuses", account)
    assert account.endings["untold"] == hub.refused - refused_before > 0
    account.check(frames)
