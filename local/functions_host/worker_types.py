"""Converts a function's arguments and results from and to the plain data of the socket.

It does as the worker's own converters (https://github.com/Azure/azure-functions-python-library).
"""

from __future__ import annotations

import secrets
import threading
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure.functions as func
from azure.functions.http import HttpRequest, HttpResponseConverter
from azure.functions.timer import TimerRequest

_THREAD_LOCAL = threading.local()


class Out(func.Out[str]):
    """The value that a function sets for an output binding."""

    def __init__(self) -> None:
        self._value: str | None = None

    def set(self, val: str) -> None:
        """Replaces the value."""
        self._value = val

    def get(self) -> str:
        """The last value that was set; None before, as in the worker."""
        return self._value  # type: ignore[return-value]


class Context(func.Context):
    """The context of one invocation: its id and the function's name; its trace is invented."""

    def __init__(self, invocation: str, function: str, directory: Path) -> None:
        self._id = invocation
        self._function = function
        self._directory = directory

    @property
    def invocation_id(self) -> str:
        """A new UUID for every invocation."""
        return self._id

    @property
    def function_name(self) -> str:
        """The name the app gave the function."""
        return self._function

    @property
    def function_directory(self) -> str:
        """Where `host.json` lies."""
        return str(self._directory)

    @property
    def thread_local_storage(self) -> type[threading.local]:
        """A place for the id in threads of the function's own."""
        return _THREAD_LOCAL  # type: ignore[return-value]

    @property
    def trace_context(self) -> Any:
        """A W3C trace of only this invocation."""
        parent = f"00-{uuid.UUID(self._id).hex}-{secrets.token_hex(8)}-00"
        return SimpleNamespace(trace_parent=parent, trace_state="", attributes={})

    @property
    def retry_context(self) -> Any:
        """This host has no retry policies: it is always the first try."""
        return SimpleNamespace(retry_count=0, max_retry_count=0, exception=None)


def argument(kind: str, data: Any) -> Any:
    """A function's argument from `http`, `blob`, `timer` or `text` (an input binding)."""
    match kind:
        case "http":
            return HttpRequest(body_type="bytes", **data)
        case "blob":
            return func.blob.InputStream(**data)
        case "timer":
            return TimerRequest(**data)
        case _:
            return data


def returned(result: object) -> tuple[str, Any]:
    """A function's result as data: `http`, `text`, or `none` with the name of its type."""
    if isinstance(result, str):
        return "text", result
    if not isinstance(result, func.HttpResponse):
        return "none", type(result).__name__
    # The library's own converter decides the content type and parses the cookies.
    answer = HttpResponseConverter.encode(result, expected_type=None).value
    cookies = [
        morsel.OutputString() for cookie in answer["cookies"] or () for morsel in cookie.values()
    ]
    return "http", {
        "status": int(answer["status_code"].value),
        "headers": {name: value.value for name, value in answer["headers"].items()},
        "cookies": cookies,
        "body": answer["body"].value,
    }
