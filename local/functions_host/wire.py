"""The messages between host and worker over one socket: length-prefixed pickles of plain data.

The real ones speak gRPC (https://github.com/Azure/azure-functions-language-worker-protobuf), with
the same kinds of messages: the app's functions, a call, its result, a line for the log. Both ends
run the same code as the same user, so pickle is as safe as the code itself.
"""

from __future__ import annotations

import asyncio
import pickle
import struct
from dataclasses import dataclass, field
from typing import Any, Final

_LENGTH: Final = struct.Struct(">I")
SOCKET_LIMIT: Final = 4 * 1024 * 1024


@dataclass(frozen=True)
class Declared:
    """Worker to host: the app's functions, each a name and its bindings as `function.json`."""

    functions: list[tuple[str, list[dict[str, Any]]]]


@dataclass(frozen=True)
class NotLoaded:
    """Worker to host: importing the app raised; `text` is the traceback."""

    text: str


@dataclass(frozen=True)
class Unsupported:
    """Worker to host: the app declares something that this stand-in does not know."""

    text: str


@dataclass(frozen=True)
class Call:
    """Host to worker: call a function; an argument is a kind (`http`, …) and its plain data."""

    id: str
    function: str
    arguments: dict[str, tuple[str, Any]]


@dataclass(frozen=True)
class Done:
    """Worker to host: a function's result (a kind and its data) and its outputs."""

    id: str
    returned: tuple[str, Any]
    outputs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Raised:
    """Worker to host: a function raised; `text` holds type, message and stack."""

    id: str
    text: str


@dataclass(frozen=True)
class Line:
    """Worker to host: a line for the log, from a call of `function` or from no call ("")."""

    function: str
    level: int
    text: str


Message = Declared | NotLoaded | Unsupported | Call | Done | Raised | Line


def write(writer: asyncio.StreamWriter, message: Message) -> None:
    """Sends one message; only from the event loop's own thread."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    writer.write(_LENGTH.pack(len(body)) + body)


async def read(reader: asyncio.StreamReader) -> Message | None:
    """The next message, or None at the end."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        message: Message = pickle.loads(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return message
