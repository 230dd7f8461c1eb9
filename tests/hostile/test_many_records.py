"""Joins and leaves without end leave no records that one call must pay for."""

from __future__ import annotations

import pytest
from azure.functions.timer import TimerRequest

from functions.gone import AT_ONCE, LISTED
from functions.record_format import Place
from functions.records import FORGOTTEN_AFTER, Records
from functions.rooms import new_id
from functions.roster import Participant
from tests.functions.conftest import App, Joined

MANY = AT_ONCE + 30


def _ids(app: App, room: str, under: str) -> list[str]:
    rooms = app.storage.get_container_client("rooms")
    names = rooms.list_blob_names(name_starts_with=f"{room}/{under}")
    return [name.rpartition("/")[2] for name in names]


def _records(app: App, room: str, under: str = "participants") -> int:
    return len(_ids(app, room, under))


def _come_and_go(app: App, room: str, times: int) -> None:
    for _ in range(times):
        who = app.join(room)
        app.member("leave_room", who, participant=who.participant)


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


def test_many_who_came_and_went_make_nobodys_listing_long(app: App) -> None:
    """Joins set most of them aside; heartbeats take them out and delete them all the same."""
    host = app.host()
    eve = app.join(host.room)
    app.member("leave_room", eve, participant=eve.participant)
    app.clock.advance(1)
    _come_and_go(app, host.room, 3 * LISTED)
    assert _records(app, host.room) >= 3 * LISTED
    assert _records(app, host.room, "participants/") <= LISTED + 3
    told = app.member("heartbeat", host).actions
    assert {"userId": eve.participant, "groupName": host.room, "action": "remove"} in told
    for _ in range(2):
        app.clock.advance(40)
        app.member("heartbeat", host)
    assert _records(app, host.room) == 1


def test_who_was_refused_learns_it_although_many_came_after_them(app: App) -> None:
    """A host's answer outlives the crowd that came after it."""
    host = app.host()
    app.member("set_door", host, {"door": "closed"})
    eve = app.knock(host.room)
    app.member("answer_knock", host, {"admit": False}, participant=eve.participant)
    app.member("set_door", host, {"door": "open"})
    app.clock.advance(1)
    _come_and_go(app, host.room, 2 * LISTED)
    assert eve.participant in _ids(app, host.room, "participants-gone/")
    answer = app.member("wait_at_door", eve)
    assert (answer.status, answer.body["error"]) == (403, "refused")


def test_a_place_set_aside_is_not_given_again(app: App) -> None:
    """Who repeats an old request to join is somebody new, whom no heartbeat takes for the old."""
    host = app.host()
    body = {"name": "Ada", "consent": False, "attempt": new_id()}
    left = app.call("join_room", body, room=host.room).body
    ada = Joined(host.room, left["participant"], left["ticket"])
    app.member("leave_room", ada, participant=ada.participant)
    app.clock.advance(1)
    _come_and_go(app, host.room, 2 * LISTED)
    assert ada.participant in _ids(app, host.room, "participants-gone/")
    again = app.call("join_room", body, room=host.room).body
    assert again["participant"] != ada.participant
    told = app.member("heartbeat", host).actions
    assert again["participant"] not in [action.get("userId") for action in told]


def test_a_crowd_opens_no_door_while_its_host_reloads_the_page(app: App) -> None:
    """A host whose page was closed just now counts as here, however many came and went since."""
    host = app.host()
    app.member("set_door", host, {"door": "closed"})
    closing = {"closing": "yes"}
    app.member("leave_room", host, params=closing, participant=host.participant)
    app.clock.advance(1)
    records = Records(app.storage.get_container_client("rooms"), app.clock.for_app())
    for _ in range(2 * LISTED):
        records.add(host.room, Participant(new_id(), "", None), Place.LEFT)
    for _ in range(LISTED // 2):
        app.knock(host.room)
    assert host.participant in _ids(app, host.room, "participants/")


def test_the_timer_deletes_who_was_set_aside(app: App) -> None:
    """Where nobody is any more, nothing stays of those who came and went."""
    room = app.room()
    _come_and_go(app, room, 2 * LISTED)
    assert _records(app, room, "participants-gone/")
    app.clock.advance(FORGOTTEN_AFTER.total_seconds() + 1)
    app.functions["delete_leftovers"](timer=TimerRequest(past_due=False))
    assert _records(app, room) == 0


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
