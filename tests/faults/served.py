"""An ASGI app served on this machine while a test runs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def served(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """Serves `app` to who connects to `listener`, from a thread of its own."""
    config = uvicorn.Config(app, ws="websockets-sansio", ws_ping_interval=None, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        server.force_exit = True  # pages may hold their connections
        thread.join(10)
