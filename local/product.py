"""This product's stack: the only module here that knows the app and its settings."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

from local.stack import Stack

ROOT = Path(__file__).resolve().parent.parent
APP = "function_app:app"
SITE = ROOT / "frontend" / "dist"
OVERLAY = ROOT / "local" / "site"  # a demonstration participant, offered on one machine alone

# Everybody on this machine has one address.
_LIMITS = '{"rooms-per-address": 100000, "joins-per-address": 100000, "rooms": 100000}'


def product_stack(
    *,
    app: str = APP,
    site: Path | None = SITE,
    port: int = 0,
    settings: Mapping[str, str] | None = None,
    log_level: str = "warning",
) -> Stack:
    """The product on this machine, with a ticket key made for this run; see `Stack`."""
    ticket_key = base64.b64encode(secrets.token_bytes(32)).decode()
    return Stack(
        app,
        root=ROOT,
        site=site,
        overlay=OVERLAY,
        port=port,
        containers=("frames", "rooms", "limits"),
        settings={"TICKET_KEY": ticket_key, "LIMITS": _LIMITS, **(settings or {})},
        storage_setting="FramesStorage",
        signalr_setting="AzureSignalRConnectionString",
        log_level=log_level,
    )
