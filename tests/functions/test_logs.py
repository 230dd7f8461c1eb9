"""What the log holds: a frame's steps by its number, and nothing about anybody."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.contract import UnreadError, UnreadReason
from tests.functions.conftest import App, ScriptedReader

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()


@pytest.mark.parametrize("reader", [None, ScriptedReader(UnreadError(UnreadReason.NO_FACE))])
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
