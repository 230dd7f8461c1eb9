"""`host.json`: the few settings that have a meaning on one machine.

Reference: https://learn.microsoft.com/azure/azure-functions/functions-host-json
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.functions_host.log import LEVELS

_TIMESPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})")


class HostJsonError(ValueError):
    """`host.json` is missing or wrong; the text says where."""


@dataclass(frozen=True)
class HostJson:
    """Defaults are the real host's; `function_timeout` is in seconds, None for no limit."""

    route_prefix: str = "api"
    blob_parallelism: int = 8 * (os.cpu_count() or 1)
    poison_threshold: int = 5
    function_timeout: float | None = None
    log_levels: Mapping[str, int] = field(default_factory=dict)
    """`logging.logLevel`: the least level of a line by its category's prefix."""

    @classmethod
    def load(cls, root: Path) -> HostJson:
        """Reads `root/host.json`. Raises HostJsonError."""
        path = root / "host.json"
        try:
            document: Any = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            raise HostJsonError(f"{path.name} is missing in {root}") from None
        except ValueError as error:
            raise HostJsonError(f"{path.name} is not JSON: {error}") from None
        if not isinstance(document, dict) or document.get("version") != "2.0":
            raise HostJsonError(f'{path.name} needs "version": "2.0"')
        extensions = document.get("extensions", {})
        blobs = extensions.get("blobs", {})
        return cls(
            route_prefix=str(extensions.get("http", {}).get("routePrefix", "api")).strip("/"),
            blob_parallelism=_positive(blobs, "maxDegreeOfParallelism", cls.blob_parallelism),
            poison_threshold=_positive(blobs, "poisonBlobThreshold", cls.poison_threshold),
            function_timeout=_seconds(document.get("functionTimeout")),
            log_levels=_levels(document.get("logging", {}).get("logLevel", {})),
        )


def _positive(section: dict[str, Any], name: str, default: int) -> int:
    value = section.get(name, default)
    if not isinstance(value, int) or value < 1:
        raise HostJsonError(f"host.json: {name} must be a whole number from 1")
    return value


def _levels(section: dict[str, Any]) -> dict[str, int]:
    try:
        return {prefix: LEVELS[str(level).lower()] for prefix, level in section.items()}
    except KeyError as error:
        raise HostJsonError(f"host.json: {error} is no level; known: {', '.join(LEVELS)}") from None


def _seconds(text: str | None) -> float | None:
    if text is None or text == "-1":
        return None
    match = _TIMESPAN.fullmatch(text)
    if match is None:
        raise HostJsonError("host.json: functionTimeout must look like 00:05:00")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
