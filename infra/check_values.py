"""Refuses, before anything is deployed, values that would keep the app from starting.

    check_values.py

They come from the environment, as in main.bicepparam. Bicep refuses wrong choices and numbers by
itself. This runs with whatever Python the deployer has, without the app's packages.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from functions.connection_strings import is_ice_server, is_turn
from functions.limit_table import MOST_USES, other_numbers
from infra import package

_COPIED = ("ROOM_CREATION_KEY", "TICKET_KEY", "TURN_SECRET")
"""What may have got a blank or a line's end from where it was copied."""
_LEAST = {"TICKET_KEY": 32, "TURN_SECRET": 16}
_QUOTING = "docs/deploy.md shows how to quote it"
_VIDEO = {
    "OPENTOK_API_KEY": ("[0-9]+", "digits"),
    "OPENTOK_API_SECRET": ("[0-9a-zA-Z]{32,}", "at least 32 letters and digits"),
    "VONAGE_APPLICATION_ID": ("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID"),
}


def problems(environ: Mapping[str, str]) -> Iterator[str]:
    """What is wrong, beginning with the variable's name; no value is part of it."""
    for name in _COPIED:
        value = environ.get(name, "")
        if value != value.strip():
            yield f"{name} begins or ends with a blank or a line's end"
    for name, least in _LEAST.items():
        if 0 < len(environ.get(name, "")) < least:
            yield f"{name} must have at least {least} characters"
    yield from _of_networks(environ)
    if not _are_limits(environ.get("LIMITS", "")):
        yield (
            "LIMITS is not JSON of the limits in docs/settings.md, each with a whole number from "
            f"1 to {MOST_USES}; {_QUOTING}"
        )
    model = environ.get("EXPRESSION_MODEL", "")
    if model and not (model.endswith(".onnx") and _is_packed(model)):
        yield "EXPRESSION_MODEL is not the path of an .onnx file in the package, as functions/…"
    if environ.get("VIDEO_PROVIDER") == "opentok":
        yield from _of_opentok(environ)


def _of_networks(environ: Mapping[str, str]) -> Iterator[str]:
    urls = [url.strip() for url in environ.get("TURN_URLS", "").split(",")]
    if environ.get("TURN_URLS") and not (any(urls) and all(map(is_turn, filter(None, urls)))):
        yield "TURN_URLS must be like turn:HOST:3478?transport=udp, a comma between"
    servers = _json(environ.get("ICE_SERVERS") or "[]")
    if not isinstance(servers, list) or not all(map(is_ice_server, servers)):
        yield (
            "ICE_SERVERS is not JSON of servers that browsers take, each with urls (stun:HOST, or "
            f"turn:HOST with username and credential); {_QUOTING}"
        )


def _is_packed(path: str) -> bool:
    return PurePosixPath(path) in package.files(package.ROOT)


def _are_limits(text: str) -> bool:
    try:
        other_numbers(text)
    except ValueError:
        return False
    return True


def _of_opentok(environ: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the credentials that count: the API key's, if there is one."""
    key = environ.get("OPENTOK_API_KEY")
    for name in ("OPENTOK_API_KEY", "OPENTOK_API_SECRET") if key else ("VONAGE_APPLICATION_ID",):
        pattern, wanted = _VIDEO[name]
        value = environ.get(name, "")
        if value and not re.fullmatch(pattern, value):
            yield f"{name} must be {wanted}"
    private = environ.get("VONAGE_PRIVATE_KEY", "")
    if private and not key and "-----BEGIN" not in private:
        yield "VONAGE_PRIVATE_KEY must be the text of a private key (PEM)"


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


if __name__ == "__main__":
    found = list(problems(os.environ))
    for problem in found:
        print(f"error: {problem}", file=sys.stderr)
    sys.exit(1 if found else 0)
