"""The whole stack as one process tree: storage, SignalR, Event Grid and the Functions host.

    with Stack("function_app:app", containers=["frames"], storage_setting="FramesStorage") as stack:
        httpx.get(f"{stack.url}/api/…")
        stack["azurite"].kill()  # the stack starts it again

Everything listens on the loopback with keys made for this run; blobs lie in a private directory
that is removed at exit. On a Linux with util-linux the children die with this process even when
it is killed.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple, Self, TextIO
from urllib.parse import urlsplit

from local.azurite import Azurite, answered, creation, private_directory
from local.event_grid import EventFilter, EventGrid
from local.functions_host.blob_trigger import HOST_STORAGE
from local.functions_host.cors import ORIGINS_VARIABLE
from local.functions_host.webhook import KEY_VARIABLE
from local.lifecycle import Lifecycle
from local.ports import choose_port, free_port
from local.process import READY_SECONDS, Child, ChildFailedError
from local.signalr.__main__ import CONNECTION_STRING_VARIABLE
from local.signalr.access import SignalRConnection


class Addresses(NamedTuple):
    """The origins a page talks to."""

    functions: str
    storage: str
    signalr: str


Name = Literal["azurite", "signalr", "functions"]

_HERE: Final = Path(__file__).resolve().parent.parent


class Stack:
    """Azure on one machine for one function app. A context manager; also `start` and `close`.

    Args:
        app: the function app as `module:attribute`, importable from `root`
        root: where `host.json` lies; the working directory by default
        site: a built static site to serve at `/`
        overlay: files that win over the site's; only this machine serves them
        site_config: that site's `staticwebapp.config.json`, given the stack's addresses
        port: the Functions host's port, 0 for a free one
        page_origins: other origins whose pages may call the functions and upload
        containers: blob containers to create, now and after each restart of the storage
        settings: the app's application settings, as environment variables. The two connection
            strings always win
        storage_setting: the setting that gets the storage connection string
        signalr_setting: the setting that gets the SignalR connection string
        event_filter: the filters of the event subscriptions
        needs_functions: fail, and say why, if the app does not load; the host itself goes on
        through: origins, for example of proxies, at which the Functions host and its app reach
            storage or SignalR in place of the real ones
        log_level: the lowest level that the Functions host shows: `warning`, `information`, …
        log: the stream for the children's output, standard error by default
    """

    def __init__(
        self,
        app: str = "function_app:app",
        *,
        root: Path | None = None,
        site: Path | None = None,
        overlay: Path | None = None,
        site_config: Callable[[Addresses], Mapping[str, Any]] = lambda _: {},
        port: int = 0,
        page_origins: Sequence[str] = (),
        containers: Sequence[str] = (),
        settings: Mapping[str, str] | None = None,
        storage_setting: str = "AzureWebJobsStorage",
        signalr_setting: str = "AzureSignalRConnectionString",
        event_filter: EventFilter | None = None,
        needs_functions: bool = True,
        through: Mapping[Literal["storage", "signalr"], str] | None = None,
        log_level: str = "warning",
        log: TextIO | None = None,
    ) -> None:
        self._app = app
        self._root = (root or Path.cwd()).resolve()
        self._site = site
        self._overlay = overlay
        self._site_config = site_config
        self._wanted_port = port
        self._page_origins = page_origins
        self._containers = containers
        self._settings = dict(settings or {})
        self._storage_setting = storage_setting
        self._signalr_setting = signalr_setting
        self._event_filter = event_filter
        self._needs_functions = needs_functions
        self._through = through or {}
        self._log_level = log_level
        self.blobs_key = secrets.token_urlsafe(32)
        self.operations: Counter[str] = Counter()
        self._log = log or sys.stderr
        self._children: dict[str, Child] = {}
        self._exits = ExitStack()
        self._closing = threading.Event()

    url: str
    """The Functions host's base URL, and the page's."""
    storage: str
    """The storage connection string."""
    signalr: str
    """The SignalR connection string."""
    blobs_key: str
    """The key of the blob trigger's webhook."""
    operations: Counter[str]
    """The storage's requests so far, by `local.azurite.Request.operation`."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __getitem__(self, name: Name) -> Child:
        """A child process by name."""
        return self._children[name]

    def start(self) -> None:
        """Starts everything and waits until it answers.

        Raises PortTakenError, AzuriteMissingError, or ChildFailedError with a child's last output.
        """
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends everything; safe to call twice."""
        self._closing.set()
        self._exits.close()

    def wait(self) -> None:
        """Blocks until a child is given up (raises ChildFailedError) or `close` is called."""
        while not self._closing.wait(0.2):
            for child in self._children.values():
                if child.failed:
                    child.wait_ready(0)

    def _start(self) -> None:
        port = choose_port(self._wanted_port)
        self.url = f"http://127.0.0.1:{port}"
        azurite = Azurite(
            port=free_port(),
            queue_port=free_port(),
            directory=self._exits.enter_context(private_directory()),
            containers=self._containers,
            cors_origins=[self.url, f"http://localhost:{port}", *self._page_origins],
        )
        hub = SignalRConnection(
            f"http://127.0.0.1:{free_port()}",
            base64.b64encode(secrets.token_bytes(32)).decode(),
        )
        self.storage, self.signalr = azurite.connection_string, str(hub)
        lifecycle = Lifecycle(azurite.client, self._containers)
        self._exits.callback(lifecycle.close)
        grid = EventGrid(
            self.url, self.blobs_key, azurite.endpoint, azurite.client, self._event_filter
        )
        self._exits.callback(grid.close)

        def storage_is_up() -> None:
            azurite.prepare()
            grid.catch_up()

        def storage_says(line: str) -> None:
            if (request := answered(line)) is None:
                return
            self.operations[request.operation] += 1
            if (created := creation(request)) is not None:
                grid.publish(created)

        environment = _environment()
        self._add(
            Child(
                "azurite",
                azurite.command(),
                env=environment | azurite.environment,
                cwd=azurite.directory,
                ready=azurite.listens,
                on_ready=storage_is_up,
                on_line=storage_says,
                stop_signal=signal.SIGKILL,  # it keeps no data
                log=self._log,
            )
        )
        self._add(
            Child(
                "signalr",
                [sys.executable, "-m", "local.signalr", "--port", hub.endpoint.rpartition(":")[2]],
                env=environment | {CONNECTION_STRING_VARIABLE: self.signalr},
                cwd=self._root,
                ready=lambda: _answers(f"{hub.endpoint}/api/health"),
                stop_signal=signal.SIGKILL,  # it has no work to finish
                log=self._log,
            )
        )
        # An app may use its storage while it loads.
        self["azurite"].wait_ready()
        storage = self.storage
        if proxy := self._through.get("storage"):
            storage = storage.replace(_origin(azurite.endpoint), proxy)
        reached = replace(hub, endpoint=self._through.get("signalr", hub.endpoint))
        signalr = str(reached)
        connections = {
            HOST_STORAGE: storage,
            self._storage_setting: storage,
            self._signalr_setting: signalr,
        }
        app_environment = environment | self._settings | connections
        if self._page_origins:
            app_environment[ORIGINS_VARIABLE] = json.dumps(self._page_origins)
        self._add(
            Child(
                "functions",
                self._host_command(
                    port, Addresses(self.url, _origin(azurite.endpoint), reached.endpoint)
                ),
                env=app_environment | {KEY_VARIABLE: self.blobs_key},
                cwd=self._root,
                ready=self._is_up,
                on_ready=grid.catch_up,
                log=self._log,
            )
        )
        grid.start()
        lifecycle.start()
        for child in self._children.values():
            child.wait_ready(READY_SECONDS)
        if self._needs_functions and not self._functions():
            raise ChildFailedError(f"{self._app} did not load:\n{self._why(app_environment)}")

    def _is_up(self) -> bool:
        """Whether this stack's host answers: another program may have taken the port meanwhile."""
        headers = {"aeg-event-type": "Unsubscribe", "x-functions-key": self.blobs_key}
        return _answers(f"{self.url}/runtime/webhooks/blobs", 202, "POST", headers)

    def _functions(self) -> list[Any]:
        functions: list[Any] = json.loads(_ask(f"{self.url}/admin/functions")[1])
        return functions

    def _why(self, environment: Mapping[str, str]) -> str:
        """The last lines of the app's error; the host does not log them, as the real one."""
        module = self._app.partition(":")[0]
        done = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path.insert(0, ''); import {module}"],
            env=dict(environment),
            cwd=self._root,
            capture_output=True,
            text=True,
            timeout=READY_SECONDS,
            check=False,
        )
        return done.stderr.strip().rpartition("\n")[2] or f"{module} declares no functions"

    def _host_command(self, port: int, addresses: Addresses) -> list[str]:
        command = [sys.executable, "-m", "local.functions_host", "--app", self._app]
        command += ["--port", str(port), "--log-level", self._log_level]
        if self._site:
            command += ["--site", str(self._site.resolve())]
            command += ["--site-config", json.dumps(self._site_config(addresses))]
            command += ["--overlay", str(self._overlay.resolve())] if self._overlay else []
        return command

    def _add(self, child: Child) -> None:
        self._children[child.name] = child
        self._exits.callback(child.stop)
        child.start()


def _environment() -> dict[str, str]:
    """This process's environment, with this package importable and no proxy for the loopback."""
    paths = [str(_HERE), os.environ.get("PYTHONPATH", "")]
    return dict(os.environ) | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _answers(
    url: str, status: int = 200, method: str = "GET", headers: Mapping[str, str] | None = None
) -> bool:
    try:
        return _ask(url, method, headers)[0] == status
    except (OSError, http.client.HTTPException):
        return False


def _ask(
    url: str, method: str = "GET", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """The answer's status and body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5.0)
    try:
        connection.request(method, parts.path, headers=dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
