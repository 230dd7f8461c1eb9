"""The floor of `bench.latency`: the same reader behind one plain HTTP POST, nothing else."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.reader.embedded import EmbeddedReader


def create_app() -> Starlette:
    """An app whose `POST /` answers the faces of the JPEG in its body."""
    reader = EmbeddedReader()

    async def read(request: Request) -> Response:
        faces = await run_in_threadpool(reader.read, await request.body())
        return JSONResponse([face.to_json() for face in faces])

    return Starlette(routes=[Route("/", read, methods=["POST"])])


def main() -> None:
    """Serve on a free port of the loopback, printing the URL, until ended."""
    # With the protocol named, asyncio sends small answers at once; otherwise they wait for 40 ms.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(create_app(), log_level="warning", access_log=False)
    asyncio.run(uvicorn.Server(config).serve([listener]))


if __name__ == "__main__":
    main()
