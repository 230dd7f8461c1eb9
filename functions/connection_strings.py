"""Connection strings and addresses: whether SDKs, SignalR or browsers would accept one."""

from __future__ import annotations

import base64
import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+")  # a name or an address


def is_address(url: str) -> bool:
    """Whether it is `http://HOST` or `https://HOST`, perhaps with a port and a path."""
    try:
        parts = urlsplit(url)
        found = _HOST.fullmatch(parts.hostname or "") and parts.port != 0
    except ValueError:  # half an IPv6 address, or a port that none is
        return False
    plain = not (parts.query or parts.fragment or "@" in parts.netloc or re.search(r"\s", url))
    return bool(found and plain and parts.scheme in ("http", "https"))


def is_storage(connection_string: str) -> bool:
    """Whether the storage SDK accepts it, with an account's name and a key that is base64.

    A connection string with a shared access signature has no key, which signs upload tickets.
    """
    # Here, because a deployment checks its values without the app's packages.
    from azure.storage.blob import BlobServiceClient  # noqa: PLC0415

    try:
        client = BlobServiceClient.from_connection_string(connection_string)
        key = getattr(client.credential, "account_key", "")
        base64.b64decode(key, validate=True)
    except ValueError:
        return False
    return bool(key and client.account_name and is_address(client.url))


def is_signalr(connection_string: str) -> bool:
    """Whether it is `Endpoint=https://…;AccessKey=…;…`, or has `AuthType=…` for an identity.

    https://learn.microsoft.com/azure/azure-signalr/concept-connection-string
    """
    parts = _parts(connection_string)
    return bool(
        is_address(parts.get("endpoint", "")) and (parts.get("accesskey") or parts.get("authtype"))
    )


def is_turn(url: str) -> bool:
    """Whether it is a TURN server's address (RFC 7065)."""
    found = re.fullmatch(r"turns?:([^/?]*[^/?:])(\?transport=(udp|tcp))?", url)
    return bool(found and is_address(f"http://{found[1]}"))


def is_ice_server(server: object) -> bool:
    """Whether a browser would accept it as an `RTCIceServer`; for one it refuses, no call begins.

    https://www.w3.org/TR/webrtc/#dom-rtciceserver
    """
    if not isinstance(server, dict):
        return False
    values = dict(server)
    urls = values.pop("urls", None)
    urls = urls if isinstance(urls, list) else [urls]
    if not urls or not all(isinstance(value, str) for value in (*urls, *values.values())):
        return False
    with_key = {"username", "credential"} <= set(values)
    return all(_is_stun(url) or (is_turn(url) and with_key) for url in urls)


def _is_stun(url: str) -> bool:
    found = re.fullmatch(r"stuns?:([^/?]*[^/?:])", url)  # RFC 7064
    return bool(found and is_address(f"http://{found[1]}"))


def _parts(connection_string: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in connection_string.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
