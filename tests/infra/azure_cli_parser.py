"""Runs inside azure-cli's own environment: parses command lines and runs none of them.

Takes a JSON list of command lines (without `az`) and prints one of errors, null where accepted.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
from typing import Any


class _Parsed(BaseException):
    """The command line is good: go no further."""


def _stop(_cli: Any, **_arguments: Any) -> None:
    raise _Parsed


def _error(line: list[str]) -> str | None:
    # By name: the environment that checks this file's types has no azure-cli.
    cli = importlib.import_module("azure.cli.core").get_default_cli()
    events = importlib.import_module("knack.events")
    cli.register_event(events.EVENT_INVOKER_POST_PARSE_ARGS, _stop)
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            status = cli.invoke(line)
        except _Parsed:
            return None
        except SystemExit as end:
            status = end.code
    return f"{' '.join(line)}: status {status}: {said.getvalue()}"


if __name__ == "__main__":
    print(json.dumps([_error(line) for line in json.load(sys.stdin)]))
