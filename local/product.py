"""This product's stack: the only module here that knows the app and its settings."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, TextIO

from infra.site_config import content_security_policy, page_config, static_web_app_config
from local.azurite import private_directory
from local.event_grid import EventFilter
from local.stack import Addresses, Stack

EVENT_FILTER = EventFilter(".jpg", 4_000_000)
"""As in infra/subscription.bicep."""
ROOT = Path(__file__).resolve().parent.parent
APP = "function_app:app"
SITE = ROOT / "frontend" / "dist"
OVERLAY = ROOT / "local" / "site"  # a demonstration participant; only one machine offers it

# All people on this machine share one address.
_LIMITS = json.dumps(
    dict.fromkeys(
        (
            "rooms-per-address",
            "joins-per-address",
            "knocks-per-address",
            "rooms",
            "frames-per-address",
        ),
        50_000,
    )
)


def product_stack(
    *,
    app: str = APP,
    site: Path | None = SITE,
    port: int = 0,
    page_origins: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
    log_level: str = "warning",
    log: TextIO | None = None,
    through: Mapping[Literal["storage", "signalr"], str] | None = None,
) -> Stack:
    """The product on this machine, with a new ticket key for this run; see `Stack`."""
    chosen = settings or {}
    told = os.environ | chosen  # as the app is
    config = page_config("", told)

    def site_config(addresses: Addresses) -> dict[str, Any]:
        return static_web_app_config(
            content_security_policy(
                functions=addresses.functions,
                storage=addresses.storage,
                signalr=addresses.signalr,
                video_provider=told.get("VIDEO_PROVIDER") or "mesh",
                reading=config["reading"],
            )
        )

    ticket_key = base64.b64encode(secrets.token_bytes(32)).decode()
    exits = ExitStack()
    overlay = exits.enter_context(private_directory()) / "site"
    stack = Stack(
        app,
        root=ROOT,
        site=site,
        overlay=_filled(overlay, config),
        site_config=site_config,
        port=port,
        page_origins=page_origins,
        containers=("frames", "rooms", "limits"),
        settings={"TICKET_KEY": ticket_key, "LIMITS": _LIMITS, **chosen},
        event_filter=EVENT_FILTER,
        storage_setting="FramesStorage",
        signalr_setting="AzureSignalRConnectionString",
        through=through,
        log_level=log_level,
        log=log,
    )
    weakref.finalize(stack, exits.close)  # at exit, too
    return stack


def _filled(directory: Path, config: Mapping[str, str]) -> Path:
    """The overlay, with a `config.json` that says what a deployment's does."""
    shutil.copytree(OVERLAY, directory)
    own = json.loads((OVERLAY / "config.json").read_text("utf-8"))
    (directory / "config.json").write_text(json.dumps(own | config))
    return directory
