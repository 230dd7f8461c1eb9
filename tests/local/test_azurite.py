"""Azurite's lines show which requests created a blob."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.azurite import Creation, answered, creation

PUT = {"method": "PUT", "status": 201, "length": 5, "blobType": "BlockBlob", "etag": '"0x1"'}


def made(said: dict[str, Any]) -> Creation | None:
    """What a line of Azurite's output tells."""
    request = answered(json.dumps({"comp": None, "restype": None, **said}))
    assert request is not None
    return creation(request)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"path": "/acc/frames/a/b.jpg"}, Creation("frames", "a/b.jpg", length=5, etag="0x1")),
        ({"path": "/acc/c/a%20b%2Bc%C3%A9.txt"}, Creation("c", "a b+cé.txt", length=5, etag="0x1")),
        (
            {"path": "/acc/c/pages", "blobType": "PageBlob"},
            Creation("c", "pages", length=5, blob_type="PageBlob", etag="0x1"),
        ),
        (
            {"path": "/acc/c/big", "comp": "blocklist"},
            Creation("c", "big", "PutBlockList", etag="0x1"),
        ),
        (
            {"path": "/acc/c/copy", "copies": True, "status": 202},
            Creation("c", "copy", "CopyBlob", etag="0x1"),
        ),
        ({"path": "/acc/c/big", "comp": "block"}, None),
        ({"path": "/acc/c/b", "comp": "metadata", "status": 200}, None),
        ({"path": "/acc/c/b", "comp": "snapshot"}, None),
        ({"path": "/acc/c/b", "comp": "appendblock"}, None),
        ({"path": "/acc/c", "restype": "container"}, None),
        ({"path": "/acc/queue"}, None),
        ({"path": "/acc/c/b.jpg", "status": 403}, None),
        ({"path": "/acc/c/b.jpg", "method": "GET"}, None),
        ({"path": "/acc/c/b.jpg", "method": "DELETE", "status": 202}, None),
    ],
)
def test_only_new_blobs_are_noticed(said: dict[str, Any], found: Creation | None) -> None:
    """Only requests that created a blob count, with its size, type and ETag."""
    assert made(PUT | said) == found


def test_other_lines_are_no_requests() -> None:
    """Azurite's other lines, such as its address, are not taken for requests."""
    assert answered("Azurite Blob service successfully listens on http://127.0.0.1:1") is None
