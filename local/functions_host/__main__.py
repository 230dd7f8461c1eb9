"""The host's command line."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import uvicorn

from local.functions_host import log, wire
from local.functions_host.bindings import BindingError, read_functions
from local.functions_host.host_json import HostJson, HostJsonError
from local.functions_host.server import FunctionsHost
from local.functions_host.site import Site
from local.functions_host.webhook import KEY_VARIABLE
from local.functions_host.worker_process import Worker

KEEP_ALIVE_SECONDS: Final = 75


def main() -> None:
    """Serves one app on the loopback until SIGTERM. If it cannot: one line and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m local.functions_host")
    parser.add_argument("--app", default="function_app:app", metavar="MODULE:NAME")
    parser.add_argument("--port", type=int, default=7071)
    parser.add_argument("--site", type=Path, help="a static site to serve at /")
    parser.add_argument("--overlay", type=Path, help="files that win over the site's")
    parser.add_argument(
        "--site-config", type=json.loads, default={}, help="its staticwebapp.config.json, as text"
    )
    parser.add_argument(
        "--log-level",
        default="warning",
        choices=["info", *(level for level in log.LEVELS if level != "none")],
        help="show no lines below this level, even if host.json allows them",
    )
    arguments = parser.parse_args()
    try:
        asyncio.run(_serve(arguments))
    except (BindingError, HostJsonError) as error:
        sys.exit(f"cannot start: {error}")


async def _serve(arguments: argparse.Namespace) -> None:
    settings = HostJson.load(Path.cwd())
    floor = {"info": "information"}.get(arguments.log_level, arguments.log_level)
    log.configure(log.LogLevels(settings.log_levels), log.LEVELS[floor])
    worker = Worker(arguments.app)
    host = FunctionsHost(
        read_functions(_declared(await worker.start())),
        settings,
        worker=worker,
        blobs_key=os.environ.get(KEY_VARIABLE) or secrets.token_urlsafe(32),
        site=_site(arguments.site, arguments.overlay, arguments.site_config),
    )
    config = uvicorn.Config(
        host.asgi(),
        host="127.0.0.1",
        port=arguments.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
        ws="none",
    )
    await uvicorn.Server(config).serve()


def _declared(
    answer: wire.Declared | wire.NotLoaded | wire.Unsupported,
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The functions that the app declares; none if it did not load.

    The real host goes on without functions, too, and does not say why; `local.stack` does.
    """
    match answer:
        case wire.Declared(functions) if functions:
            return functions
        case wire.Unsupported(text):
            raise BindingError(text)
    logging.getLogger("Host.Startup").warning("No job functions found.")
    if isinstance(answer, wire.NotLoaded):
        logging.getLogger("Worker").debug("%s", answer.text)
    return []


def _site(directory: Path | None, overlay: Path | None, config: Mapping[str, Any]) -> Site | None:
    return Site(directory, overlay, config) if directory else None


if __name__ == "__main__":
    main()
