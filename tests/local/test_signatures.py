"""The local host signs its own requests again before a signature ends."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from local.functions_host import blob_download
from local.functions_host.bindings import Function, HttpTrigger, SignalROutput
from local.functions_host.blob_download import BlobAccount, BlobAddress
from local.functions_host.signalr_binding import SignalRBinding
from local.signalr.access import SignalRConnection

HOUR = 3600
STORAGE = "AccountName=a;AccountKey=a2V5;BlobEndpoint=http://storage/a"


class Requests:
    """The signatures of the requests that the host sends, numbered as they are made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._sent: list[str] = []
        numbers = map(str, itertools.count(1))
        monkeypatch.setenv("HUB", str(SignalRConnection("http://hub", "key")))
        monkeypatch.setattr(urllib3.PoolManager, "request", self._send)
        monkeypatch.setattr(blob_download, "generate_container_sas", lambda *_, **__: next(numbers))
        monkeypatch.setattr(SignalRConnection, "server_token", lambda *_: next(numbers))
        output = SignalROutput("out", "hub", "HUB")
        function = Function("f", HttpTrigger("req", "f", None), [], [output], [])
        hub = SignalRBinding([function])
        blobs = BlobAccount(STORAGE, 1)
        self._ways: dict[str, Callable[[], object]] = {
            "blob": lambda: blobs.read(BlobAddress("frames", "a.jpg")),
            "message": lambda: hub._send(output, '{"target": "t", "arguments": []}'),
        }

    def _send(self, _: str, url: str, **more: Any) -> SimpleNamespace:
        self._sent.append(more.get("headers", {}).get("Authorization", urlsplit(url).query))
        return SimpleNamespace(status=200, data=b"", headers={})

    def signed(self, what: str) -> str:
        """The signature with which this is sent."""
        self._ways[what]()
        return self._sent.pop().removeprefix("Bearer ")


@pytest.mark.parametrize("what", ["blob", "message"])
@pytest.mark.parametrize("passed", [HOUR, -HOUR], ids=["it slept", "its clock was set back"])
def test_a_computer_whose_clock_jumps_signs_anew(
    monkeypatch: pytest.MonkeyPatch, what: str, passed: int
) -> None:
    """Asleep, or as a clock is set, monotonic time stands still, and signatures end."""
    clock = 1_800_000_000.0
    monkeypatch.setattr(time, "time", lambda: clock)
    requests = Requests(monkeypatch)
    assert [requests.signed(what), requests.signed(what)] == ["1", "1"]
    clock += passed
    assert [requests.signed(what), requests.signed(what)] == ["2", "2"]
