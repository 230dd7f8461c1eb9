"""verify.sh sends a frame through the local stack, and says what to do about a failed step."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.ports import free_port
from local.stack import Stack
from tests import waiting
from tests.infra.files import INFRA
from tests.other_origin import page_elsewhere, served

STEPS = [
    "page",
    "configuration",
    "functions' CORS",
    "room",
    "join",
    "hub",
    "presence",
    "upload ticket",
    "storage's CORS",
    "upload",
    "reading",
    "deletion",
    "leave",
]


@dataclass(frozen=True)
class Deployment:
    """A stack, its page at another origin, and where the page's configuration lies."""

    stack: Stack
    page: str
    directory: Path


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The product as it is deployed: page, functions and storage at origins of their own."""
    directory = tmp_path_factory.mktemp("page")
    with page_elsewhere(directory, settings={"FRAME_LIFETIME_SECONDS": "60"}) as (stack, page):
        yield Deployment(stack, page, directory)


def _verify(page: str, patience: float = waiting.PATIENCE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [INFRA / "verify.sh", page],
        env=os.environ | {"VERIFY_SECONDS": str(patience)},
        capture_output=True,
        text=True,
        timeout=3 * waiting.PATIENCE,
        check=False,
    )


def _rows(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """What stands beside each step."""
    lines = (re.match(r"(.{16}) *(\d+|FAILED)", line) for line in done.stdout.splitlines())
    return {line[1].strip(): line[2] for line in lines if line}


def test_a_frame_goes_its_whole_way(deployment: Deployment) -> None:
    """Every step is printed with its milliseconds, and no frame remains."""
    done = _verify(deployment.page)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = _rows(done)
    assert list(rows) == STEPS
    assert all(ms.isdigit() for ms in rows.values())
    assert "looks happiness" in done.stdout


class Fault:
    """Passes on what is asked of functions and storage, but for one kind of request.

    Args:
        method: of the requests that fail.
        path: a part of their path.
        status: what they are answered; 201 as if it had been done.
        passing: how many such requests are passed on before.
    """

    def __init__(self, method: str, path: str, status: int, passing: int = 0) -> None:
        self._wrong = (method, path)
        self._status = status
        self._passing = passing

    @contextmanager
    def between(self, deployment: Deployment) -> Iterator[None]:
        """Let the page's configuration lead here."""
        port = free_port()
        here = f"http://127.0.0.1:{port}"
        parts = dict(it.split("=", 1) for it in deployment.stack.storage.split(";") if "=" in it)
        blobs = urlsplit(parts["BlobEndpoint"])
        storage = f"{blobs.scheme}://{blobs.netloc}"

        async def answer(request: Request) -> Response:
            path = request.url.path
            method, part = self._wrong
            if request.method == method and part in path:
                self._passing -= 1
                if self._passing < 0:
                    headers = {"Access-Control-Allow-Origin": deployment.page}
                    granted = {} if method == "OPTIONS" else headers
                    return Response(status_code=self._status, headers=granted)
            origin = deployment.stack.url if path.startswith("/api/") else storage
            async with httpx.AsyncClient(timeout=waiting.PATIENCE) as client:
                passed = await client.request(
                    request.method,
                    f"{origin}{path}?{request.url.query}",
                    content=await request.body(),
                    headers={k: v for k, v in request.headers.items() if k != "host"},
                )
            headers = {k: v for k, v in passed.headers.items() if k.startswith("access-control")}
            content = passed.content.replace(storage.encode(), here.encode())
            return Response(content, passed.status_code, headers)

        methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]
        config = deployment.directory / "config.json"
        before = config.read_text()
        config.write_text(json.dumps({"api": here}))
        try:
            with served(Starlette(routes=[Route("/{path:path}", answer, methods=methods)]), port):
                yield
        finally:
            config.write_text(before)


@pytest.mark.parametrize(
    ("step", "fault", "cure"),
    [
        ("functions' CORS", Fault("OPTIONS", "/api/", 204), "CORS lists that one"),
        ("room", Fault("POST", "/api/rooms", 404), "the app did not start"),
        ("join", Fault("POST", "/participants", 503), "roles take up to ten minutes"),
        ("hub", Fault("POST", "/negotiate", 500), "SignalR refuses the app"),
        ("presence", Fault("POST", "/presence", 500), "SignalR refuses what the app sends"),
        ("upload ticket", Fault("POST", "/upload-tickets", 503), "no delegation key"),
        ("storage's CORS", Fault("OPTIONS", "/devstoreaccount1/", 403), "storage account's CORS"),
        ("upload", Fault("PUT", "/devstoreaccount1/", 403), "a clock that is wrong"),
        ("reading", Fault("PUT", "/devstoreaccount1/", 201), "infra/subscribe.sh"),
        ("deletion", Fault("PUT", "/devstoreaccount1/", 409, passing=1), "may not delete blobs"),
        ("leave", Fault("DELETE", "/participants/", 503), "storage refuses the app"),
    ],
)
def test_what_fails_is_named_with_its_cure(
    deployment: Deployment, step: str, fault: Fault, cure: str
) -> None:
    """The first failing step ends the walk, with what to do below it."""
    with fault.between(deployment):
        # Only what never comes is waited for in vain; each step before it has as long.
        done = _verify(deployment.page, 10 if step == "reading" else waiting.PATIENCE)
    assert done.returncode == 1, done.stdout + done.stderr
    rows = _rows(done)
    assert list(rows) == STEPS[: STEPS.index(step) + 1], done.stdout
    assert rows[step] == "FAILED"
    assert cure in done.stdout


def test_an_address_without_https_is_named() -> None:
    """A wrong address ends the script with what is needed, without a stack trace."""
    done = _verify("calls.example.org")
    assert done.returncode == 1
    assert done.stderr == "error: the page's address is needed, with its https://\n"


def test_a_page_that_cannot_be_reached_is_no_fault_of_its_deployment() -> None:
    """Where nothing answers, the network and its proxy are named, and not another deployment."""
    done = _verify(f"http://127.0.0.1:{free_port()}")
    assert (done.returncode, _rows(done)) == (1, {"page": "FAILED"})
    assert "proxy" in done.stdout
    assert "infra/deploy.sh" not in done.stdout


def test_a_page_without_headers_or_configuration_is_named(deployment: Deployment) -> None:
    """A foreign page, and a page without configuration, are named as the failing step."""
    done = _verify(deployment.stack.url)
    assert (done.returncode, _rows(done)) == (1, {"page": "FAILED"})
    assert "infra/deploy.sh" in done.stdout
    config = deployment.directory / "config.json"
    before = config.read_text()
    config.write_text("<!doctype html>")
    try:
        done = _verify(deployment.page)
    finally:
        config.write_text(before)
    assert (done.returncode, _rows(done)["configuration"]) == (1, "FAILED")
