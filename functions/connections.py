"""Connections to the storage: one for each thread that may use it."""

from __future__ import annotations

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter


def transport(connections: int, *, connect: float, read: float) -> RequestsTransport:
    """A transport that keeps so many connections; the SDK's own keeps ten and logs each further.

    It takes only the storage's own answers; for any other the SDK raises AzureError.

    Args:
        connections: how many it keeps.
        connect: seconds to connect. The SDK's options do not reach a transport it is given.
        read: seconds between two bytes of an answer, likewise.
    """
    session = requests.Session()
    session.hooks["response"].append(_require_the_storages)
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=connections))
    return RequestsTransport(session=session, connection_timeout=connect, read_timeout=read)


def _require_the_storages(response: requests.Response, **_: object) -> None:
    """A proxy's page may say 200 or 404 of a blob; each answer of the storage has a request id.

    https://learn.microsoft.com/rest/api/storageservices/common-rest-api-response-headers
    """
    if "x-ms-request-id" not in response.headers:
        response.close()
        raise requests.RequestException("an answer that is not the storage's")
