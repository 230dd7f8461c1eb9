"""The host's command line."""

import argparse
import importlib
import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import azure.functions as func
import uvicorn

from local.functions_host.bindings import BindingError, read_functions
from local.functions_host.host_json import HostJson, HostJsonError
from local.functions_host.server import FunctionsHost
from local.functions_host.site import Site

KEEP_ALIVE_SECONDS = 75


def main() -> None:
    """Serves one app on the loopback until SIGTERM. Exit code 1 and one line where it cannot."""
    parser = argparse.ArgumentParser(prog="python -m local.functions_host")
    parser.add_argument("--app", default="function_app:app", metavar="MODULE:NAME")
    parser.add_argument("--port", type=int, default=7071)
    parser.add_argument("--site", type=Path, help="a static site to serve at /")
    parser.add_argument("--overlay", type=Path, help="files that win over the site's")
    parser.add_argument(
        "--site-config", type=json.loads, default={}, help="its staticwebapp.config.json, as text"
    )
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="where host.json lies")
    parser.add_argument("--log-level", default="warning", choices=["debug", "info", "warning"])
    arguments = parser.parse_args()
    logging.basicConfig(
        level=arguments.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    # The SDKs tell of every request at this level, with its address.
    for chatty in ("azure", "httpx", "httpcore", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    sys.path.insert(0, str(arguments.root.resolve()))
    try:
        host = FunctionsHost(
            read_functions(_load(arguments.app)),
            HostJson.load(arguments.root),
            root=arguments.root,
            site=_site(arguments.site, arguments.overlay, arguments.site_config),
        )
    except (BindingError, HostJsonError) as error:
        sys.exit(f"cannot start: {error}")
    uvicorn.run(
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


def _site(directory: Path | None, overlay: Path | None, config: Mapping[str, Any]) -> Site | None:
    return Site(directory, overlay, config) if directory else None


def _load(name: str) -> func.FunctionApp:
    module, _, attribute = name.partition(":")
    try:
        app = getattr(importlib.import_module(module), attribute or "app")
    except AttributeError:
        raise BindingError(f"{module} has no {attribute or 'app'}") from None
    if not isinstance(app, func.FunctionApp):
        raise BindingError(f"{name} is no azure.functions.FunctionApp")
    return app


if __name__ == "__main__":
    main()
