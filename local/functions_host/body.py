"""Reads a request's body as the host does: up to its limit, and never a chunked one."""

from __future__ import annotations

import os
from typing import Final

from starlette.requests import Request

from local.request_body import BodyTooLargeError, read_body

LIMIT_VARIABLE: Final = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"
DEFAULT_LIMIT: Final = 100 * 1024 * 1024


class BodyLimit:
    """`FUNCTIONS_REQUEST_BODY_SIZE_LIMIT` in bytes, 100 MB unless it is a number."""

    def __init__(self) -> None:
        text = os.environ.get(LIMIT_VARIABLE, "")
        self._bytes = int(text) if text.isdecimal() else DEFAULT_LIMIT

    async def read(self, request: Request) -> bytes:
        """The body; empty when it is chunked. Raises BodyTooLargeError before reading one.

        The real host passes a request with a chunked body on without its body.
        """
        if "chunked" in request.headers.get("transfer-encoding", "").lower():
            return b""
        if int(request.headers.get("content-length", "0")) > self._bytes:
            raise BodyTooLargeError
        return await read_body(request, self._bytes)
