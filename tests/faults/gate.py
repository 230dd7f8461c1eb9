"""A TCP gate in front of a local service: while it is shut, clients see an outage."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from local.ports import free_port


class Gate:
    """Passes bytes to `upstream` while it is open; shut, it drops and refuses every connection."""

    def __init__(self) -> None:
        self._upstream: tuple[str, int] | None = None
        # Not one of the system's choice: an outgoing connection could take it while it is shut.
        self._port = free_port()
        self._listener = self._listen(self._port)
        self._is_shut = False
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"http://127.0.0.1:{self._port}"

    def lead_to(self, upstream: tuple[str, int]) -> None:
        """Set host and port of the service, and open the gate for the first time."""
        self._upstream = upstream
        self._accept_from(self._listener)

    def shut(self) -> None:
        """End every connection, and refuse new ones."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        self._listener.close()
        with self._lock:
            self._is_shut = True
            ending, self._sockets = self._sockets, set()
        for one in ending:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        """Let connections in again."""
        self._listener = self._listen(self._port)
        self._is_shut = False
        self._accept_from(self._listener)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Shut for good."""
        self.shut()

    @staticmethod
    def _listen(port: int) -> socket.socket:
        return socket.create_server(("127.0.0.1", port), backlog=256)

    def _accept_from(self, listener: socket.socket) -> None:
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        assert self._upstream
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                try:
                    server = socket.create_connection(self._upstream, timeout=10)
                except OSError:
                    client.close()
                    continue
                server.settimeout(None)
                with self._lock:
                    if not self._is_shut:
                        self._sockets |= {client, server}
                if self._is_shut:  # since it was accepted
                    client.close()
                    server.close()
                    continue
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._sockets -= {source, sink}
        source.close()
