"""The product with its page at another origin than its functions, as on Azure."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from infra.site_config import content_security_policy, static_web_app_config
from local.functions_host.site import Site
from local.ports import free_port
from local.product import SITE, product_stack
from local.signalr.access import SignalRConnection
from local.stack import Stack
from tests import waiting


@contextlib.contextmanager
def page_elsewhere(directory: Path, **options: Any) -> Iterator[tuple[Stack, str]]:
    """A stack and its page's address, at another origin.

    Args:
        directory: an empty one, for the page's configuration.
        **options: as for `product_stack`.
    """
    port = free_port()
    page = f"http://127.0.0.1:{port}"
    with product_stack(site=None, page_origins=[page], **options) as stack:
        parts = dict(pair.split("=", 1) for pair in stack.storage.split(";") if "=" in pair)
        blobs = urlsplit(parts["BlobEndpoint"])
        policy = content_security_policy(
            functions=stack.url,
            storage=f"{blobs.scheme}://{blobs.netloc}",
            signalr=SignalRConnection.parse(stack.signalr).endpoint,
            video_provider="mesh",
            reading="service",
        )
        (directory / "config.json").write_text(json.dumps({"api": stack.url, "reading": "service"}))
        site = Site(SITE, directory, static_web_app_config(policy))
        with served(Starlette(routes=[Mount("/", site)]), port):
            yield stack, page


@contextlib.contextmanager
def served(app: Starlette, port: int) -> Iterator[None]:
    """Serve it on the loopback, in a thread of this process."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        waiting.until(lambda: server.started, "the server answers")
        yield
    finally:
        server.should_exit = True
        thread.join(waiting.PATIENCE)
