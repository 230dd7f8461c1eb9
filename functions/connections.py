"""Connections to other services, on which nothing waits longer than it was told to.

A timeout of `requests` counts from one byte to the next, so an answer that drips would have none.
"""

from __future__ import annotations

import functools
import http.client
import io
import socket
import time
from typing import Any, Final

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter

_PAUSE_MAX: Final = 2.0  # s; a service may ask for hours


def session(connections: int = 10) -> requests.Session:
    """A session that keeps so many connections.

    Its read timeout bounds a whole answer, header and body: after it `requests` raises as for an
    answer that never came.
    """
    bounded = requests.Session()
    for scheme in ("https://", "http://"):
        bounded.mount(scheme, _Adapter(pool_maxsize=connections))
    return bounded


def transport(
    bounded: requests.Session | None = None, *, connect: float, read: float
) -> RequestsTransport:
    """What Azure's SDKs send their requests with.

    They would pause for as long as a service asks for with `Retry-After`; here it is 2 s at most.

    Args:
        bounded: a session from `session`.
        connect: seconds to connect. The SDKs' options do not reach a transport that they are given.
        read: seconds for a whole answer, likewise.
    """
    return _Transport(session=bounded or session(), connection_timeout=connect, read_timeout=read)


def storage_transport(connections: int, *, connect: float, read: float) -> RequestsTransport:
    """A transport for the storage; the SDK's own keeps ten connections and logs each further.

    It takes only the storage's own answers; for any other the SDK raises AzureError.

    Args:
        connections: how many it keeps.
        connect: as for `transport`.
        read: as for `transport`.
    """
    bounded = session(connections)
    bounded.hooks["response"].append(_require_the_storages)
    return transport(bounded, connect=connect, read=read)


def _require_the_storages(response: requests.Response, **_: object) -> None:
    """A proxy's page may say 200 or 404 of a blob; each answer of the storage has a request id.

    https://learn.microsoft.com/rest/api/storageservices/common-rest-api-response-headers
    """
    if "x-ms-request-id" not in response.headers:
        response.close()
        raise requests.RequestException("an answer that is not the storage's")


class _Transport(RequestsTransport):  # type: ignore[misc] # the SDK names it lazily
    def sleep(self, duration: float) -> None:
        super().sleep(min(duration, _PAUSE_MAX))


class _Until(io.RawIOBase):
    """The bytes that a socket receives within its timeout, which counts from now."""

    def __init__(self, received: io.RawIOBase, sock: socket.socket, timeout: float) -> None:
        self._received = received
        self._sock = sock
        self._timeout = timeout
        self._end = time.monotonic() + timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer dripped")
        self._sock.settimeout(left)
        try:
            return self._received.readinto(buffer)
        finally:
            self._sock.settimeout(self._timeout)  # the connection is used again

    def close(self) -> None:
        self._received.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        if timeout := sock.gettimeout():  # urllib3 has set the read timeout
            self.fp = io.BufferedReader(_Until(self.fp.detach(), sock, timeout))


@functools.cache
def _bounded(kind: type) -> type:
    return type(kind.__name__, (kind,), {"response_class": _Answer})


class _Adapter(HTTPAdapter):
    def get_connection_with_tls_context(self, *arguments: Any, **named: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*arguments, **named)
        if pool.ConnectionCls.response_class is not _Answer:
            pool.ConnectionCls = _bounded(pool.ConnectionCls)
        return pool
