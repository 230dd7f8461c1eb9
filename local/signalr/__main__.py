"""The stand-in's command line."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from typing import Final

import uvicorn

from local.ports import allow_many_connections
from local.signalr.access import ConnectionStringError, SignalRConnection
from local.signalr.service import MAX_CLIENT_RECORD, SignalRService

CONNECTION_STRING_VARIABLE: Final = "SIGNALR_CONNECTION_STRING"


def main() -> None:
    """Serves on the loopback until SIGTERM; the environment has the connection string."""
    parser = argparse.ArgumentParser(prog="python -m local.signalr", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port: int = parser.parse_args().port
    try:
        access = SignalRConnection.parse(os.environ.get(CONNECTION_STRING_VARIABLE, ""))
    except ConnectionStringError as error:
        sys.exit(f"{CONNECTION_STRING_VARIABLE}: {error}")
    allow_many_connections()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    uvicorn.run(
        SignalRService(access).asgi(),
        host="127.0.0.1",
        port=port,
        ws="websockets-sansio",
        ws_max_size=MAX_CLIENT_RECORD,
        ws_ping_interval=None,  # the hub protocol has pings of its own
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        backlog=4096,
    )


if __name__ == "__main__":
    main()
