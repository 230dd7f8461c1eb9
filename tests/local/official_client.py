"""The official JavaScript SignalR client as a child process (`signalr_client.mjs`)."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests import waiting

SCRIPT = Path(__file__).parent / "signalr_client.mjs"


class OfficialClient:
    """One connected client. `arguments` of a message come by `receive`."""

    def __init__(self, url: str, token: str, *targets: str) -> None:
        self._process = subprocess.Popen(
            ["node", str(SCRIPT), url, token, *targets],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        self.id: str = self.expect("connected")["id"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait(waiting.PATIENCE)
        self._reader.join(waiting.PATIENCE)
        self._process.stdin.close()
        self._process.stdout.close()

    def expect(self, event: str, timeout: float = waiting.PATIENCE) -> dict[str, Any]:
        """The next event of this kind; others before it are dropped."""
        deadline = time.monotonic() + timeout
        while True:
            found = self._events.get(timeout=max(0.01, deadline - time.monotonic()))
            if found["event"] == event:
                return found

    def receive(self, timeout: float = waiting.PATIENCE) -> Any:
        """The first argument of the next message."""
        return self.expect("message", timeout)["arguments"][0]

    def say(self, line: str) -> None:
        """Writes a line to the client: a method to invoke, or `stop`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put(json.loads(line))
