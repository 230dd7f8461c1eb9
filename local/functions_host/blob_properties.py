"""`InputStream.blob_properties` and `metadata`, as the extension gives them to the worker.

The extension serializes .NET's `Azure.Storage.Blobs.Models.BlobProperties` with Newtonsoft's
defaults: enumerations are numbers, times are ISO 8601 with an offset, a value that was never set is
.NET's default, and `ETag`, a struct without public properties, is `{}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

_METADATA: Final = "x-ms-meta-"
_NEVER: Final = "0001-01-01T00:00:00+00:00"
_BLOB_TYPES: Final = {"BlockBlob": 0, "PageBlob": 1, "AppendBlob": 2}
_LEASE_STATES: Final = {"available": 0, "leased": 1, "expired": 2, "breaking": 3, "broken": 4}
_LEASE_STATUS: Final = {"locked": 0, "unlocked": 1}


def metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """The blob's metadata, from the headers of Get Blob."""
    return {
        name[len(_METADATA) :]: value
        for name, value in headers.items()
        if name.lower().startswith(_METADATA)
    }


def blob_properties(headers: Mapping[str, str]) -> dict[str, Any]:
    """The dictionary a function sees, from the headers of Get Blob (names in any case).

    It has no names that only another SDK knows; nor has it on Azure. Raises ValueError for a number
    that is none: Azurite takes 1e30 for a page blob's.
    """
    return {
        "LastModified": _time(headers.get("last-modified")),
        "CreatedOn": _time(headers.get("x-ms-creation-time")),
        "Metadata": metadata(headers),
        "ObjectReplicationDestinationPolicyId": None,
        "ObjectReplicationSourceProperties": None,
        "BlobType": _BLOB_TYPES.get(headers.get("x-ms-blob-type", ""), 0),
        "CopyCompletedOn": _NEVER,
        "CopyStatusDescription": None,
        "CopyId": None,
        "CopyProgress": None,
        "CopySource": None,
        "CopyStatus": 0,
        "BlobCopyStatus": None,
        "IsIncrementalCopy": False,
        "DestinationSnapshot": None,
        "LeaseDuration": 0,
        "LeaseState": _LEASE_STATES.get(headers.get("x-ms-lease-state", ""), 0),
        "LeaseStatus": _LEASE_STATUS.get(headers.get("x-ms-lease-status", ""), 1),
        "ContentLength": int(headers.get("content-length", "0")),
        "ContentType": headers.get("content-type"),
        "ETag": {},
        "ContentHash": headers.get("content-md5"),
        "ContentEncoding": headers.get("content-encoding"),
        "ContentDisposition": headers.get("content-disposition"),
        "ContentLanguage": headers.get("content-language"),
        "CacheControl": headers.get("cache-control"),
        "BlobSequenceNumber": int(headers.get("x-ms-blob-sequence-number", "0")),
        "AcceptRanges": "bytes",
        "BlobCommittedBlockCount": int(headers.get("x-ms-blob-committed-block-count", "0")),
        "IsServerEncrypted": headers.get("x-ms-server-encrypted") == "true",
        "EncryptionKeySha256": None,
        "EncryptionScope": headers.get("x-ms-encryption-scope"),
        "AccessTier": headers.get("x-ms-access-tier", "Hot"),
        "AccessTierInferred": headers.get("x-ms-access-tier-inferred", "true") == "true",
        "ArchiveStatus": None,
        "AccessTierChangedOn": _NEVER,
        "VersionId": None,
        "IsLatestVersion": False,
        "TagCount": int(headers.get("x-ms-tag-count", "0")),
        "ExpiresOn": _NEVER,
        "IsSealed": False,
        "RehydratePriority": None,
        "LastAccessed": _NEVER,
        "ImmutabilityPolicy": {"ExpiresOn": None, "PolicyMode": None},
        "HasLegalHold": False,
    }


def _time(text: str | None) -> str:
    """An HTTP date as .NET writes it."""
    return _NEVER if text is None else parsedate_to_datetime(text).isoformat()
