"""The security policy works in a real browser, and is the one that a deployment serves."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser

from infra import site_config
from local.signalr.access import SignalRConnection
from local.stack import Stack
from tests.waiting import PATIENCE, until

# The page's own world, not the test's: scripts there are under the page's policy.
_ATTEMPTS = {
    "inline script": "document.head.append(Object.assign(document.createElement('script'),"
    " {textContent: 'window.hit = 1'}))",
    "script from elsewhere": "document.head.append(Object.assign(document.createElement('script'),"
    " {src: 'https://elsewhere.example.org/x.js'}))",
    "call to elsewhere": "fetch('https://elsewhere.example.org/').catch(() => 0)",
    "picture from elsewhere": "Object.assign(new Image(),"
    " {src: 'https://elsewhere.example.org/x.png'})",
    "frame": "document.body.append(Object.assign(document.createElement('iframe'),"
    " {src: 'https://elsewhere.example.org/'}))",
    "form to elsewhere": "(() => { const form = Object.assign(document.createElement('form'),"
    " {action: 'https://elsewhere.example.org/'}); document.body.append(form); form.submit(); })()",
    "object": "document.body.append(Object.assign(document.createElement('object'),"
    " {data: 'https://elsewhere.example.org/x'}))",
    "another base": "document.head.append(Object.assign(document.createElement('base'),"
    " {href: 'https://elsewhere.example.org/'}))",
    "inline style": "document.head.append(Object.assign(document.createElement('style'),"
    " {textContent: 'body { background: red }'}))",
}


def test_the_local_site_is_served_with_the_deployments_headers(
    scripted_stack: Stack, tmp_path: Any
) -> None:
    """The local site has every header of staticwebapp.config.json, with local addresses."""
    storage = dict(part.partition("=")[::2] for part in scripted_stack.storage.split(";"))
    hub = SignalRConnection.parse(scripted_stack.signalr).endpoint
    page = httpx.get(scripted_stack.url, trust_env=False, timeout=PATIENCE)
    site_config.write(
        tmp_path,
        {
            "FUNCTIONS_ORIGIN": scripted_stack.url,
            "STORAGE_ORIGIN": "http://" + urlsplit(storage["BlobEndpoint"]).netloc,
            "SIGNALR_HOST": urlsplit(hub).netloc,
        },
    )
    deployed = json.loads((tmp_path / "staticwebapp.config.json").read_text())
    for name, value in deployed["globalHeaders"].items():
        here = value.replace("https://127", "http://127").replace("wss://127", "ws://127")
        assert page.headers[name] == here, name
    script = next(part for part in page.text.split('"') if part.startswith("/assets/"))
    asset = httpx.get(scripted_stack.url + script, trust_env=False, timeout=PATIENCE)
    assert "immutable" in asset.headers["cache-control"]
    assert asset.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("attempt", _ATTEMPTS)
def test_the_policy_stops_what_is_not_the_pages(
    scripted_stack: Stack, browser: Browser, attempt: str
) -> None:
    """A foreign script in the page can load, run and send nothing outside this deployment."""
    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        page.goto(scripted_stack.url)
        answered: list[str] = []
        page.on("response", lambda response: answered.append(response.url))
        page.evaluate(
            "addEventListener('securitypolicyviolation', () => { window.stopped = true })"
        )
        page.evaluate(_ATTEMPTS[attempt])
        until(lambda: page.evaluate("Boolean(window.stopped)"), "the policy stops it")
        assert page.evaluate("window.hit") is None
        assert not [url for url in answered if "elsewhere" in url]
