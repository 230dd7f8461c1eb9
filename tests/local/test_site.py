"""The local host serves the static site beside the functions."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from local.functions_host.site import Site


def test_files_laid_over_the_site_win_and_nothing_else_changes(tmp_path: Path) -> None:
    """An overlay's file replaces the site's; all other files are the site's."""
    site, overlay = tmp_path / "site", tmp_path / "overlay"
    for directory, name, text in [
        (site, "index.html", "the page"),
        (site, "config.json", "deployed"),
        (overlay, "config.json", "local"),
    ]:
        directory.mkdir(exist_ok=True)
        (directory / name).write_text(text)
    assert _get(Site(site, overlay), "/config.json").text == "local"
    assert _get(Site(site, overlay), "/").text == "the page"
    assert _get(Site(site, overlay), "/a/call").status_code == 404  # nor does Azure fall back
    assert _get(Site(site, overlay), "/missing.js").status_code == 404
    assert _get(Site(site), "/config.json").text == "deployed"


def _get(site: Site, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[Mount("/", site)]))
        async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:
            return await client.get(path)

    return asyncio.run(ask())
