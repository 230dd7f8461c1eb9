"""A synthetic participant: the page's protocol without a browser.

Joins over HTTP, listens with the SignalR JSON protocol
(https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md),
and uploads frames with SAS tickets.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect

_RECORD_END = "\x1e"
_INVOCATION = 1
_TIMEOUT = 10  # s
_TICKETS = 8  # as many as one request gives


@dataclass(frozen=True)
class Ending:
    """How one frame ended: `reading` or `unread`, its payload, and when it was received (s)."""

    target: str
    payload: dict[str, Any]
    received_at: float


class Participant:
    """One person in a room; use as an async context manager."""

    def __init__(self, http: httpx.AsyncClient, api: str, room: str, name: str) -> None:
        self._http = http
        self._base = f"{api}/api/rooms/{room}"
        self._name = name
        self._tickets: list[dict[str, Any]] = []
        self._last_frame = ""
        self._endings: dict[str, asyncio.Future[Ending]] = {}
        self.participant = ""

    async def __aenter__(self) -> Self:
        joined = await self._post("participants", {"name": self._name, "consent": True})
        self.participant = joined["participant"]
        self._headers = {
            "authorization": f"Bearer {joined['ticket']}",
            "x-participant": self.participant,
        }
        self._socket = await self._open_hub()
        self._listener = asyncio.create_task(self._listen())
        await self._post("presence")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.cancel()
        await self._socket.close()
        response = await self._http.delete(
            f"{self._base}/participants/{self.participant}", headers=self._headers
        )
        response.raise_for_status()

    async def prepare(self) -> str:
        """Hold a ticket for the next frame, as the page does ahead of time; answers its number."""
        while not self._tickets:
            answer = await self._post("upload-tickets", {"count": _TICKETS})
            self._tickets = [u for u in answer["uploads"] if u["frame"] > self._last_frame]
            if not self._tickets:
                await asyncio.sleep(0.02)  # every slot up to now is used
        frame: str = self._tickets[0]["frame"]
        return frame

    async def upload(self, image: bytes) -> tuple[str, float]:
        """Upload a frame; answers its number and when the storage had it (s)."""
        frame = await self.prepare()
        ticket = self._tickets.pop(0)
        self._last_frame = frame
        self._endings[frame] = asyncio.get_running_loop().create_future()
        response = await self._http.put(
            ticket["url"],
            content=image,
            headers={
                "content-type": "image/jpeg",
                "x-ms-blob-type": "BlockBlob",
                "x-ms-meta-capturedat": str(int(time.time() * 1000)),
            },
        )
        response.raise_for_status()
        return frame, time.time()

    async def ending(self, frame: str) -> Ending:
        """Wait for the frame's reading, or for why there is none.

        Raises:
            TimeoutError: nothing came within ten seconds.
        """
        async with asyncio.timeout(_TIMEOUT):
            return await self._endings[frame]

    async def _post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = getattr(self, "_headers", {})
        response = await self._http.post(f"{self._base}/{path}", json=body or {}, headers=headers)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    async def _open_hub(self) -> ClientConnection:
        info = await self._post("negotiate")
        url = urlsplit(info["url"])
        negotiated = await self._http.post(
            urlunsplit(
                url._replace(path="/client/negotiate", query=f"{url.query}&negotiateVersion=1")
            ),
            headers={"authorization": f"Bearer {info['accessToken']}"},
        )
        negotiated.raise_for_status()
        connection = negotiated.json()
        identity = connection.get("connectionToken") or connection["connectionId"]
        query = f"{url.query}&id={identity}&access_token={info['accessToken']}"
        socket = await connect(
            urlunsplit(url._replace(scheme=url.scheme.replace("http", "ws"), query=query)),
            proxy=None,
        )
        await socket.send(json.dumps({"protocol": "json", "version": 1}) + _RECORD_END)
        await socket.recv()
        return socket

    async def _listen(self) -> None:
        async for data in self._socket:
            received_at = time.time()
            for record in str(data).split(_RECORD_END)[:-1]:
                message = json.loads(record)
                if message.get("type") != _INVOCATION:
                    continue
                (payload,) = message["arguments"]
                ending = self._endings.get(payload.get("frame", ""))
                mine = payload.get("participant") == self.participant
                if ending and mine and not ending.done():
                    ending.set_result(Ending(message["target"], payload, received_at))
