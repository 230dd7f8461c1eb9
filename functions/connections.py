"""Connections to the storage: one for each thread that may use it."""

from __future__ import annotations

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter


def transport(connections: int) -> RequestsTransport:
    """A transport that keeps so many connections; the SDK's own keeps ten and logs each further."""
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=connections))
    return RequestsTransport(session=session)
