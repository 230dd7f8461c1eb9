"""The timer deletes the frames that no event led to a deletion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.functions.timer import TimerRequest

from functions import leftovers
from functions.deletion import delete
from functions.limits import LIMITS_CONTAINER
from functions.rooms import ROOMS_CONTAINER
from tests.functions.conftest import App

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()


def test_what_was_left_over_is_logged_with_its_cure(
    make_app: Callable[..., App], caplog: pytest.LogCaptureFixture
) -> None:
    """One log line has the number and the remedy, and names no frame."""
    app = make_app(FRAME_LIFETIME_SECONDS="1")
    ada = app.join(app.room())
    frame = app.upload(ada, SMILE)
    app.clock.advance(3.1)
    app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
    (line,) = [m for m in caplog.messages if "no event brought to an end" in m]
    assert line.startswith("1 frames")
    assert "infra/subscribe.sh" in line
    assert not any(part in line for part in frame.removesuffix(".jpg").split("/")[1:])
    caplog.clear()
    app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
    assert "subscribe.sh" not in caplog.text


def test_only_frames_that_nobody_would_read_any_more_are_deleted(
    make_app: Callable[..., App],
) -> None:
    """Frames older than two lifetimes are deleted; newer ones stay for their event."""
    app = make_app(FRAME_LIFETIME_SECONDS="1")
    ada = app.join(app.room())
    app.upload(ada, SMILE)
    app.clock.advance(3.1)  # the storage keeps whole seconds
    waiting = app.upload(ada, SMILE).removeprefix("frames/")
    app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
    assert app.frames() == [waiting]


def test_a_run_ends_in_time_and_says_what_it_did(
    make_app: Callable[..., App], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If there is more than fits into a run, it logs what it deleted, and the next one goes on."""
    app = make_app(FRAME_LIFETIME_SECONDS="1")
    ada = app.join(app.room())
    for _ in range(20):
        app.upload(ada, SMILE)
    app.clock.advance(3.1)
    began = app.clock.monotonic()

    def slow(*arguments: Any) -> bool:
        app.clock.advance(6)
        return delete(*arguments)

    monkeypatch.setattr(leftovers, "delete", slow)
    app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
    assert app.clock.monotonic() - began < 60
    left = len(app.frames())
    assert 0 < left < 20
    assert f"{20 - left} frames that no event brought to an end" in caplog.text
    assert "more frames are left" in caplog.text
    app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
    app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
    assert app.frames() == []


@pytest.fixture
def counting(make_app: Callable[..., App]) -> App:
    """An app whose storage has no counts yet, as an hour begins."""
    app = make_app()
    for name in _counts(app):
        app.storage.get_blob_client(LIMITS_CONTAINER, name).delete_blob()
    app.clock.advance(3600 - app.clock.now() % 3600)
    return app


def _counts(app: App) -> list[str]:
    return list(app.storage.get_container_client(LIMITS_CONTAINER).list_blob_names())


def test_counts_of_past_slots_are_deleted(counting: App) -> None:
    """A count outlives its slot by some minutes; those of a slot that still runs are kept."""
    hour = round(counting.clock.now())
    counting.join(counting.room())

    def ends() -> set[int]:
        counting.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
        return {int(name.split("/")[0]) - hour for name in _counts(counting)}

    assert ends() == {60, 3600}
    counting.clock.advance(115)
    assert ends() == {60, 3600}
    counting.clock.advance(10)
    assert ends() == {3600}
    counting.clock.advance(3600)
    assert ends() == set()


def test_a_count_that_cannot_be_deleted_stops_no_other(
    counting: App, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged by the kind of error, without its name, and the others go."""
    counting.join(counting.room())
    stuck, *others = _counts(counting)
    assert others
    lease = counting.storage.get_blob_client(LIMITS_CONTAINER, stuck).acquire_lease()
    counting.clock.advance(7200)
    counting.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
    assert _counts(counting) == [stuck]
    assert "1 counts of limits could not be deleted: HttpResponseError 1" in caplog.text
    assert stuck.split("/")[1] not in caplog.text
    lease.release()
    counting.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
    assert _counts(counting) == []


def test_records_of_a_deserted_room_are_deleted(app: App) -> None:
    """Ten minutes after the last sign of life names go, then records; the room's link lives on."""
    room = app.room()
    vanished, left = app.join(room, name="Ada"), app.join(room, name="Bob")
    app.member("leave_room", left, participant=left.participant)
    container = app.storage.get_container_client(ROOMS_CONTAINER)

    def kept() -> dict[str, str]:
        app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
        blobs = container.list_blobs(f"{room}/", include=["metadata"])
        return {blob.name.split("/")[-1]: blob.metadata.get("name") or "" for blob in blobs}

    app.clock.advance(590)
    assert kept() == {"room": "", vanished.participant: "Ada", left.participant: ""}
    app.clock.advance(20)
    assert kept() == {"room": "", vanished.participant: ""}
    app.clock.advance(610)
    assert kept() == {"room": ""}
    app.join(room)


def test_the_record_of_somebody_who_is_there_is_kept(app: App) -> None:
    """Signs of life keep a person's record, however long the call is."""
    ada = app.join(app.room())
    for _ in range(11):
        app.clock.advance(60)
        app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
        assert app.member("heartbeat", ada).status == 200
