"""Reads a request's body up to a limit, also a chunked one."""

from __future__ import annotations

from starlette.requests import Request


class BodyTooLargeError(Exception):
    """The body is larger than the address takes; the answer is 413."""


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body of at most `limit` bytes. Raises BodyTooLargeError without reading on."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLargeError
        chunks.append(chunk)
    return b"".join(chunks)
