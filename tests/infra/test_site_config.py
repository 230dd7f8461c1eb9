"""The page's configuration and headers fit its deployment."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra import site_config
from tests.infra.files import ROOT

_ENVIRON = {
    "FUNCTIONS_ORIGIN": "https://func.azurewebsites.net",
    "STORAGE_ORIGIN": "https://account.blob.core.windows.net",
    "SIGNALR_HOST": "hub.service.signalr.net",
}


def _written(directory: Path, **environ: str) -> tuple[dict[str, Any], dict[str, list[str]]]:
    site_config.write(directory, _ENVIRON | environ)
    config = json.loads((directory / "staticwebapp.config.json").read_text())
    policy = config["globalHeaders"]["Content-Security-Policy"]
    directives = {d.split()[0]: d.split()[1:] for d in policy.split("; ")}
    return config, directives


def test_the_page_learns_where_its_functions_are(tmp_path: Path) -> None:
    """config.json holds the functions' address and who reads."""
    _written(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text()) == {
        "api": "https://func.azurewebsites.net",
        "reading": "choice",
    }


def test_the_page_shows_what_the_deployer_declares(tmp_path: Path) -> None:
    """A declaration is trimmed; an empty one is left out, and a long one ends the deployment."""
    for given, told in (("", None), (" \n", None), (" For a choir.\n", "For a choir.")):
        _written(tmp_path, DECLARATION=given)
        assert json.loads((tmp_path / "config.json").read_text()).get("declaration") == told
    with pytest.raises(SystemExit, match="601 characters; at most 600"):
        _written(tmp_path, DECLARATION="x" * 601)


def test_an_unknown_path_gets_the_sites_own_page(tmp_path: Path) -> None:
    """The page for unknown paths is part of the site and needs no hashed file."""
    config, _ = _written(tmp_path)
    page = ROOT / "frontend" / "public" / config["responseOverrides"]["404"]["rewrite"][1:]
    needed = set(re.findall(r'(?:src|href)="/([^"]+)"', page.read_text()))
    assert needed == {"icon.svg", "404.css"}
    assert all((page.parent / file).exists() for file in needed)


@pytest.mark.parametrize("provider", ["mesh", ""])
def test_a_mesh_page_connects_to_its_deployment_alone(tmp_path: Path, provider: str) -> None:
    """Without OpenTok the policy allows only four addresses and no inline styles."""
    _, directives = _written(tmp_path, VIDEO_PROVIDER=provider)
    assert directives["connect-src"] == [
        "'self'",
        "https://func.azurewebsites.net",
        "https://account.blob.core.windows.net",
        "https://hub.service.signalr.net",
        "wss://hub.service.signalr.net",
    ]
    assert directives["style-src"] == ["'self'"]
    assert "opentok" not in str(directives)


def test_an_opentok_page_may_reach_opentok(tmp_path: Path) -> None:
    """With OpenTok the policy allows its hosts, by HTTPS and WebSocket, and inline styles."""
    _, directives = _written(tmp_path, VIDEO_PROVIDER="opentok")
    for host in ("*.opentok.com", "*.tokbox.com"):
        assert f"https://{host}" in directives["connect-src"]
        assert f"wss://{host}" in directives["connect-src"]
    assert "'unsafe-inline'" in directives["style-src"]


@pytest.mark.parametrize("provider", ["mesh", "opentok"])
def test_scripts_are_the_sites_own(tmp_path: Path, provider: str) -> None:
    """With any provider the policy forbids foreign and inline scripts, and foreign frames."""
    _, directives = _written(tmp_path, VIDEO_PROVIDER=provider)
    assert directives["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert directives["default-src"] == ["'none'"]
    assert directives["frame-ancestors"] == ["'none'"]
    assert directives["base-uri"] == ["'none'"]


@pytest.mark.parametrize(
    ("reading", "compiles"), [("", True), ("choice", True), ("device", True), ("service", False)]
)
def test_pages_compile_webassembly_only_where_they_may_read(
    tmp_path: Path, reading: str, *, compiles: bool
) -> None:
    """If only the service reads, the policy forbids WebAssembly."""
    _, directives = _written(tmp_path, READING=reading)
    assert ("'wasm-unsafe-eval'" in directives["script-src"]) == compiles
    assert json.loads((tmp_path / "config.json").read_text())["reading"] == (reading or "choice")


def test_headers_keep_the_link_and_the_camera(tmp_path: Path) -> None:
    """No request carries the room's link, and only this page may use camera and screen."""
    config, _ = _written(tmp_path)
    headers = config["globalHeaders"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    for feature in ("camera", "microphone", "display-capture"):
        assert f"{feature}=(self)" in headers["Permissions-Policy"]


def test_the_page_has_nothing_the_policy_forbids() -> None:
    """index.html has no inline script or style, and loads nothing from elsewhere."""
    page = (ROOT / "frontend" / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|(?:src|href)=\"(?:https?:)?//", page)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", page))


def test_a_missing_address_is_named(tmp_path: Path) -> None:
    """If an address is missing, no configuration is written."""
    with pytest.raises(KeyError, match="STORAGE_ORIGIN"):
        site_config.write(tmp_path, {"FUNCTIONS_ORIGIN": "https://func.azurewebsites.net"})
    assert list(tmp_path.iterdir()) == []
