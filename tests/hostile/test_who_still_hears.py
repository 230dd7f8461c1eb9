"""Participants who left or are absent get no more messages of the room, in any race."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable
from typing import Any

import pytest

from functions.records import Records
from functions.rooms import Rooms
from tests.functions.conftest import App, Joined

TRIES = int(os.environ.get("TRIES", "1000"))  # of the long test


class Group:
    """The hub's group of a room, as the service keeps it: the last action for somebody counts."""

    def __init__(self) -> None:
        self.members: set[str] = set()

    def take(self, actions: list[dict[str, Any]]) -> None:
        """Do what an output binding was given."""
        for action in actions:
            if action.get("action") == "add":
                self.members.add(action["userId"])
            elif action.get("action") == "remove":
                self.members.discard(action["userId"])


def _roster(app: App, who: Joined) -> set[str]:
    body = app.member("heartbeat", who).body
    return {one["participant"] for one in body["participants"]}


def _race(app: App, at: int, *, late: bool) -> tuple[set[str], set[str], set[str]]:
    """Somebody announces themselves and leaves at a look of the announcement.

    Args:
        app: whose functions are called.
        at: the look into the rooms, from 0, before which they leave.
        late: whether what the announcement told the hub arrives last.

    Returns:
        The group at once, after one heartbeat, and who is on the roster.
    """
    ada = app.join(app.room())
    zoe = app.join(ada.room)
    group = Group()
    group.take(app.member("announce_presence", zoe).actions)
    leaving: list[list[dict[str, Any]]] = []
    looks = itertools.count()

    def leave() -> None:
        if not leaving and next(looks) == at:
            leaving.append([])
            leaving[0] = app.member("leave_room", ada, participant=ada.participant).actions

    with pytest.MonkeyPatch.context() as patch:
        for name in ("touch", "roster"):
            patch.setattr(Rooms, name, _before(leave, getattr(Rooms, name)))
        entering = app.member("announce_presence", ada).actions
    if not leaving:
        leaving.append(app.member("leave_room", ada, participant=ada.participant).actions)
    for actions in (leaving[0], entering) if late else (entering, leaving[0]):
        group.take(actions)
    at_once = set(group.members)
    beat = app.member("heartbeat", zoe)
    group.take(beat.actions)
    return at_once, group.members, _roster(app, zoe)


def _before(step: Callable[[], None], call: Callable[..., Any]) -> Callable[..., Any]:
    def stepped(*arguments: Any) -> Any:
        step()
        return call(*arguments)

    return stepped


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_announcing_and_leaving_at_once_ends_outside(app: App, at: int, late: bool) -> None:
    """A page that announces itself and leaves at once ends outside the hub's group."""
    _, group, roster = _race(app, at, late=late)
    assert group == roster


def test_who_stops_giving_signs_of_life_is_taken_out_with_the_next_heartbeat(app: App) -> None:
    """The next heartbeat of another removes them from the group, and deletes their name."""
    ada = app.join(app.room(), name="Ada")
    zoe = app.join(ada.room)
    assert app.member("heartbeat", zoe).actions == []
    for _ in range(2):
        app.clock.advance(40)
        beat = app.member("heartbeat", zoe)
    assert beat.actions == [{"userId": ada.participant, "groupName": ada.room, "action": "remove"}]
    blob = app.storage.get_blob_client("rooms", f"{ada.room}/participants/{ada.participant}")
    assert "Ada" not in str(blob.get_blob_properties().metadata)
    assert app.member("heartbeat", ada).status == 404
    for _ in range(2):
        app.clock.advance(40)
        app.member("heartbeat", zoe)
    assert not blob.exists()
    assert app.member("heartbeat", zoe).actions == []


def test_who_gives_a_sign_of_life_just_then_goes_on_hearing(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose sign of life comes as a heartbeat finds them absent stays in the hub's group."""
    ada = app.join(app.room())
    zoe = app.join(ada.room)
    group = Group()
    for who in (ada, zoe):
        group.take(app.member("announce_presence", who).actions)
    app.clock.advance(40)
    app.member("heartbeat", zoe)
    app.clock.advance(36)
    part = Records.part

    def beat_first(*arguments: Any) -> object:
        app.clock.set_by(-2)  # on an instance whose clock is a little behind
        assert app.member("heartbeat", ada).status == 200
        app.clock.set_by(2)
        return part(*arguments)

    monkeypatch.setattr(Records, "part", beat_first)
    group.take(app.member("heartbeat", zoe).actions)
    assert group.members == _roster(app, zoe) == {ada.participant, zoe.participant}


def test_a_hub_that_was_away_is_told_again_of_the_absent(app: App) -> None:
    """If a heartbeat's message is lost, a later heartbeat sends the removal again."""
    ada = app.join(app.room())
    zoe = app.join(ada.room)
    group = Group()
    for who in (ada, zoe):
        group.take(app.member("announce_presence", who).actions)
    for _ in range(2):
        app.clock.advance(40)
        app.member("heartbeat", zoe)  # its message goes to a hub that is away
    group.take(app.member("heartbeat", zoe).actions)
    assert group.members == {zoe.participant}


def test_who_left_is_a_nameless_record_and_then_none(app: App) -> None:
    """After a leave name and consent go at once, and the record when no call can be under way."""
    ada = app.join(app.room(), name="Ada")
    zoe = app.join(ada.room)
    app.member("leave_room", ada, participant=ada.participant)
    blob = app.storage.get_blob_client("rooms", f"{ada.room}/participants/{ada.participant}")
    assert "Ada" not in str(blob.get_blob_properties().metadata)
    for _ in range(2):
        app.clock.advance(40)
        assert app.member("heartbeat", zoe).status == 200
    assert not blob.exists()


@pytest.mark.long
def test_of_a_thousand_races_none_leaves_somebody_hearing(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    """In no order of a thousand races does a person stay in the group; prints the counts."""
    chance = random.Random(7)
    at_once = later = 0
    for _ in range(TRIES):
        first, group, roster = _race(app, chance.randrange(3), late=chance.random() < 0.5)
        at_once += first != roster
        later += group != roster
    with capsys.disabled():
        print(f"\n{TRIES} races: {at_once} heard the room at once, {later} after one heartbeat")
    assert later == 0
