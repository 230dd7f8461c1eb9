"""``InputStream.blob_properties``: the blob's properties as the extension's JSON gives them to the worker.

The extension serializes .NET's ``Azure.Storage.Blobs.Models.BlobProperties`` with Newtonsoft's defaults:
enumerations are numbers, times are ISO 8601 with an offset, what was never set is .NET's default, and
``ETag``, a struct without public properties, is ``{}``.
"""

from base64 import b64encode
from datetime import datetime
from typing import Any, Final

from azure.storage.blob import BlobProperties

_NEVER: Final = "0001-01-01T00:00:00+00:00"
_BLOB_TYPES: Final = {"BlockBlob": 0, "PageBlob": 1, "AppendBlob": 2}
_LEASE_STATES: Final = {"available": 0, "leased": 1, "expired": 2, "breaking": 3, "broken": 4}
_LEASE_STATUS: Final = {"locked": 0, "unlocked": 1}


def blob_properties(properties: BlobProperties) -> dict[str, Any]:
    """The dictionary a function sees; a key of another SDK's is not there on Azure either."""
    content = properties.content_settings
    md5 = content.content_md5
    return {
        "LastModified": _time(properties.last_modified),
        "CreatedOn": _time(properties.creation_time),
        "Metadata": dict(properties.metadata or {}),
        "ObjectReplicationDestinationPolicyId": None,
        "ObjectReplicationSourceProperties": None,
        "BlobType": _BLOB_TYPES.get(_word(properties.blob_type), 0),
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
        "LeaseState": _LEASE_STATES.get(_word(properties.lease.state), 0),
        "LeaseStatus": _LEASE_STATUS.get(_word(properties.lease.status), 1),
        "ContentLength": properties.size,
        "ContentType": content.content_type,
        "ETag": {},
        "ContentHash": b64encode(bytes(md5)).decode() if md5 else None,
        "ContentEncoding": content.content_encoding,
        "ContentDisposition": content.content_disposition,
        "ContentLanguage": content.content_language,
        "CacheControl": content.cache_control,
        "BlobSequenceNumber": 0,
        "AcceptRanges": "bytes",
        "BlobCommittedBlockCount": 0,
        "IsServerEncrypted": bool(properties.server_encrypted),
        "EncryptionKeySha256": None,
        "EncryptionScope": properties.encryption_scope,
        "AccessTier": _word(properties.blob_tier) or None,
        "AccessTierInferred": bool(properties.blob_tier_inferred),
        "ArchiveStatus": None,
        "AccessTierChangedOn": _NEVER,
        "VersionId": None,
        "IsLatestVersion": False,
        "TagCount": 0,
        "ExpiresOn": _NEVER,
        "IsSealed": False,
        "RehydratePriority": None,
        "LastAccessed": _NEVER,
        "ImmutabilityPolicy": {"ExpiresOn": None, "PolicyMode": None},
        "HasLegalHold": False,
    }


def _time(time: datetime | None) -> str:
    return _NEVER if time is None else time.isoformat()


def _word(value: object) -> str:
    return "" if value is None else str(getattr(value, "value", value))
