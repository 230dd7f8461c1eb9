"""The host's log: lines by category, filtered by `logging.logLevel` of `host.json`.

Categories are the real host's
(https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-categories):
`Function.NAME` for the host's lines about a function, bindings' failures included,
`Function.NAME.User` for lines of the function's own code, `Host.Results` and
`Host.Aggregator` for calls and their counts, other `Host.*` for the host itself.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

LEVELS: Final[Mapping[str, int]] = {
    "trace": 5,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": 100,
}
_NAMES: Final = {number: name.capitalize() for name, number in LEVELS.items()}
# Loggers of Python libraries are not categories of the host; below warnings they log every request.
_LIBRARIES: Final = ("asyncio", "azure", "uvicorn")


class LogLevels:
    """The level that a category needs: the rule with the longest matching prefix decides."""

    def __init__(self, rules: Mapping[str, int] | None = None) -> None:
        """`rules` by prefix, in any letter case; `default` is for categories without a rule."""
        self._rules = {prefix.lower(): level for prefix, level in (rules or {}).items()}
        self._default = self._rules.pop("default", logging.INFO)
        self.minimum = lru_cache(maxsize=None)(self._minimum)

    def _minimum(self, category: str) -> int:
        name = category.lower()
        matching = [prefix for prefix in self._rules if name.startswith(prefix)]
        return self._rules[max(matching, key=len)] if matching else self._default


def configure(levels: LogLevels, floor: int) -> None:
    """Writes allowed lines to standard error, but none below `floor`.

    Only this machine has a floor: by default `make run` shows warnings.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    handler.addFilter(lambda record: record.levelno >= max(floor, levels.minimum(record.name)))
    root = logging.getLogger()
    root.setLevel(LEVELS["trace"])
    root.addHandler(handler)
    for library in _LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)
    # It warns of each request it repeats, with the address: that names people and groups.
    logging.getLogger("urllib3").setLevel(logging.ERROR)


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return f"{_NAMES.get(record.levelno, record.levelname)} {record.name}: {text}"
