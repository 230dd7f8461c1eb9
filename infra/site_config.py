"""Writes what the page needs to know of its deployment, and the headers it is served with.

    site_config.py DIRECTORY

The addresses come from the environment: FUNCTIONS_ORIGIN, STORAGE_ORIGIN, SIGNALR_HOST, and
VIDEO_PROVIDER (mesh where it is not set), READING (choice) and DECLARATION (none).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DECLARATION_MAX = 600
"""Characters of what whoever deploys declares; the lobby shows it on a phone, too."""
_OPENTOK_HOSTS = ("*.opentok.com", "*.tokbox.com")


def content_security_policy(
    *, functions: str, storage: str, signalr: str, video_provider: str, reading: str
) -> str:
    """The policy: this site's own files, and connections to this deployment's origins alone.

    Where pages may read by themselves, they may compile WebAssembly, and no other text or bytes.
    """
    scripts = ["'self'"] if reading == "service" else ["'self'", "'wasm-unsafe-eval'"]
    hub_socket = f"ws{signalr.removeprefix('http')}"
    connect = ["'self'", functions, storage, signalr, hub_socket]
    style, images, workers = ["'self'"], ["'self'"], ["'self'"]
    if video_provider == "opentok":
        # Its client draws with inline styles, and shows and runs things it made up itself.
        connect += [f"{scheme}://{host}" for host in _OPENTOK_HOSTS for scheme in ("https", "wss")]
        style += ["'unsafe-inline'", *(f"https://{host}" for host in _OPENTOK_HOSTS)]
        images += ["data:", "blob:", *(f"https://{host}" for host in _OPENTOK_HOSTS)]
        workers += ["blob:"]
    directives: Mapping[str, list[str]] = {
        "default-src": ["'none'"],
        "base-uri": ["'none'"],
        "connect-src": connect,
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": images,
        "manifest-src": ["'self'"],
        "media-src": ["'self'", "blob:", "mediastream:"],
        "script-src": scripts,
        "style-src": style,
        "worker-src": workers,
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def static_web_app_config(policy: str) -> dict[str, Any]:
    """`staticwebapp.config.json`: headers, caching, and the page for an unknown path."""
    return {
        "globalHeaders": {
            "Content-Security-Policy": policy,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self)",
            "Referrer-Policy": "no-referrer",  # a room's link is an invitation
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        },
        "routes": [
            {"route": "/config.json", "headers": {"Cache-Control": "no-cache"}},
            {"route": "/index.html", "headers": {"Cache-Control": "no-cache"}},
            # Their names hold a hash of what is in them.
            {
                "route": "/assets/*",
                "headers": {"Cache-Control": "public, max-age=31536000, immutable"},
            },
        ],
        "responseOverrides": {"404": {"rewrite": "/404.html"}},  # else Azure's own page
    }


def page_config(functions: str, environ: Mapping[str, str]) -> dict[str, str]:
    """`config.json`: where the functions are, who reads, and the declaration if there is one.

    Raises `SystemExit` for a declaration that is too long.
    """
    config = {"api": functions, "reading": environ.get("READING") or "choice"}
    declaration = environ.get("DECLARATION", "").strip()
    if len(declaration) > DECLARATION_MAX:
        raise SystemExit(
            f"DECLARATION has {len(declaration)} characters; at most {DECLARATION_MAX} fit."
        )
    return config | ({"declaration": declaration} if declaration else {})


def write(directory: Path, environ: Mapping[str, str]) -> None:
    """Write `config.json` and `staticwebapp.config.json` into `directory`."""
    functions = environ["FUNCTIONS_ORIGIN"]
    config = page_config(functions, environ)
    policy = content_security_policy(
        functions=functions,
        storage=environ["STORAGE_ORIGIN"],
        signalr=f"https://{environ['SIGNALR_HOST']}",
        video_provider=environ.get("VIDEO_PROVIDER") or "mesh",
        reading=config["reading"],
    )
    (directory / "config.json").write_text(json.dumps(config) + "\n")
    (directory / "staticwebapp.config.json").write_text(
        json.dumps(static_web_app_config(policy), indent=2) + "\n"
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]), os.environ)
