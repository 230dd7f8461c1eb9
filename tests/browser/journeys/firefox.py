"""Firefox as Debian ships it, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/).

Firefox speaks it by itself. Playwright drives only a Firefox of its own, and Debian has no
geckodriver, which Selenium needs.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests import waiting
from tests.browser.journeys.tab import find_program

_PREFERENCES = {
    # A microphone that is none, without a question; connections within this machine.
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    # No request of the browser's own.
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_MAX_MESSAGE = 64 * 1024 * 1024


class BidiError(Exception):
    """The browser's answer to a command that failed."""


class _Session:
    """A WebDriver BiDi session: one command at a time, with the events between."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.tabs: dict[str, _Tab] = {}

    def call(self, method: str, **params: Any) -> Any:
        """The result of a command. Raises `BidiError`."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=waiting.PATIENCE))
            if message["type"] == "event":
                self._note(message)
            elif message["id"] == number:
                if message["type"] == "error":
                    raise BidiError(f"{method}: {message['error']}: {message['message']}")
                return message["result"]

    def _note(self, event: dict[str, Any]) -> None:
        entry = event["params"]
        tab = self.tabs.get(entry.get("source", {}).get("context"))
        if event["method"] == "log.entryAdded" and entry["level"] == "error" and tab:
            tab.errors.append(entry["text"] or "an error without words")


class _Tab:
    def __init__(self, session: _Session, context: str) -> None:
        self.errors: list[str] = []
        self._session = session
        self._context = context
        session.tabs[context] = self

    def open(self, url: str) -> None:
        self._session.call(
            "browsingContext.navigate", context=self._context, url=url, wait="complete"
        )

    def evaluate(self, expression: str) -> Any:
        answer = self._session.call(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})) ?? 'null')()",
            target={"context": self._context},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise BidiError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def press(self, x: float, y: float) -> None:
        self._act(
            {
                "type": "pointer",
                "id": "mouse",
                "actions": [
                    {"type": "pointerMove", "x": round(x), "y": round(y)},
                    {"type": "pointerDown", "button": 0},
                    {"type": "pointerUp", "button": 0},
                ],
            }
        )

    def type(self, text: str) -> None:
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": keys})

    def close(self) -> None:
        self._session.call("browsingContext.close", context=self._context)

    def _act(self, source: dict[str, Any]) -> None:
        self._session.call("input.performActions", context=self._context, actions=[source])


class _Firefox:
    def __init__(self, session: _Session, version: str) -> None:
        self.version = f"Firefox {version.split('.', maxsplit=1)[0]}"
        self._session = session

    def new_tab(self, script: str) -> _Tab:
        # A window each: what is behind another tab is out of view, and not read.
        of_their_own = self._session.call("browser.createUserContext")["userContext"]
        context = self._session.call(
            "browsingContext.create", type="window", userContext=of_their_own
        )["context"]
        self._session.call(
            "script.addPreloadScript", functionDeclaration=f"() => {{{script}}}", contexts=[context]
        )
        self._session.call(
            "browsingContext.setViewport", context=context, viewport={"width": 1000, "height": 720}
        )
        return _Tab(self._session, context)


class Firefox:
    """See `Kind`."""

    name = "Firefox"

    @contextmanager
    def start(self) -> Iterator[_Firefox]:
        """See `Kind.start`."""
        program = find_program(["firefox-esr", "firefox"], "firefox-esr")
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            preferences = "".join(
                f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                for name, value in _PREFERENCES.items()
            )
            Path(profile, "user.js").write_text(preferences)
            process = subprocess.Popen(
                [
                    program,
                    "--headless",
                    "--no-remote",
                    "--profile",
                    profile,
                    "--remote-debugging-port",
                    "0",
                ],
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
            )
            try:
                with connect(
                    _address(process) + "/session", max_size=_MAX_MESSAGE, proxy=None
                ) as socket:
                    session = _Session(socket)
                    about = session.call("session.new", capabilities={})["capabilities"]
                    session.call("session.subscribe", events=["log.entryAdded"])
                    yield _Firefox(session, about["browserVersion"])
            finally:
                process.terminate()
                process.communicate(timeout=waiting.PATIENCE)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    for line in process.stderr:
        if found := _LISTENS.search(line):
            return found[1]
    raise AssertionError("Firefox ended before it could be driven")
