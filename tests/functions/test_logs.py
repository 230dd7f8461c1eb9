"""The log shows a frame's steps by its number, and nothing that names a person."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError
from azure.functions.blob import InputStream
from azure.storage.blob import BlobClient, ContainerClient

from functions.contract import Face, UnreadError, UnreadReason
from functions.rooms import Rooms
from local.functions_host.log import LEVELS, LogLevels
from tests.functions.conftest import App, ScriptedReader
from tests.functions.stub_server import Response, StubServer

ROOT = Path(__file__).parents[2]
SMILE = (ROOT / "tests" / "faces" / "astronaut.jpg").read_bytes()


@pytest.mark.parametrize(
    "reader",
    [
        None,
        ScriptedReader(UnreadError(UnreadReason.NO_FACE)),
        ScriptedReader(RuntimeError("the reader broke")),
    ],
)
def test_a_frames_steps_are_found_by_its_number_and_name_nobody(
    make_app: Callable[..., App],
    caplog: pytest.LogCaptureFixture,
    reader: ScriptedReader | None,
) -> None:
    """Log lines hold the frame's number, but no room, person, ticket or SAS."""
    caplog.set_level(logging.DEBUG)
    app = make_app(reader)
    ada = app.join(app.room(), name="Ada Lovelace")
    name = app.upload(ada, SMILE)
    app.trigger(name)
    app.member("leave_room", ada, participant=ada.participant)
    steps = [r.getMessage() for r in caplog.records if f"frame {Path(name).stem}" in r.getMessage()]
    assert len(steps) == 2
    for secret in (ada.room, ada.participant, ada.ticket, "Ada", "Lovelace", "sig="):
        assert secret not in caplog.text


def test_what_goes_wrong_names_nobody(
    make_app: Callable[..., App], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors of the storage and of the code are logged without ids."""
    app = make_app(None)
    ada = app.join(app.room(), name="Ada Lovelace")
    name = app.upload(ada, SMILE)
    event = InputStream(data=SMILE, name=name, length=len(SMILE))
    with monkeypatch.context() as broken:
        broken.setattr(ContainerClient, "delete_blob", _fails)
        broken.setattr(BlobClient, "set_blob_metadata", _fails)
        with pytest.raises(HttpResponseError):
            app.read(event)
        assert app.member("leave_room", ada, participant=ada.participant).status == 503
    with monkeypatch.context() as broken:
        broken.setattr(Rooms, "participant", _is_wrong)
        assert app.member("analyze", ada).status == 500
    assert "read_frame failed: HttpResponseError at functions/" in caplog.text
    assert "leave_room: storage failed: HttpResponseError at functions/records.py:" in caplog.text
    assert "analyze failed: TypeError at functions/api/" in caplog.text
    assert "a bug" not in caplog.text
    assert "Traceback" not in caplog.text
    for secret in (ada.room, ada.participant, ada.ticket, "Ada", "Lovelace", "sig="):
        assert secret not in caplog.text


def test_an_odd_answer_of_the_storage_names_nobody(
    make_app: Callable[..., App], caplog: pytest.LogCaptureFixture
) -> None:
    """An odd answer's headers give no log line with the room's address."""
    ada = make_app().join(make_app().room())
    odd = {"Connection": "close", "x-ms-request-id": "1", "no header": "x"}
    with StubServer(lambda _: Response(500, b"", odd)) as storage:
        address = f"DefaultEndpointsProtocol=http;AccountName=a;BlobEndpoint={storage.url}/a;"
        app = make_app(FramesStorage=address + "AccountKey=YWJj")
        assert app.member("heartbeat", ada).status == 503
    for secret in (ada.room, ada.participant):
        assert secret not in caplog.text


def _fails(*_: object, **__: object) -> None:
    raise HttpResponseError("the storage is broken")


def _is_wrong(*_: object) -> None:
    raise TypeError("a bug")


def test_the_host_says_nothing_of_any_function_and_each_function_is_heard(
    make_app: Callable[..., App],
) -> None:
    """`host.json` turns off the host's lines of every function, and keeps the functions' own."""
    rules = json.loads((ROOT / "host.json").read_text())["logging"]["logLevel"]
    named = {rule.split(".")[1] for rule in rules if rule.startswith("Function.")}
    assert named == set(make_app().functions)
    levels = LogLevels({prefix: LEVELS[level.lower()] for prefix, level in rules.items()})
    for name in named:
        assert levels.minimum(f"Function.{name}") == LEVELS["none"]
        assert levels.minimum(f"Function.{name}.User") <= LEVELS["warning"]
    assert levels.minimum("Host.Results") == LEVELS["none"]


def test_a_broken_reader_is_logged_by_type_and_place(
    make_app: Callable[..., App], caplog: pytest.LogCaptureFixture
) -> None:
    """An exception is logged as type and innermost own line, without its text."""

    class Broken:
        name = "broken"

        def read(self, _: bytes) -> tuple[Face, ...]:
            raise ValueError("secret") from KeyError("secret")

    app = make_app(Broken())
    ada = app.join(app.room())
    app.trigger(app.upload(ada, SMILE))
    assert "reading failed: ValueError after KeyError at " in caplog.text
    assert "secret" not in caplog.text
