"""Many SignalR clients in one room, and one reading to all of them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Final

import httpx
from websockets.asyncio.client import ClientConnection

from bench.latency import camera_frame, percentile
from bench.participant import Participant, keep_alive, open_hub
from local.signalr.access import SignalRConnection, segment
from local.stack import Stack

_HUB: Final = "call"
_AT_ONCE: Final = 50
_TIMEOUT: Final = 60  # s


async def measure(stack: Stack, clients: int) -> dict[str, float]:
    """Connect `clients` SignalR clients to one room and send one reading to all of them.

    Returns:
        Milliseconds from the reading to the median, the 99th percentile and the last client, and
        from the upload to the last; `connect_s` is the time to connect all.

    Raises:
        httpx.HTTPError, ConnectionError: a request or a connection failed.
        TimeoutError: a client got no reading within a minute.
    """
    service = SignalRConnection.parse(stack.signalr)
    turns = asyncio.Semaphore(_AT_ONCE)
    limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
    async with (
        httpx.AsyncClient(timeout=_TIMEOUT, limits=limits, trust_env=False) as http,
        contextlib.AsyncExitStack() as exits,
    ):
        created = await http.post(f"{stack.url}/api/rooms", json={})
        created.raise_for_status()
        room = created.json()["room"]

        async def listen(number: int) -> ClientConnection:
            user = f"listener-{number}"
            path = f"/api/hubs/{_HUB}/users/{segment(user)}/groups/{segment(room)}"
            async with turns:
                url = f"{service.endpoint}{path}"
                headers = {"Authorization": f"Bearer {service.server_token(url)}"}
                (await http.put(url, headers=headers)).raise_for_status()
                socket = await open_hub(
                    http, service.client_url(_HUB), service.client_token(_HUB, user)
                )
            pinging = asyncio.create_task(keep_alive(socket))
            exits.callback(pinging.cancel)
            return await exits.enter_async_context(socket)

        began = time.monotonic()
        sockets = await asyncio.gather(*(listen(number) for number in range(clients)))
        connected = time.monotonic() - began
        async with Participant(http, stack.url, room, "Ada") as ada:
            await ada.prepare()
            hearing = [asyncio.create_task(_reading(socket)) for socket in sockets]
            uploading = time.time()
            await ada.upload(camera_frame())
            async with asyncio.timeout(_TIMEOUT):
                heard = await asyncio.gather(*hearing)
        read_at = heard[0][0]
    times = [(at - read_at) * 1000 for _, at in heard]
    return {
        "clients": clients,
        "told": len(times),
        "connect_s": round(connected, 1),
        "reading_to_median_ms": percentile(times, 0.5),
        "reading_to_p99_ms": percentile(times, 0.99),
        "reading_to_all_ms": round(max(times), 1),
        "upload_to_all_ms": round((max(at for _, at in heard) - uploading) * 1000, 1),
    }


async def _reading(socket: ClientConnection) -> tuple[float, float]:
    """When the first reading was read, and when it came (s)."""
    async for data in socket:
        at = time.time()
        text = str(data)
        if '"target":"reading"' in text:
            return int(text.partition('"readAt":')[2].partition(",")[0]) / 1000, at
    raise ConnectionError("closed before the reading came")
