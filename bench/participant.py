"""A synthetic participant: the page's protocol without a browser.

Joins over HTTP, listens with the SignalR JSON protocol
(https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md), and uploads
frames with SAS tickets. Like the page it keeps its connection to the hub up without end, and
announces itself after each interruption.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit, urlunsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

SETTLE_SECONDS: Final = 5.0
"""After so long without an answer the page gives a frame up and takes the next."""
_RECORD_END = "\x1e"
_INVOCATION = 1
_PING = json.dumps({"type": 6}) + _RECORD_END
_PING_SECONDS = 15.0
_TICKETS = 8  # as many as one request gives
_RETRY_DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)  # s; the last one for ever after
_ENDINGS = ("reading", "unread")
_READING: Final = {
    "mode": "open",
    "age": 20,
    "faces": [
        {
            "box": {"x": 0.3, "y": 0.2, "width": 0.3, "height": 0.5},
            "scores": {
                **dict.fromkeys(("anger", "contempt", "disgust", "fear"), 0.02),
                **{"happiness": 0.8, "neutral": 0.08, "sadness": 0.02, "surprise": 0.02},
            },
            "unsure": False,
        }
    ],
}


@dataclass(frozen=True)
class Ending:
    """How one frame ended: `reading` or `unread`, its payload, and when it was received (s)."""

    target: str
    payload: dict[str, Any]
    received_at: float


class Participant:
    """One person in a room; use as an async context manager."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        api: str,
        room: str,
        name: str,
        *,
        hears: Callable[[Ending], None] = lambda _: None,
        device: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Takes where to join.

        Args:
            http: shared between participants.
            api: the functions' base URL.
            room: its id.
            name: what the others see.
            device: whether the person's own device reads: scores are sent in place of frames.
            hears: is called at the end of each frame of the room, also of others' frames.
            clock: the person's own clock (s).
        """
        self._http = http
        self._base = f"{api}/api/rooms/{room}"
        self._name = name
        self._hears = hears
        self._device = device
        self._early: dict[str, Ending] = {}
        self._clock = clock
        self._tickets: list[dict[str, Any]] = []
        self._last_frame = ""
        self._awaited: dict[str, asyncio.Future[Ending]] = {}
        self._headers: dict[str, str] = {}
        self._connected = asyncio.Event()
        self.participant = ""

    async def __aenter__(self) -> Self:
        joined = await self._post("participants", {"name": self._name, "consent": True})
        self.participant = joined["participant"]
        self._headers = {"authorization": f"Bearer {joined['ticket']}"}
        self._listener = asyncio.create_task(self._stay_connected())
        await asyncio.wait(
            {self._listener, waiting := asyncio.create_task(self._connected.wait())},
            return_when=asyncio.FIRST_COMPLETED,
        )
        waiting.cancel()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)
        response = await self._http.delete(
            f"{self._base}/participants/{self.participant}", headers=self._headers
        )
        response.raise_for_status()

    async def connected(self) -> None:
        """Wait until the hub's messages come, perhaps again."""
        await self._connected.wait()

    async def heartbeat(self) -> None:
        """A sign of life, which the page gives every 15 seconds."""
        await self._post("heartbeat")

    async def prepare(self) -> str:
        """Hold a ticket for the next frame, as the page does ahead of time; answers its number."""
        if self._device:
            return ""  # the functions give the number with the answer
        while not self._tickets:
            answer = await self._post("upload-tickets", {"count": _TICKETS})
            self._tickets = [u for u in answer["uploads"] if u["frame"] > self._last_frame]
            if not self._tickets:
                await asyncio.sleep(0.02)  # every slot up to now is used
        frame: str = self._tickets[0]["frame"]
        return frame

    async def upload(self, image: bytes) -> tuple[str, float]:
        """Upload a frame; answers its number and when the storage had it (s).

        Where the device reads, it tells scores, and the functions had them.

        Raises:
            httpx.HTTPError: no answer came, or the storage or the functions refused.
        """
        if self._device:
            return await self._tell(), time.time()
        frame = await self.prepare()
        ticket = self._tickets.pop(0)
        self._last_frame = frame
        self._awaited[frame] = asyncio.get_running_loop().create_future()
        try:
            response = await self._http.put(
                ticket["url"],
                content=image,
                headers={
                    "content-type": "image/jpeg",
                    "x-ms-blob-type": "BlockBlob",
                    "x-ms-meta-capturedat": str(int(self._clock() * 1000)),
                },
            )
            response.raise_for_status()
        except httpx.HTTPError:
            del self._awaited[frame]
            raise
        return frame, time.time()

    async def _tell(self) -> str:
        self._early.clear()
        answer = await self._post("readings", _READING)
        frame: str = answer["frame"]
        self._awaited[frame] = awaited = asyncio.get_running_loop().create_future()
        if frame in self._early:  # the hub was quicker than the answer
            awaited.set_result(self._early[frame])
        return frame

    async def ending(self, frame: str, patience: float = SETTLE_SECONDS) -> Ending:
        """Wait for the frame's reading, or for why there is none.

        Raises:
            TimeoutError: nothing came in time.
        """
        try:
            async with asyncio.timeout(patience):
                return await self._awaited[frame]
        finally:
            del self._awaited[frame]

    async def _post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        response = await self._http.post(
            f"{self._base}/{path}", json=body or {}, headers=self._headers
        )
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    async def _stay_connected(self) -> None:
        attempt = 0
        while True:
            self._connected.clear()
            await asyncio.sleep(_RETRY_DELAYS[min(attempt, len(_RETRY_DELAYS) - 1)])
            attempt += 1
            with contextlib.suppress(httpx.HTTPError, WebSocketException, OSError, EOFError):
                async with await self._open_hub() as socket:
                    await self._post("presence")
                    self._connected.set()
                    attempt = 0
                    pings = asyncio.create_task(keep_alive(socket))
                    try:
                        await self._listen(socket)
                    finally:
                        pings.cancel()

    async def _open_hub(self) -> ClientConnection:
        info = await self._post(f"participants/{self.participant}/negotiate")
        return await open_hub(self._http, info["url"], info["accessToken"])

    async def _listen(self, socket: ClientConnection) -> None:
        async for data in socket:
            received_at = time.time()
            for record in str(data).split(_RECORD_END)[:-1]:
                message = json.loads(record)
                if message.get("type") == _INVOCATION and message["target"] in _ENDINGS:
                    (payload,) = message["arguments"]
                    self._note(Ending(message["target"], payload, received_at))

    def _note(self, ending: Ending) -> None:
        self._hears(ending)
        awaited = self._awaited.get(ending.payload.get("frame", ""))
        mine = ending.payload.get("participant") == self.participant
        if mine and awaited and not awaited.done():
            awaited.set_result(ending)
        elif mine and self._device:
            self._early[ending.payload["frame"]] = ending


async def open_hub(http: httpx.AsyncClient, url: str, token: str) -> ClientConnection:
    """A WebSocket to the hub at `url`, negotiated, after the handshake of SignalR's JSON protocol.

    https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/TransportProtocols.md

    Raises:
        httpx.HTTPError: the negotiation was refused or not answered.
        websockets.exceptions.WebSocketException, OSError: the connection failed.
    """
    parts = urlsplit(url)
    negotiated = await http.post(
        urlunsplit(
            parts._replace(path="/client/negotiate", query=f"{parts.query}&negotiateVersion=1")
        ),
        headers={"authorization": f"Bearer {token}"},
    )
    negotiated.raise_for_status()
    connection = negotiated.json()
    identity = connection.get("connectionToken") or connection["connectionId"]
    query = f"{parts.query}&id={identity}&access_token={token}"
    address = parts._replace(scheme=parts.scheme.replace("http", "ws"), query=query)
    socket = await connect(
        urlunsplit(address), proxy=None, compression=None, ping_interval=None, max_queue=None
    )
    await socket.send(json.dumps({"protocol": "json", "version": 1}) + _RECORD_END)
    await socket.recv()
    return socket


async def keep_alive(socket: ClientConnection) -> None:
    """Ping as clients do; the service closes a connection that is silent for 30 seconds."""
    with contextlib.suppress(WebSocketException):
        while True:
            await asyncio.sleep(_PING_SECONDS)
            await socket.send(_PING)
