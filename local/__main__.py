"""The launcher behind `make run`: it runs the product on this machine, without an account.

`PORT` (default 8080) is the page's port on 127.0.0.1. The `Values` in `local.settings.json`, a file
of Azure's own tools, override settings, but not the connection strings. One line on standard output
says when the page answers. Ctrl-C, SIGTERM and SIGHUP (not under `nohup`) end every process and
remove the storage's directory.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Final

from local.azurite import AzuriteMissingError, find_node
from local.ports import PortTakenError
from local.process import ChildFailedError
from local.product import ROOT, SITE, product_stack
from local.stack import Stack

DEFAULT_PORT: Final = 8080


class LaunchError(Exception):
    """Something is missing; the text says in one or two lines what to do."""


def main() -> int:
    """Runs until a signal; returns the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup sets it
        signal.signal(signal.SIGHUP, _end)
    try:
        with _stack() as stack:
            print(f"Ready: {stack.url}", flush=True)
            stack.wait()
    except PortTakenError as error:
        return _say(f"{error}. Choose another: PORT=8081 make run")
    except (LaunchError, AzuriteMissingError, ChildFailedError) as error:
        return _say(str(error))
    return 0


def _stack() -> Stack:
    find_node()
    if not (SITE / "index.html").is_file():
        raise LaunchError("the page is not built: run `make run`, or `npm run build` in frontend")
    return product_stack(
        port=_port(),
        settings=_local_settings(ROOT / "local.settings.json"),
        log_level=os.environ.get("LOG_LEVEL", "warning").lower(),
    )


def _port() -> int:
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise LaunchError(f"PORT must be a number from 1 to 65535, not {text!r}")
    return int(text)


def _local_settings(path: Path) -> dict[str, str]:
    try:
        document: Any = json.loads(path.read_text("utf-8"))
        values = document["Values"].items()
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LaunchError(f'{path.name} must be JSON with an object "Values"') from None
    return {str(name): str(value) for name, value in values}


def _end(_number: int, _frame: FrameType | None) -> None:
    # Only once: a second Ctrl-C must not interrupt the shutdown.
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    raise SystemExit(0)


def _say(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
