"""What the log holds: a frame's steps by its number, and nothing about anybody."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError
from azure.functions.blob import InputStream
from azure.storage.blob import ContainerClient

from functions.contract import UnreadError, UnreadReason
from functions.rooms import Rooms
from tests.functions.conftest import App, ScriptedReader

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()


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
    """Signing and reading say the frame's number; no line holds room, person, ticket or SAS."""
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
    """Storage that fails a deletion and a bug in a function are logged, without whom they met."""
    app = make_app(None)
    ada = app.join(app.room(), name="Ada Lovelace")
    name = app.upload(ada, SMILE)
    event = InputStream(data=SMILE, name=name, length=len(SMILE))
    with monkeypatch.context() as broken:
        broken.setattr(ContainerClient, "delete_blob", _fails)
        with pytest.raises(HttpResponseError):
            app.read(event)
        assert app.member("leave_room", ada, participant=ada.participant).status == 503
    with monkeypatch.context() as broken:
        broken.setattr(Rooms, "participant", _is_wrong)
        assert app.member("request_capture", ada).status == 500
    assert "leave_room: storage failed" in caplog.text
    assert "request_capture failed" in caplog.text
    for secret in (ada.room, ada.participant, ada.ticket, "Ada", "Lovelace", "sig="):
        assert secret not in caplog.text


def _fails(*_: object) -> None:
    raise HttpResponseError("the storage is broken")


def _is_wrong(*_: object) -> None:
    raise TypeError("a bug")
