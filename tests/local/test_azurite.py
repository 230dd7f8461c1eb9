"""Reading Azurite's access log: which lines tell of a new blob."""

import pytest

from local.azurite import Creation, creation

HEAD = "127.0.0.1 - - [22/Nov/2026:18:00:00 +0000] "


@pytest.mark.parametrize(
    ("request_line", "found"),
    [
        ('"PUT /acc/frames/a/b.jpg HTTP/1.1" 201 -', Creation("frames", "a/b.jpg")),
        ('"PUT /acc/frames/a/b.jpg?sp=c&sig=x%3D HTTP/1.1" 201 -', Creation("frames", "a/b.jpg")),
        ('"PUT /acc/c/a%20b%2Bc%C3%A9.txt HTTP/1.1" 201 0', Creation("c", "a b+cé.txt")),
        (
            '"PUT /acc/c/big?comp=blocklist&sig=x HTTP/1.1" 201 -',
            Creation("c", "big", "PutBlockList"),
        ),
        ('"PUT /acc/c/big?comp=block&blockid=MA%3D%3D HTTP/1.1" 201 -', None),
        ('"PUT /acc/c/b?comp=metadata HTTP/1.1" 200 -', None),
        ('"PUT /acc/c/b?comp=snapshot HTTP/1.1" 201 -', None),
        ('"PUT /acc/c/b?comp=appendblock HTTP/1.1" 201 -', None),
        ('"PUT /acc/c?restype=container HTTP/1.1" 201 -', None),
        ('"PUT /acc/c/b.jpg HTTP/1.1" 403 -', None),
        ('"GET /acc/c/b.jpg HTTP/1.1" 201 -', None),
        ('"DELETE /acc/c/b.jpg HTTP/1.1" 202 -', None),
        ("Azurite Blob service successfully listens on http://127.0.0.1:1", None),
    ],
)
def test_only_new_blobs_are_noticed(request_line: str, found: Creation | None) -> None:
    """A PUT that made a blob counts, decoded and without its signature; nothing else does."""
    assert creation(HEAD + request_line) == found
