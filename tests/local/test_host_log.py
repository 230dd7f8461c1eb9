"""Rows `log` of docs/host.md: the lines that the host writes, with category and level.

They need the host's process, so they run on this machine alone.
"""

from __future__ import annotations

import io
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from azure.storage.blob import BlobServiceClient

from local.stack import Stack
from tests.local.conftest import OTHER_APP, WAIT, other_stack

Host = tuple[Stack, httpx.Client, Callable[[], str]]


@contextmanager
def logging_host(root: Path, rules: dict[str, str], **more: Any) -> Iterator[Host]:
    """A host with these `logLevel` rules that shows all it may: stack, client and log."""
    shutil.copytree(OTHER_APP, root, dirs_exist_ok=True)
    document: dict[str, Any] = json.loads((root / "host.json").read_text())
    document["logging"] = {"logLevel": rules}
    (root / "host.json").write_text(json.dumps(document))
    log = io.StringIO()
    with (
        other_stack(root=root, log=log, log_level="trace", **more) as stack,
        httpx.Client(base_url=stack.url, timeout=WAIT, trust_env=False) as client,
    ):
        yield stack, client, log.getvalue


@pytest.fixture(scope="module")
def open_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host without rules: everything from Information on."""
    with logging_host(tmp_path_factory.mktemp("open"), {}) as host:
        yield host


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and listens not
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def quiet_host(tmp_path: Path, nobody: str) -> Iterator[Host]:
    """A host that keeps what it says of functions to itself, but not what they say."""
    rules = {
        "default": "Warning",
        "Function": "None",
        "Function.says.User": "Warning",
        "Host.Results": "None",
        "Host.Aggregator": "Information",
    }
    with logging_host(tmp_path, rules, through={"signalr": nobody}) as host:
        yield host


def test_a_functions_own_lines_have_its_name(open_host: Host) -> None:
    """log 1: a function's own lines are `Function.NAME.User`, at their own level."""
    stack, client, _ = open_host
    client.get("/v1/says/anchor")
    assert stack["functions"].wait_output("Warning Function.says.User: beware: anchor")
    assert stack["functions"].wait_output("Information Function.says.User: in passing: anchor")


def test_a_failure_is_an_error_of_the_function_with_its_stack(open_host: Host) -> None:
    """log 2: a failure is an Error of `Function.NAME` with text and stack."""
    stack, client, log = open_host
    client.get("/v1/broken")
    assert stack["functions"].wait_output("in broken")  # the stack comes last
    assert "RuntimeError: the crane fell over" in log()
    assert "Error Function.broken: Executed 'Functions.broken' (Failed" in log()


def test_a_failed_input_binding_is_logged_under_the_function(open_host: Host) -> None:
    """log 3: it is an Error of `Function.NAME`, though its code did not run."""
    stack, client, log = open_host
    client.post("/v1/negotiate")
    assert stack["functions"].wait_output("headers.x-docker has no value")
    assert "Error Function.negotiate: Executed 'Functions.negotiate' (Failed" in log()


def test_a_failed_output_binding_is_logged_with_the_requests_address(
    tmp_path: Path, nobody: str
) -> None:
    """log 4: the text under `Function.NAME` holds user and group."""
    action = {"userId": "amber", "groupName": "pier-9", "action": "add"}
    with logging_host(tmp_path, {}, through={"signalr": nobody}) as (stack, client, log):
        answer = client.post("/v1/signal", json=action)
        assert (answer.status_code, answer.content) == (500, b"")
        address = "/api/hubs/harbour/users/amber/groups/pier-9?api-version"
        assert stack["functions"].wait_output(address)
        assert "Error Function.signal: Executed 'Functions.signal' (Failed" in log()


def test_the_reason_of_a_call_names_the_blob(open_host: Host) -> None:
    """log 5: `Function.NAME` and `Host.Results` hold the blob's name at Information."""
    stack, _, _ = open_host
    name = f"{uuid4()}/1.txt"
    with BlobServiceClient.from_connection_string(stack.storage) as account:
        account.get_blob_client("manifests", name).upload_blob(b"wine")
    host = stack["functions"]
    reason = f"New blob detected(EventGrid): manifests/{name}"
    assert host.wait_output(
        f"Function.unload: Executing 'Functions.unload' (Reason='{reason}'", WAIT
    )
    assert host.wait_output(f"Information Host.Results: unload Succeeded ({reason}", WAIT)


def test_function_none_silences_the_host_of_functions_but_not_their_code(quiet_host: Host) -> None:
    """log 6: no address or exception is logged; the functions' own lines are."""
    stack, client, log = quiet_host
    client.get("/v1/broken")
    client.post("/v1/negotiate")
    client.post("/v1/signal", json={"userId": "amber", "groupName": "p", "action": "climb"})
    action = {"userId": "amber", "groupName": "pier-9", "action": "add"}
    assert client.post("/v1/signal", json=action).status_code == 500
    with BlobServiceClient.from_connection_string(stack.storage) as account:
        account.get_blob_client("manifests", "fog/1.txt").upload_blob(b"sink")
    assert stack["functions"].wait_output("Moving message to queue", WAIT)
    client.get("/v1/says/anchor")
    assert stack["functions"].wait_output("Warning Function.says.User: beware: anchor")
    for said in ("amber", "pier-9", "crane", "x-docker", "fog", "sinks", "in passing"):
        assert said not in log()


def test_failures_are_counted_by_function(quiet_host: Host) -> None:
    """log 7: `Host.Aggregator` has only the number of failures of each function."""
    stack, client, log = quiet_host
    client.get("/v1/broken")
    stack.close()
    assert "Information Host.Aggregator: broken: " in log()


def test_a_request_that_is_repeated_is_not_named() -> None:
    """log 6: a library's warning about a repeated request, with its address, is not logged."""
    program = """
import logging, socket, threading, urllib3
from local.functions_host.log import LogLevels, configure

def serve(listening):
    while True:
        connection, _ = listening.accept()
        connection.recv(4096)
        connection.close()  # before any answer

configure(LogLevels({"default": logging.WARNING}), logging.DEBUG)
listening = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, args=(listening,), daemon=True).start()
port = listening.getsockname()[1]
try:
    urllib3.request("GET", f"http://127.0.0.1:{port}/users/amber", retries=1, timeout=60)
except urllib3.exceptions.HTTPError:
    logging.getLogger("Host").warning("refused")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=WAIT, check=True
    )
    assert done.stderr == "Warning Host: refused\n"
