"""Rows `process` of docs/host.md: workers that die or hang, and the host's end and start.

They need the host's processes, so they run on this machine alone.
"""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from local.process import ChildFailedError
from local.stack import Stack
from tests.local.conftest import OTHER_APP, WAIT, event, other_stack
from tests.local.queue_reader import peek

Calls = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack of these tests' own, whose workers die."""
    with other_stack() as running:
        yield running


def answers(http: httpx.Client) -> bool:
    """Whether functions are called (again) before long."""
    deadline = time.monotonic() + WAIT
    while http.get("/v1/anything").status_code != 200:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_worker_that_dies_fails_its_calls_alone(stack: Stack, http: httpx.Client) -> None:
    """process 1: its call is an empty 500; the next one waits for a new worker."""
    host = stack["functions"].pid
    answer = http.get("/v1/end")
    assert (answer.status_code, answer.content) == (500, b"")
    assert http.get("/v1/anything").status_code == 200
    assert stack["functions"].pid == host


def test_a_blob_that_kills_its_worker_is_tried_and_given_up(
    stack: Stack, elsewhere: ContainerClient, calls: Calls, deliver: Any
) -> None:
    """process 2: three workers try it, then it is poison; other blobs are called."""
    deadly, harmless = f"{uuid4()}/deadly.txt", f"{uuid4()}/harmless.txt"
    elsewhere.upload_blob(deadly, b"quit")
    elsewhere.upload_blob(harmless, b"wine")
    deliver(deadly, container="elsewhere")
    calls(f"elsewhere/{deadly}", 3)
    assert peek(stack.storage, "webjobs-blobtrigger-poison", deadly)
    deliver(harmless, container="elsewhere")
    calls(f"elsewhere/{harmless}", 1)


def test_a_function_that_overruns_ends_its_worker(stack: Stack, http: httpx.Client) -> None:
    """process 3: after functionTimeout it is 500; other calls fail until a new worker."""
    answer = http.get("/v1/hangs")
    assert (answer.status_code, answer.content) == (500, b"")
    assert stack["functions"].wait_output("Timeout value of 10.0 s was exceeded by function")
    assert answers(http)


def test_nothing_that_waits_is_lost_at_sigterm(
    stack: Stack, elsewhere: ContainerClient, calls: Calls, deliver: Any
) -> None:
    """process 4: all 40 waiting calls are made, by this host or by the next.

    Two of the four that run here end only there, so that this host cannot make all of them.
    """
    names = [f"{uuid4()}/{number}.txt" for number in range(40)]
    held = names[:4]  # no more calls are made at once
    for name in names:
        elsewhere.upload_blob(name, b"hold" if name in held else b"wait")
    deliver(*names, container="elsewhere")
    calls(f"elsewhere/{held[0]}", 1)
    host = stack["functions"]
    life, pid = host.starts, host.pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM)
    for name in held[:2]:
        elsewhere.delete_blob(name)
    host.wait_ready(after_start=life)
    for name in held[2:]:
        elsewhere.delete_blob(name)
    called = [calls(f"elsewhere/{name}", 1, exactly=False) for name in names]
    assert all(called)
    assert len({one["process"] for many in called for one in many}) == 2


@pytest.fixture
def broken_app(tmp_path: Path) -> Path:
    """A folder with an app that does not load, and then does: both its versions."""
    for file in OTHER_APP.glob("*.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "function_app.py").rename(tmp_path / "repaired.py")
    (tmp_path / "function_app.py").write_text("raise RuntimeError('the keel is missing')\n")
    return tmp_path


def test_a_host_without_functions_is_alive_and_silent(broken_app: Path) -> None:
    """process 5: it is `Running`, takes events, logs one line, and calls after the repair."""
    log = io.StringIO()
    with (
        other_stack(root=broken_app, needs_functions=False, log=log) as stack,
        httpx.Client(base_url=stack.url, timeout=WAIT, trust_env=False) as http,
    ):
        assert http.get("/admin/host/status").json()["state"] == "Running"
        assert http.get("/admin/functions").json() == []
        assert http.get("/v1/anything").status_code == 404
        hook = f"/runtime/webhooks/blobs?functionName=Host.Functions.unload&code={stack.blobs_key}"
        kinds = ("SubscriptionValidation", "Notification")
        validation, notification = ({"aeg-event-type": kind} for kind in kinds)
        question = [{"data": {"validationCode": "1"}}]
        assert http.post(hook, json=question, headers=validation).status_code == 200
        with BlobServiceClient.from_connection_string(stack.storage) as account:
            account.get_blob_client("elsewhere", "early/1.txt").upload_blob(b"wine")
            events = [event("elsewhere", "early/1.txt")]
            assert http.post(hook, json=events, headers=notification).status_code == 202
            assert peek(stack.storage, "azure-webjobs-blobtrigger-local", "early/1.txt")
            assert stack["functions"].wait_output("No job functions found.")
            (broken_app / "repaired.py").rename(broken_app / "function_app.py")
            said = log.getvalue()
            life = stack["functions"].kill()
            stack["functions"].wait_ready(after_start=life)
            seen = account.get_container_client("seen")
            deadline = time.monotonic() + WAIT
            while not list(seen.list_blob_names(name_starts_with="elsewhere/early/1.txt/")):
                assert time.monotonic() < deadline, "what waited was not called"
                time.sleep(0.05)
    assert [line for line in said.splitlines() if line] == [
        "[functions] Warning Host.Startup: No job functions found."
    ]


def test_the_stack_says_why_an_app_does_not_load(broken_app: Path) -> None:
    """process 6: the local launcher prints the reason that the real host does not."""
    with pytest.raises(ChildFailedError, match="the keel is missing"):
        other_stack(root=broken_app, log=io.StringIO()).start()
