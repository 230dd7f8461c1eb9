"""The static site beside the functions."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from local.functions_host.site import Site


def test_files_laid_over_the_site_win_and_nothing_else_changes(tmp_path: Path) -> None:
    """A file of the overlay is served in place of the site's; the rest is the site's own."""
    site, overlay = tmp_path / "site", tmp_path / "overlay"
    for directory, name, text in [
        (site, "index.html", "the page"),
        (site, "config.json", "deployed"),
        (overlay, "config.json", "local"),
    ]:
        directory.mkdir(exist_ok=True)
        (directory / name).write_text(text)
    with_overlay = TestClient(Starlette(routes=[Mount("/", Site(site, overlay))]))
    assert with_overlay.get("/config.json").text == "local"
    assert with_overlay.get("/a/call").text == "the page"
    assert with_overlay.get("/missing.js").status_code == 404
    without = TestClient(Starlette(routes=[Mount("/", Site(site))]))
    assert without.get("/config.json").text == "deployed"
