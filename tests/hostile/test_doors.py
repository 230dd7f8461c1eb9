"""Joins of unknown rooms cost little, and a stalled join overfills no room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from functions import door, rooms
from functions.records import Records
from functions.seats import Look, look
from tests.functions.conftest import Answer, App, Joined


@pytest.mark.parametrize("room", ["rrrrrrrrrrrrrrrrrrrr99", "no-room", "x" * 500])
def test_a_room_that_never_was_leaves_no_count(app: App, room: str) -> None:
    """A join of an unknown room leaves no blob and needs few storage requests."""
    counts = app.storage.get_container_client("limits")
    before = set(counts.list_blob_names())
    answer = app.call("join_room", {"name": "Ada", "consent": False}, room=room)
    assert (answer.status, answer.body["error"]) == (404, "unknown-room")
    assert set(counts.list_blob_names()) == before


def test_a_stall_beyond_the_lease_seats_no_one_too_many(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A join that stalls longer than its lease does not overfill the room."""
    app = make_app(ROOM_CAPACITY="2")
    ada = app.join(app.room())
    create = Records.add
    stalled: list[str] = []

    def stall(*arguments: Any) -> None:
        if not stalled:
            stalled.append("once")
            app.clock.advance(17)
            app.join(ada.room, name="Zoe")
        create(*arguments)

    monkeypatch.setattr(Records, "add", stall)
    answer = app.call("join_room", {"name": "Mo", "consent": False}, room=ada.room)
    assert (answer.status, answer.body["error"]) == (503, "storage-busy")
    assert len(app.member("heartbeat", ada).body["participants"]) == 2


def test_a_stalled_join_does_not_undo_its_own_repetition(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A join that stalls longer than its lease leaves the seat to the one that repeated it."""
    body = {"name": "Ada", "consent": False, "attempt": "a" * 22}
    room = app.room()
    repeated: list[Answer] = []

    def stall(*arguments: Any) -> Look:
        seen = look(*arguments)
        if len(arguments) == 2 and not repeated:  # the look under the lease
            app.clock.advance(17)
            monkeypatch.setattr(rooms, "look", look)
            repeated.append(app.call("join_room", body, room=room))
        return seen

    monkeypatch.setattr(rooms, "look", stall)
    stalled = app.call("join_room", body, room=room)
    assert (stalled.status, stalled.body["error"]) == (503, "storage-busy")
    (seat,) = repeated
    ada = Joined(room, seat.body["participant"], seat.body["ticket"])
    assert app.member("heartbeat", ada).status == 200


def stall_once(
    app: App,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[], object],
    *,
    looks_before: int = 0,
) -> None:
    """Once a room was looked at, 17 s go by, the lease ends, and `meanwhile` happens."""
    stalls = iter([False] * looks_before + [True])

    def stall(*arguments: Any) -> Look:
        seen = look(*arguments)
        if next(stalls, False):
            app.clock.advance(17)
            meanwhile()
        return seen

    monkeypatch.setattr(door, "look", stall)


@pytest.mark.parametrize("how", ["admitted", "asking"])
def test_a_stall_beyond_the_lease_lets_no_one_too_many_in(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Somebody at the door whose way in stalls longer than its lease does not overfill the room."""
    app = make_app(ROOM_CAPACITY="2")
    host = app.host()
    app.member("set_door", host, {"door": "closed"})
    mo, zoe = app.knock(host.room, name="Mo"), app.knock(host.room, name="Zoe")

    def admit(who: Joined) -> Answer:
        return app.member("answer_knock", host, {"admit": True}, participant=who.participant)

    if how == "asking":
        app.member("set_door", host, {"door": "open"})
    stall_once(app, monkeypatch, lambda: admit(zoe), looks_before=how == "asking")
    answer = admit(mo) if how == "admitted" else app.member("wait_at_door", mo)
    assert (answer.status, answer.body["error"]) == (503, "storage-busy")
    assert len(app.member("heartbeat", host).body["participants"]) == 2


def test_a_stall_beyond_the_lease_names_no_host_too_many(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host whose naming stalls longer than its lease is not a third one."""
    host = app.host()
    ada, zoe = app.join(host.room), app.join(host.room, name="Zoe")

    def name(who: Joined) -> Answer:
        return app.member("name_host", host, {"host": True}, participant=who.participant)

    stall_once(app, monkeypatch, lambda: name(zoe))
    answer = name(ada)
    assert (answer.status, answer.body["error"]) == (503, "storage-busy")
    here = app.member("heartbeat", host).body["participants"]
    assert sorted(one["name"] for one in here if one.get("host")) == ["Hetty", "Zoe"]


@pytest.mark.parametrize("race", ["left", "deleted", "left, then deleted"])
@pytest.mark.parametrize("call", ["heartbeat", "announce_presence", "set_consent"])
def test_a_call_that_races_a_leave_finds_nobody(
    app: App, monkeypatch: pytest.MonkeyPatch, call: str, race: str
) -> None:
    """A call that races with a leave is 404, whether the storage answers 412 or 404."""
    ada = app.join(app.room())
    zoe = app.join(ada.room)
    record = app.storage.get_blob_client("rooms", f"{ada.room}/participants/{ada.participant}")
    write = Records.write
    raced: list[str] = []

    def leave_before(*arguments: Any) -> None:
        if not raced:
            raced.append(race)
            if "left" in race:
                app.member("leave_room", ada, participant=ada.participant)
            if "deleted" in race:
                record.delete_blob()
        write(*arguments)

    monkeypatch.setattr(Records, "write", leave_before)
    answer = app.member(call, ada, {"consent": True} if call == "set_consent" else {})
    assert raced
    assert (answer.status, answer.body["error"]) == (404, "unknown-participant")
    assert answer.actions == []
    assert not record.exists() or "left" in record.get_blob_properties().metadata
    assert len(app.member("heartbeat", zoe).body["participants"]) == 1
