"""Reading one blob for a trigger, fast.

The account's key and address come from the SDK, which also signs; the GET itself goes straight over
a connection pool, because the SDK's own download spends about 4 ms of Python on each blob, more
than the rest of the way from an upload to its function's call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import quote

import urllib3
from azure.storage.blob import BlobServiceClient, ContainerSasPermissions, generate_container_sas
from urllib3.exceptions import HTTPError

from local.functions_host.signatures import Signatures

SAS_SECONDS: Final = 3600
_TIMEOUT: Final = urllib3.Timeout(connect=5.0, read=30.0)
# One retry, because a kept connection may be closed; the trigger handles real failures.
_RETRY: Final = urllib3.Retry(total=1, connect=0, read=1, redirect=0, status=0, other=0)


class DownloadError(Exception):
    """The storage did not send the blob; the text never holds the signed address."""


class BlobAddress(NamedTuple):
    """A blob in a storage account."""

    container: str
    name: str


@dataclass(frozen=True)
class Blob:
    """A blob's bytes, its unsigned address and the storage's answer headers (names in any case)."""

    data: bytes
    uri: str
    headers: Mapping[str, str]


class BlobAccount:
    """Reads blobs of the account a connection string names. Safe to use from several threads."""

    def __init__(self, connection_string: str, connections: int) -> None:
        """Raises ValueError for a connection string without an account key."""
        client = BlobServiceClient.from_connection_string(connection_string)
        self._name = str(client.account_name)
        self._key = getattr(client.credential, "account_key", None)
        if self._key is None:
            raise ValueError("the storage connection string needs AccountKey=…")
        self._url = client.url.rstrip("/")
        self._pool = urllib3.PoolManager(maxsize=connections, retries=_RETRY, timeout=_TIMEOUT)
        self._signatures = Signatures(SAS_SECONDS)

    def read(self, address: BlobAddress) -> Blob | None:
        """The blob, or None if it was deleted. Raises DownloadError."""
        uri = f"{self._url}/{address.container}/{quote(address.name)}"
        signature = self._signatures.get(address.container, partial(self._sign, address.container))
        try:
            answer = self._pool.request(
                "GET",
                f"{uri}?{signature}",
                decode_content=False,  # a blob with an encoding is passed on without unpacking
            )
        except HTTPError as error:
            raise DownloadError(f"the storage does not answer: {type(error).__name__}") from None
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise DownloadError(f"the storage answered {answer.status}")
        return Blob(answer.data, uri, answer.headers)

    def _sign(self, container: str) -> str:
        now = datetime.now(UTC)
        return generate_container_sas(
            self._name,
            container,
            account_key=self._key,
            permission=ContainerSasPermissions(read=True),
            start=now - timedelta(minutes=5),
            expiry=now + timedelta(seconds=SAS_SECONDS),
        )
