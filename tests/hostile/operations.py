"""Every operation of the Blob REST API that names a blob, as sent with an upload ticket.

https://learn.microsoft.com/rest/api/storageservices/operations-on-blobs
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests

from tests.waiting import PATIENCE

VERSION = "2024-08-04"
_KEY = b"k" * 32
_BLOCK = base64.b64encode(b"block-1").decode()
_BLOCK_LIST = f"<BlockList><Latest>{_BLOCK}</Latest></BlockList>".encode()
_TAGS = b"<Tags><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tags>"


@dataclass(frozen=True)
class Operation:
    """One request; `{source}` in a header is another blob's address, which anybody may read."""

    method: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: str = ""  # the operation that must have come before

    def send(self, url: str, source: str) -> int:
        """Send it with this upload ticket; answers the status."""
        headers = {name: value.format(source=source) for name, value in self.headers.items()}
        address = url.replace("?", f"?{self.query}&", 1) if self.query else url
        return requests.request(
            self.method,
            address,
            data=self.body,
            headers={"x-ms-version": VERSION, **headers},
            timeout=PATIENCE,
        ).status_code


def operations(image: bytes) -> dict[str, Operation]:
    """Each by name; `image` is what an honest page uploads."""
    block = {"x-ms-blob-type": "BlockBlob"}
    page = {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": str(1 << 30)}
    key = {
        "x-ms-encryption-key": base64.b64encode(_KEY).decode(),
        "x-ms-encryption-key-sha256": base64.b64encode(hashlib.sha256(_KEY).digest()).decode(),
        "x-ms-encryption-algorithm": "AES256",
    }
    lease = {"x-ms-lease-duration": "-1", "x-ms-lease-action": "acquire"}
    hold = {"x-ms-legal-hold": "true"}
    until = {
        "x-ms-immutability-policy-until-date": "Fri, 01 Jan 2100 00:00:00 GMT",
        "x-ms-immutability-policy-mode": "unlocked",
    }
    copied = {"x-ms-copy-source": "{source}"}
    return {
        "Put Blob": Operation("PUT", headers=block, body=image),
        "Put Blob, empty": Operation("PUT", headers=block),
        "Put Blob, over it": Operation("PUT", headers=block, body=image, after="Put Blob"),
        "Put Blob, encoding": Operation(
            "PUT",
            headers=block | {"x-ms-blob-content-encoding": "gzip"},
            body=gzip.compress(b"\0" * 50_000_000),
        ),
        "Put Blob, another type": Operation(
            "PUT", headers=block | {"x-ms-blob-content-type": "text/html"}, body=image
        ),
        "Put Blob, much metadata": Operation(
            "PUT", headers=block | {f"x-ms-meta-a{n}": "x" * 500 for n in range(12)}, body=image
        ),
        "Put Blob, archived": Operation(
            "PUT", headers=block | {"x-ms-access-tier": "Archive"}, body=image
        ),
        "Put Blob, cool": Operation(
            "PUT", headers=block | {"x-ms-access-tier": "Cool"}, body=image
        ),
        "Put Blob, its own key": Operation("PUT", headers=block | key, body=image),
        "Put Blob, tags": Operation("PUT", headers=block | {"x-ms-tags": "a=b"}, body=image),
        "Put Blob, legal hold": Operation("PUT", headers=block | hold, body=image),
        "Put Blob, immutable": Operation("PUT", headers=block | until, body=image),
        "Put Blob, append": Operation("PUT", headers={"x-ms-blob-type": "AppendBlob"}),
        "Put Blob, page": Operation("PUT", headers=page),
        "Put Blob From URL": Operation("PUT", headers=block | copied),
        "Append Block": Operation("PUT", "comp=appendblock", body=image, after="Put Blob, append"),
        "Put Page": Operation(
            "PUT",
            "comp=page",
            {"x-ms-page-write": "update", "x-ms-range": "bytes=0-511"},
            b"x" * 512,
            after="Put Blob, page",
        ),
        "Put Block": Operation("PUT", f"comp=block&blockid={_BLOCK}", body=image),
        "Put Block From URL": Operation("PUT", f"comp=block&blockid={_BLOCK}", copied),
        "Put Block List": Operation("PUT", "comp=blocklist", body=_BLOCK_LIST, after="Put Block"),
        "Put Block List, of none": Operation(
            "PUT", "comp=blocklist", body=b"<BlockList></BlockList>"
        ),
        "Snapshot Blob": Operation("PUT", "comp=snapshot", after="Put Blob"),
        "Snapshot Blob, append": Operation("PUT", "comp=snapshot", after="Put Blob, append"),
        "Copy Blob": Operation("PUT", headers=copied),
        "Copy Blob, archived": Operation("PUT", headers=copied | {"x-ms-access-tier": "Archive"}),
        "Copy Blob, from nowhere": Operation(
            "PUT", headers={"x-ms-copy-source": "http://127.0.0.1:9/slow"}
        ),
        "Copy Blob From URL": Operation("PUT", headers=copied | {"x-ms-requires-sync": "true"}),
        "Incremental Copy Blob": Operation("PUT", "comp=incrementalcopy", copied),
        "Abort Copy Blob": Operation(
            "PUT", "comp=copy&copyid=1", {"x-ms-copy-action": "abort"}, after="Copy Blob"
        ),
        "Lease Blob": Operation("PUT", "comp=lease", lease, after="Put Blob"),
        "Set Blob Metadata": Operation("PUT", "comp=metadata", after="Put Blob"),
        "Set Blob Properties": Operation("PUT", "comp=properties", after="Put Blob"),
        "Set Blob Tags": Operation("PUT", "comp=tags", body=_TAGS, after="Put Blob"),
        "Set Blob Tier": Operation(
            "PUT", "comp=tier", {"x-ms-access-tier": "Archive"}, after="Put Blob"
        ),
        "Set Blob Expiry": Operation(
            "PUT", "comp=expiry", {"x-ms-expiry-option": "NeverExpire"}, after="Put Blob"
        ),
        "Set Blob Legal Hold": Operation("PUT", "comp=legalhold", hold, after="Put Blob"),
        "Set Blob Immutability Policy": Operation(
            "PUT", "comp=immutabilityPolicies", until, after="Put Blob"
        ),
        "Undelete Blob": Operation("PUT", "comp=undelete", after="Put Blob"),
        "Get Blob": Operation("GET", after="Put Blob"),
        "Get Blob Properties": Operation("HEAD", after="Put Blob"),
        "Get Blob Tags": Operation("GET", "comp=tags", after="Put Blob"),
        "Get Block List": Operation("GET", "comp=blocklist", after="Put Blob"),
        "Get Page Ranges": Operation("GET", "comp=pagelist", after="Put Blob, page"),
        "Query Blob Contents": Operation("POST", "comp=query", after="Put Blob"),
        "Delete Blob": Operation("DELETE", after="Put Blob"),
    }
