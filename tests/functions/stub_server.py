"""A stub of another service: a real HTTP server on this machine."""

from __future__ import annotations

import io
import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

PAUSE = 0.02
"""Seconds between two bytes of an answer that drips."""


@dataclass(frozen=True)
class Request:
    """What a caller sent; headers by lower-case name."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Response:
    """A service's answer.

    `truncated` ends the connection in the middle of the body; `drips` sends each byte by itself,
    header and body, `PAUSE` after the one before.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    truncated: bool = False
    drips: bool = False

    @classmethod
    def json(cls, body: Any, status: int = 200, **headers: str) -> Response:
        """An answer in JSON; an underscore in a header's name stands for a hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(status, json.dumps(body).encode(), {"Content-Type": "application/json"} | named)


class _Server(ThreadingHTTPServer):
    """Takes many connections at once: of more than five the system would keep some waiting."""

    request_queue_size = 128


class _Dripping(io.BytesIO):
    """Writes each byte by itself."""

    def __init__(self, whole: io.BufferedIOBase) -> None:
        super().__init__()
        self._whole = whole

    def write(self, data: Any) -> int:
        """Write the bytes, one after the other."""
        for byte in bytes(data):
            time.sleep(PAUSE)
            self._whole.write(bytes([byte]))
            self._whole.flush()
        return len(data)


class StubServer:
    """Answers each request with the result of `respond`, and keeps the requests.

    A context manager; with `tls`, an `ssl.SSLContext`, it speaks HTTPS.
    """

    def __init__(
        self, respond: Callable[[Request], Response], tls: ssl.SSLContext | None = None
    ) -> None:
        self.respond = respond
        self.requests: list[Request] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            """Passes a request on to the stub."""

            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                """Ignore callers that have disconnected."""
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

            def do_POST(self) -> None:
                """Answer with the test's response."""
                url = urlsplit(self.path)
                length = int(self.headers.get("Content-Length", 0))
                request = Request(
                    self.command,
                    url.path,
                    dict(parse_qsl(url.query)),
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length),
                )
                stub.requests.append(request)
                response = stub.respond(request)
                if response.drips:
                    self.wfile = _Dripping(self.wfile)
                self.send_response(response.status)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(response.body)))
                self.end_headers()
                if self.command == "HEAD":
                    return
                if response.truncated:
                    self.wfile.write(response.body[: len(response.body) // 2])
                    self.close_connection = True
                else:
                    self.wfile.write(response.body)

            do_GET = do_HEAD = do_PUT = do_DELETE = do_POST  # noqa: N815 - names the base class calls

            def log_message(self, format: str, *args: Any) -> None:
                """Log nothing, because the test sees the requests."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
