"""Connection strings, as the portal shows them: whether storage and SignalR would accept one."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

from azure.storage.blob import BlobServiceClient


def is_storage(connection_string: str) -> bool:
    """Whether the storage SDK accepts it, and its key is base64."""
    try:
        BlobServiceClient.from_connection_string(connection_string)
        base64.b64decode(_parts(connection_string).get("accountkey", ""), validate=True)
    except ValueError:
        return False
    return True


def is_signalr(connection_string: str) -> bool:
    """Whether it is `Endpoint=https://…;AccessKey=…;…`, or has `AuthType=…` for an identity.

    https://learn.microsoft.com/azure/azure-signalr/concept-connection-string
    """
    parts = _parts(connection_string)
    endpoint = urlsplit(parts.get("endpoint", ""))
    return bool(
        endpoint.scheme in ("http", "https")
        and endpoint.hostname
        and (parts.get("accesskey") or parts.get("authtype"))
    )


def _parts(connection_string: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in connection_string.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
