"""No call of another service takes longer than the app waits for it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
import requests
from azure.core.exceptions import AzureError
from azure.storage.blob import BlobServiceClient

from functions import connections
from tests.functions.conftest import App
from tests.functions.stub_server import PAUSE, Response, StubServer

PATIENCE = 25 * PAUSE
DRIPPING = Response(200, b"x" * 100, {"x-ms-request-id": "1"}, drips=True)


def test_each_call_of_the_storage_has_a_timeout(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A storage that hangs is given up after seconds, not after the SDK's five minutes."""
    timeouts: list[Any] = []

    def hang(*_: Any, timeout: Any, **__: Any) -> requests.Response:
        timeouts.append(timeout)
        raise requests.ReadTimeout

    app = make_app()
    room = app.room()
    monkeypatch.setattr(requests.Session, "request", hang)
    answer = app.call("join_room", {"name": "Ada", "consent": False}, room=room)
    assert (answer.status, answer.body["error"]) == (503, "storage-unavailable")
    assert timeouts == [(2, 5)] * 3


def test_an_answer_that_drips_is_none() -> None:
    """An answer whose bytes come one by one is given up, and the next one counts."""
    answers = [DRIPPING, Response(200, b"whole")]
    with StubServer(lambda _request: answers.pop(0)) as stub:
        asked = connections.session()
        with pytest.raises(requests.RequestException):
            asked.get(stub.url, timeout=(20, PATIENCE))
        assert asked.get(stub.url, timeout=20).content == b"whole"


def test_an_answer_of_the_storage_that_drips_is_an_error_of_azure() -> None:
    """The storage's SDK raises what the functions expect of a storage that does not answer."""
    with (
        StubServer(lambda _request: DRIPPING) as stub,
        BlobServiceClient(
            f"{stub.url}/account",
            retry_total=0,
            transport=connections.storage_transport(1, connect=20, read=PATIENCE),
        ) as storage,
        pytest.raises(AzureError),
    ):
        storage.get_blob_client("rooms", "room").get_blob_properties()


def test_an_answer_leaves_the_connection_its_whole_timeout() -> None:
    """The next request on a connection is not bounded by what the answer before it left."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(20)
        theirs.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxx")
        answer = connections._Answer(ours)
        answer.begin()
        assert answer.read() == b"xx"
        assert ours.gettimeout() == 20
