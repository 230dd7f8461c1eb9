"""This product's stack: the only module here that knows the app and its settings."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.site_config import content_security_policy, static_web_app_config
from local.stack import Addresses, Stack

ROOT = Path(__file__).resolve().parent.parent
APP = "function_app:app"
SITE = ROOT / "frontend" / "dist"
OVERLAY = ROOT / "local" / "site"  # a demonstration participant, offered on one machine alone

# Everybody on this machine has one address.
_LIMITS = '{"rooms-per-address": 50000, "joins-per-address": 50000, "rooms": 50000}'


def product_stack(
    *,
    app: str = APP,
    site: Path | None = SITE,
    port: int = 0,
    settings: Mapping[str, str] | None = None,
    log_level: str = "warning",
) -> Stack:
    """The product on this machine, with a ticket key made for this run; see `Stack`."""
    chosen = settings or {}

    def site_config(addresses: Addresses) -> dict[str, Any]:
        return static_web_app_config(
            content_security_policy(
                functions=addresses.functions,
                storage=addresses.storage,
                signalr=addresses.signalr,
                video_provider=chosen.get("VIDEO_PROVIDER") or "mesh",
            )
        )

    ticket_key = base64.b64encode(secrets.token_bytes(32)).decode()
    return Stack(
        app,
        root=ROOT,
        site=site,
        overlay=OVERLAY,
        site_config=site_config,
        port=port,
        containers=("frames", "rooms", "limits"),
        settings={"TICKET_KEY": ticket_key, "LIMITS": _LIMITS, **chosen},
        storage_setting="FramesStorage",
        signalr_setting="AzureSignalRConnectionString",
        log_level=log_level,
    )
