"""WebKitGTK as Debian ships it, driven by WebDriver (https://www.w3.org/TR/webdriver2/).

It has no WebRTC: everything but video is tried. WebDriver has no script that runs before a page's
own, so the painted camera takes the place of the mock one when the page turns its camera on anew.
"""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests import waiting
from tests.browser.journeys.tab import BrowserMissingError, find_program
from tests.waiting import until

_BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
_SCREEN = "1280x900x24"
_OPTIONS = ("--automation", "--enable-media-stream=true", "--enable-mock-capture-devices=true")
# Errors the page did not catch; WebDriver tells nothing of the console.
_LISTEN = """
window.uncaught = [];
addEventListener('error', ({ message }) => uncaught.push(message));
addEventListener('unhandledrejection', ({ reason }) => uncaught.push(String(reason)));
"""


class WebDriverError(Exception):
    """What the driver answered to a command it could not follow."""


class _Tab:
    def __init__(self, http: httpx.Client, session: str, script: str) -> None:
        self._http = http
        self._session = f"/session/{session}"
        self._script = script
        self._last: list[str] = []

    @property
    def errors(self) -> list[str]:
        """See `Tab.errors`; of the console none but what was uncaught."""
        with suppress(httpx.TransportError, WebDriverError):
            self._last = self.evaluate("window.uncaught ?? []")
        return self._last

    def open(self, url: str) -> None:
        _call(self._http, f"{self._session}/url", url=url)
        self._run(_LISTEN + self._script)

    def evaluate(self, expression: str) -> Any:
        return self._run(f"return {expression};")

    def press(self, x: float, y: float) -> None:
        move = {"type": "pointerMove", "x": round(x), "y": round(y)}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act({"type": "pointer", "id": "mouse", "actions": [move, *press]})

    def type(self, text: str) -> None:
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": keys})

    def close(self) -> None:
        _ = self.errors
        with suppress(httpx.TransportError):
            self._http.delete(self._session)

    def _run(self, script: str) -> Any:
        return _call(self._http, f"{self._session}/execute/sync", script=script, args=[])

    def _act(self, source: dict[str, Any]) -> None:
        _call(self._http, f"{self._session}/actions", actions=[source])


def _call(http: httpx.Client, path: str, **body: Any) -> Any:
    answer = http.post(path, json=body).json()["value"]
    if isinstance(answer, dict) and "error" in answer:
        raise WebDriverError(f"{path}: {answer['error']}: {answer.get('message')}")
    return answer


class _WebKit:
    def __init__(self, http: httpx.Client, browser: Path) -> None:
        self.version = "WebKitGTK"
        self._http = http
        self._browser = browser

    def new_tab(self, script: str) -> _Tab:
        options = {"binary": str(self._browser), "args": list(_OPTIONS)}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        session = _call(self._http, "/session", capabilities=wanted)
        version = session["capabilities"]["browserVersion"]
        self.version = f"WebKitGTK {'.'.join(version.split('.')[:2])}"
        return _Tab(self._http, session["sessionId"], script)


class WebKit:
    """See `Kind`. One tab at a time."""

    name = "WebKit"

    @contextmanager
    def start(self) -> Iterator[_WebKit]:
        """See `Kind.start`."""
        driver = find_program(["WebKitWebDriver"], "webkit2gtk-driver xvfb")
        screen = find_program(["Xvfb"], "xvfb")
        if (browser := next(iter(_BROWSERS), None)) is None:
            raise BrowserMissingError("no MiniBrowser is here: apt-get install webkit2gtk-driver")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        read, write = os.pipe()
        display = subprocess.Popen(
            [screen, "-displayfd", str(write), "-screen", "0", _SCREEN],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        process = subprocess.Popen(
            [driver, f"--port={port}"],
            env={
                **os.environ,
                "DISPLAY": f":{number}",
                # Its sandbox needs user namespaces, which containers have not.
                "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            with httpx.Client(base_url=address, timeout=waiting.PATIENCE, trust_env=False) as http:
                until(lambda: _listens(port), "WebKitWebDriver listens")
                yield _WebKit(http, browser)
        finally:
            for one in (process, display):
                one.terminate()
                one.wait(waiting.PATIENCE)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
