"""Video tokens come from the real SDK, against a stub of OpenTok's REST API."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from functions.contract import ApiError, Claims
from functions.video import opentok as opentok_module
from functions.video.opentok import OpenTok
from local.azurite import Azurite
from local.ports import free_port
from tests import waiting
from tests.functions.conftest import SIGNALR, App, Joined
from tests.functions.stub_opentok import API_KEY, API_SECRET, SETTINGS, StubOpenTok, session_id
from tests.functions.stub_server import PAUSE, Request, Response, StubServer

ROOT = Path(__file__).parents[2]
APPLICATION = "12345678-90ab-cdef-1234-567890abcdef"
CLAIMS = Claims("r" * 22, "p" * 22, expires_at=int(time.time() + 24 * 3600) * 1000)


@pytest.fixture(scope="module")
def private_key() -> str:
    """The private key of a Vonage application, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def public_key(private: str) -> str:
    """What Vonage keeps of an application's key."""
    key = serialization.load_pem_private_key(private.encode(), None)
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


@pytest.fixture
def opentok() -> Iterator[StubOpenTok]:
    """OpenTok's REST API on this machine."""
    with StubOpenTok() as stub:
        yield stub


def direct(url: str, **more: Any) -> OpenTok:
    """A provider whose room has no session yet."""
    return OpenTok(
        API_KEY, API_SECRET, lambda _room, _project, create: create(), api_url=url, **more
    )


def failure(provider: OpenTok) -> ApiError:
    """The error a token request ends with."""
    with pytest.raises(ApiError) as caught:
        provider.token(CLAIMS)
    return caught.value


def test_an_opentok_token_says_whose_it_is_and_is_good_for_five_minutes(
    make_app: Callable[..., App], opentok: StubOpenTok
) -> None:
    """A token holds role, session, data and an expiry of five minutes, signed with the secret."""
    app = make_app(OPENTOK_API_URL=opentok.url, **SETTINGS)
    ada = app.join(app.room())
    answer = app.member("issue_video_token", ada)
    assert answer.status == 200
    assert answer.body["provider"] == "opentok"
    assert answer.body["apiKey"] == API_KEY
    token = jwt.decode(answer.body["token"], API_SECRET, algorithms=["HS256"])
    assert token["role"] == "publisher"
    assert token["iss"] == API_KEY
    assert token["connection_data"] == ada.participant
    assert token["session_id"] == answer.body["sessionId"] == opentok.created[0]
    assert token["exp"] == answer.body["expiresAt"] // 1000
    assert 0 < token["exp"] - token["iat"] <= 300


@pytest.mark.parametrize("form", ["text", "escaped", "file"])
def test_vonage_credentials_work_the_same(
    make_app: Callable[..., App], private_key: str, tmp_path: Path, form: str
) -> None:
    """A Vonage application id and key work, as PEM text in two forms or as a file."""
    path = tmp_path / "vonage-key"
    path.write_text(private_key)
    given = {
        "text": private_key,
        "escaped": private_key.replace("\n", "\\n"),
        "file": str(path),
    }[form]
    with StubOpenTok(APPLICATION, public_key(private_key), "RS256") as vonage:
        app = make_app(
            VIDEO_PROVIDER="opentok",
            OPENTOK_API_URL=vonage.url,
            VONAGE_APPLICATION_ID=APPLICATION,
            VONAGE_PRIVATE_KEY=given,
        )
        ada = app.join(app.room())
        answer = app.member("issue_video_token", ada)
    assert answer.body["apiKey"] == APPLICATION
    token = jwt.decode(answer.body["token"], public_key(private_key), algorithms=["RS256"])
    assert token["role"] == "publisher"
    assert token["application_id"] == APPLICATION
    assert token["connection_data"] == ada.participant
    assert token["session_id"] == vonage.created[0]
    assert token["exp"] == answer.body["expiresAt"] // 1000


def test_everybody_in_a_room_gets_its_one_session(
    make_app: Callable[..., App], opentok: StubOpenTok
) -> None:
    """All tokens of a room, renewed ones too, name one session; other rooms have others."""
    app = make_app(OPENTOK_API_URL=opentok.url, **SETTINGS)
    room = app.room()
    ada, zoe, elsewhere = app.join(room), app.join(room), app.join(app.room())
    sessions = [
        app.member("issue_video_token", who).body["sessionId"] for who in (ada, zoe, ada, elsewhere)
    ]
    assert sessions == [opentok.created[0]] * 3 + [opentok.created[1]]


def test_another_project_gets_a_session_of_its_own(
    make_app: Callable[..., App], opentok: StubOpenTok
) -> None:
    """After a change of project the room gets a session in the new project."""
    app = make_app(OPENTOK_API_URL=opentok.url, **SETTINGS)
    ada = app.join(app.room())
    app.member("issue_video_token", ada)
    with StubOpenTok("47111111") as other:
        moved = make_app(OPENTOK_API_URL=other.url, **(SETTINGS | {"OPENTOK_API_KEY": "47111111"}))
        assert moved.member("issue_video_token", ada).body["sessionId"] == other.created[0]


@contextmanager
def hosts(azurite: Azurite, opentok: StubOpenTok, count: int) -> Iterator[list[str]]:
    """Functions hosts, each a process of its own over the shared storage; gives their addresses."""
    environ = {
        "FramesStorage": azurite.connection_string,
        "AzureSignalRConnectionString": SIGNALR,
        "TICKET_KEY": "k" * 32,
        "ROOM_CAPACITY": "50",
        "OPENTOK_API_URL": opentok.url,
    }
    ports = [free_port() for _ in range(count)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "local.functions_host", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | environ | SETTINGS,
        )
        for port in ports
    ]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    try:
        for process, url in zip(processes, urls, strict=True):
            waiting.until(lambda: answers(url) or process.poll() is not None, "a host starts")  # noqa: B023
            assert process.poll() is None, "a host ended"
        yield urls
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(waiting.PATIENCE)


def answers(url: str) -> bool:
    """Whether the host there is ready."""
    try:
        urllib.request.urlopen(f"{url}/admin/host/status", timeout=1).close()
    except OSError:
        return False
    return True


def post(url: str, body: dict[str, Any], ticket: str = "") -> Any:
    """The JSON a function answers over HTTP."""
    request = urllib.request.Request(
        url,
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {ticket}"},
    )
    with urllib.request.urlopen(request, timeout=waiting.PATIENCE) as response:
        return json.load(response)


def test_twenty_who_race_over_two_hosts_share_one_session(
    azurite: Azurite, opentok: StubOpenTok
) -> None:
    """Twenty requests at once to two processes all get one session."""
    opentok.answers_at_once = 2  # neither host has an answer before both have asked
    with hosts(azurite, opentok, 2) as urls:
        room = post(f"{urls[0]}/api/rooms", {})["room"]
        people = [
            post(f"{urls[0]}/api/rooms/{room}/participants", {"name": str(n), "consent": False})
            for n in range(4)  # twenty joins might outlast the first one's presence
        ]

        def session(number: int) -> str:
            joined = people[number // 2 % 4]
            base = f"{urls[number % 2]}/api/rooms/{room}"
            answer = post(f"{base}/video-token", {}, joined["ticket"])
            token = jwt.decode(answer["token"], API_SECRET, algorithms=["HS256"])
            assert token["connection_data"] == joined["participant"]
            assert token["session_id"] == answer["sessionId"]
            return str(answer["sessionId"])

        with ThreadPoolExecutor(20) as asking:
            sessions = set(asking.map(session, range(20)))
    assert len(opentok.created) > 1, "nobody raced"
    assert len(sessions) == 1
    assert sessions < set(opentok.created)


WRONG_ANSWERS = {
    "500 without a body": Response(500),
    "500 with words": Response(500, b"Internal Server Error", {"Content-Type": "text/plain"}),
    "500 with JSON": Response.json({"code": -1, "message": "oops"}, 500),
    "401 with JSON": Response.json({"title": "Unauthorized"}, 401),
    "200 without a body": Response(),
    "200 that is no JSON": Response(200, b"<html>", {"Content-Type": "application/json"}),
    "200 cut off": Response(200, b'[{"session_id": "x"}]', {}, truncated=True),
    "200 without a type": Response(200, b"[]"),
    "a session whose id is a number": Response.json([{"session_id": 47}]),
    "a session of nobody": Response.json([{"session_id": "2_x"}]),
    "a session of another project": Response.json([{"session_id": session_id("48")}]),
}


@pytest.mark.parametrize("answer", WRONG_ANSWERS.values(), ids=list(WRONG_ANSWERS))
def test_a_wrong_answer_is_a_clear_error(
    make_app: Callable[..., App], caplog: pytest.LogCaptureFixture, answer: Response
) -> None:
    """Any wrong answer of the provider becomes an error that names the settings."""
    with StubServer(lambda _request: answer) as stub:
        app = make_app(OPENTOK_API_URL=stub.url, **SETTINGS)
        ada = app.join(app.room())
        refused = app.member("issue_video_token", ada)
    assert (refused.status, refused.body["error"]) == (502, "video-unavailable")
    assert "OPENTOK_API_KEY" in refused.body["message"]
    assert_nothing_leaks(caplog, ada)


def test_wrong_credentials_are_named(
    make_app: Callable[..., App], opentok: StubOpenTok, caplog: pytest.LogCaptureFixture
) -> None:
    """If the provider answers 403, the error names the settings."""
    wrong = SETTINGS | {"OPENTOK_API_SECRET": "f" * 40}
    app = make_app(OPENTOK_API_URL=opentok.url, **wrong)
    ada = app.join(app.room())
    refused = app.member("issue_video_token", ada)
    assert (refused.status, refused.body["error"]) == (502, "video-refused")
    assert "OPENTOK_API_KEY and OPENTOK_API_SECRET" in refused.body["message"]
    assert_nothing_leaks(caplog, ada)


def test_a_room_recovers_from_a_provider_that_failed(
    make_app: Callable[..., App], opentok: StubOpenTok
) -> None:
    """After a failure the next request asks the provider again and gets a session."""
    working = opentok.respond
    opentok.respond = lambda _request: Response(500)
    app = make_app(OPENTOK_API_URL=opentok.url, **SETTINGS)
    ada = app.join(app.room())
    assert app.member("issue_video_token", ada).status == 502
    opentok.respond = working
    assert app.member("issue_video_token", ada).status == 200


def test_a_provider_that_hangs_is_given_up_in_time() -> None:
    """No answer within the timeout is an error."""
    over = threading.Event()

    def hang(_request: Request) -> Response:
        over.wait()
        return Response(500)

    with StubServer(hang) as stub:
        try:
            error = failure(direct(stub.url, timeout=(0.2, 0.2)))
        finally:
            over.set()
    assert (error.status, error.code) == (502, "video-unavailable")


def test_a_provider_whose_answer_drips_is_given_up_in_time() -> None:
    """An answer whose bytes come one by one counts as none, however soon each byte comes."""
    dripping = Response.json([{"session_id": session_id(API_KEY), "note": "x" * 100}])
    with StubServer(lambda _request: replace(dripping, drips=True)) as stub:
        error = failure(direct(stub.url, timeout=(20, 25 * PAUSE)))
    assert (error.status, error.code) == (502, "video-unavailable")


def test_connections_are_ended_only_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """If each of many connections takes the provider long, the rest is left to a second request."""
    passed = 0.0

    def slow(request: Request) -> Response:
        nonlocal passed
        if request.method == "POST":
            return Response.json([{"session_id": session_id(API_KEY)}])
        passed += 8
        return Response(204)

    with StubServer(slow) as stub:
        provider = direct(stub.url)
        monkeypatch.setattr(
            opentok_module, "time", SimpleNamespace(monotonic=lambda: passed, time=time.time)
        )
        with pytest.raises(ApiError) as caught:
            provider.disconnect("r" * 22, ["one"] * 8)
    assert caught.value.code == "video-unavailable"
    assert [request.method for request in stub.requests] == ["POST", *["DELETE"] * 3]


def test_a_provider_that_is_slow_still_serves(opentok: StubOpenTok) -> None:
    """An answer that comes late, but within the timeout, counts."""
    opentok.pause = 0.5
    assert direct(opentok.url, timeout=(20, 20)).token(CLAIMS)["sessionId"] == opentok.created[0]


def test_a_provider_that_is_not_there_is_a_clear_error() -> None:
    """If nothing listens at the provider's address, the answer is a clear error."""
    error = failure(direct("http://127.0.0.1:9"))
    assert (error.status, error.code) == (502, "video-unavailable")
    assert "OPENTOK_API_URL" in error.message


def assert_nothing_leaks(caplog: pytest.LogCaptureFixture, who: Joined) -> None:
    """The log tells of the failure without secret, ticket, room or participant."""
    assert any(record.levelno == logging.ERROR for record in caplog.records)
    for secret in (API_SECRET, who.ticket, who.room, who.participant):
        assert secret not in caplog.text
