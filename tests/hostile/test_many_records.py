"""Joins and leaves without end leave no records that one call must pay for."""

from __future__ import annotations

import pytest

from functions.gone import AT_ONCE
from functions.records import Place, Records
from functions.rooms import new_id
from functions.roster import Participant
from tests.functions.conftest import App

MANY = AT_ONCE + 30


def _records(app: App, room: str) -> int:
    names = app.storage.get_container_client("rooms").list_blob_names(
        name_starts_with=f"{room}/participants/"
    )
    return len(list(names))


@pytest.mark.parametrize("place", [Place.LEFT, Place.SEATED, Place.REFUSED])
def test_a_heartbeat_costs_little_however_many_came_and_went(
    app: App, storage_requests: list[str], place: Place
) -> None:
    """Each heartbeat handles a bounded number of records; some heartbeats handle all."""
    host = app.host()
    records = Records(app.storage.get_container_client("rooms"), app.clock.for_app())
    for _ in range(MANY):
        records.add(host.room, Participant(new_id(), "", None), place)
    for _ in range(20):
        app.clock.advance(40)
        storage_requests.clear()
        beat = app.member("heartbeat", host)
        assert beat.status == 200
        assert len(storage_requests) <= AT_ONCE + 5
        assert len(beat.actions) <= 2 * AT_ONCE
    assert _records(app, host.room) == 1


def test_joins_and_leaves_fill_no_room_where_no_one_stays(app: App) -> None:
    """A join deletes what earlier ones left; no heartbeat is needed."""
    room = app.room()
    for _ in range(4):
        for _ in range(3):
            who = app.join(room)
            app.member("leave_room", who, participant=who.participant)
        app.join(room)  # ends without leaving
        app.clock.advance(76)
    assert _records(app, room) <= 6


@pytest.mark.parametrize("how", ["left", "removed"])
def test_a_crowd_that_came_and_went_hides_nobody_who_may_still_hear(app: App, how: str) -> None:
    """Heartbeats take somebody out of the hub's group also when many others left after them."""
    host = app.host()
    eve = app.join(host.room)
    if how == "left":
        app.member("leave_room", eve, participant=eve.participant)
    else:
        app.member("remove_participant", host, {"participant": eve.participant})
    app.clock.advance(1)
    records = Records(app.storage.get_container_client("rooms"), app.clock.for_app())
    for _ in range(MANY):
        records.add(host.room, Participant(new_id(), "", None), Place.LEFT)
    beats = 1 if how == "removed" else 30
    told = [action for _ in range(beats) for action in app.member("heartbeat", host).actions]
    assert {"userId": eve.participant, "groupName": host.room, "action": "remove"} in told
