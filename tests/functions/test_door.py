"""The door: who waits, is let in, refused or removed, and what their tickets allow then."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient

from functions.record_format import Record
from functions.records import Records
from functions.seats import WAITING_MAX
from tests.functions import stub_opentok
from tests.functions.conftest import App, Joined, ScriptedReader
from tests.functions.test_http_api import EXAMPLES, MEMBER_FUNCTIONS, refused

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()


def host_of_closed_room(app: App) -> Joined:
    """The host of a new room whose door is closed."""
    host = app.host()
    assert app.member("set_door", host, {"door": "closed"}).status == 200
    return host


def answer_knock(app: App, host: Joined, who: Joined, *, admit: bool) -> Any:
    """A host admits or refuses a person who knocked."""
    return app.member("answer_knock", host, {"admit": admit}, participant=who.participant)


def remove(app: App, host: Joined, who: Joined, **more: object) -> Any:
    """A host removes a person."""
    return app.member("remove_participant", host, {"participant": who.participant, **more})


def targets(answer: Any) -> list[tuple[str, str]]:
    """Each hub action's target or action, with its user or group."""
    return [
        (action.get("target") or action["action"], action.get("userId") or action["groupName"])
        for action in answer.actions
    ]


def waiting(app: App, host: Joined) -> list[str]:
    """The names of the people who wait, as a host gets them."""
    return [one["name"] for one in app.member("heartbeat", host).body["waiting"]]


def refusals_on_every_route(app: App, who: Joined) -> set[tuple[int, str]]:
    """The refusals of every participant's route with this ticket; none sends a message."""
    body = {
        "count": 1, "consent": True, "mode": "open", "door": "open", "admit": True, "host": True,
        "participant": who.participant, "to": who.participant, "payload": {},
        "frame": str(int(app.clock.now()) * 1000), "expression": "sadness",
    }  # fmt: skip
    found = set()
    for name in MEMBER_FUNCTIONS:
        headers = {"x-participant": who.participant}
        answer = app.member(name, who, body, headers=headers, participant=who.participant)
        assert answer.actions == [], name
        found.add(refused(answer))
    return found


def test_who_comes_to_a_closed_door_waits_and_only_hosts_hear_the_name(app: App) -> None:
    """A knock takes no seat; only hosts get the name, and the knocker gets no roster."""
    host = app.host()
    guest = app.join(host.room, name="Zoë")
    assert targets(app.member("set_door", host, {"door": "closed"})) == [("door", host.room)]
    knock = app.call("join_room", {"name": "Mo", "consent": True}, room=host.room)
    assert knock.status == 202
    assert targets(knock) == [("knocked", host.participant)]
    assert knock.body.keys() == {"participant", "ticket", "expiresAt", "waiting"}
    seen = app.member("heartbeat", guest).body
    assert len(seen["participants"]) == 2
    assert seen["door"] == "closed"
    assert "waiting" not in seen
    assert waiting(app, host) == ["Mo"]


def test_who_is_let_in_is_seated_with_the_same_ticket(app: App) -> None:
    """Every route refuses a waiting person's ticket; once they are let in it works."""
    host = host_of_closed_room(app)
    mo = app.knock(host.room, name="Hetty")
    assert app.member("wait_at_door", mo).status == 202
    assert refusals_on_every_route(app, mo) == {(403, "not-admitted")}
    assert targets(answer_knock(app, host, mo, admit=True)) == [("answered", host.participant)]
    seated = app.member("wait_at_door", mo)
    assert seated.status == 200
    assert (seated.body["name"], seated.body["host"]) == ("Hetty (2)", False)
    assert targets(app.member("announce_presence", mo)) == [
        ("add", mo.participant),
        ("joined", host.room),
    ]
    assert waiting(app, host) == []
    assert refused(answer_knock(app, host, mo, admit=True)) == (404, "not-waiting")


def test_who_is_refused_stays_outside_and_is_forgotten(app: App) -> None:
    """Every route answers `refused`; the name is deleted at once, the record later."""
    host = host_of_closed_room(app)
    mo = app.knock(host.room, name="Mo Moore")
    assert answer_knock(app, host, mo, admit=False).status == 200
    assert refused(app.member("wait_at_door", mo)) == (403, "refused")
    assert refusals_on_every_route(app, mo) == {(403, "refused")}
    blob = app.storage.get_blob_client("rooms", f"{host.room}/participants/{mo.participant}")
    assert "Moore" not in str(blob.get_blob_properties().metadata)
    for _ in range(11):
        app.clock.advance(60)
        app.member("heartbeat", host)
    assert not blob.exists()
    assert refused(app.member("wait_at_door", mo)) == (404, "unknown-participant")


def test_waiting_ends_after_ten_minutes_and_without_a_sign_of_life(app: App) -> None:
    """A knock ends after ten minutes, or 75 seconds after its page last asked."""
    host = host_of_closed_room(app)
    patient, gone = app.knock(host.room, name="Pat"), app.knock(host.room, name="Gus")
    for _ in range(10):
        app.clock.advance(60)
        assert app.member("wait_at_door", patient).status == 202
        app.member("heartbeat", host)
    assert waiting(app, host) == ["Pat"]
    assert refused(app.member("wait_at_door", gone)) == (404, "unknown-participant")
    app.clock.advance(1)
    assert waiting(app, host) == []
    assert refused(answer_knock(app, host, patient, admit=True)) == (404, "not-waiting")
    assert refused(app.member("wait_at_door", patient)) == (410, "knock-expired")


def test_who_is_let_in_as_their_time_ends_keeps_the_seat(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question at the door that looked before the admission does not undo it."""
    host = host_of_closed_room(app)
    mo = app.knock(host.room)
    for _ in range(9):
        app.clock.advance(66.6)
        assert app.member("wait_at_door", mo).status == 202
        app.member("heartbeat", host)
    of = Records.of

    def then_admit(*arguments: Any) -> Record:
        found = of(*arguments)
        monkeypatch.setattr(Records, "of", of)
        assert answer_knock(app, host, mo, admit=True).status == 200
        app.clock.advance(1)  # ten minutes are over
        return found

    monkeypatch.setattr(Records, "of", then_admit)
    assert app.member("wait_at_door", mo).status == 200
    assert app.member("heartbeat", mo).status == 200


def test_who_gives_up_waiting_is_gone_for_the_hosts(app: App) -> None:
    """If a waiting person leaves, only the hosts are told."""
    host = host_of_closed_room(app)
    mo = app.knock(host.room)
    left = app.member("leave_room", mo, participant=mo.participant)
    assert (left.status, targets(left)) == (204, [("answered", host.participant)])
    assert waiting(app, host) == []


@pytest.mark.parametrize("how", ["left", "refused", "removed"])
def test_whoever_is_outside_tells_the_room_nothing(app: App, how: str) -> None:
    """Leaving again from outside sends the room no message."""
    host = app.host() if how == "removed" else host_of_closed_room(app)
    mo = app.join(host.room) if how == "removed" else app.knock(host.room)
    match how:
        case "left":
            app.member("leave_room", mo, participant=mo.participant)
        case "refused":
            answer_knock(app, host, mo, admit=False)
        case "removed":
            remove(app, host, mo)
    again = app.member("leave_room", mo, participant=mo.participant)
    assert (again.status, targets(again)) == (204, [("remove", mo.participant)])


def test_a_door_has_room_for_ten_and_few_knocks_a_minute(make_app: Callable[..., App]) -> None:
    """An eleventh knock is refused, and so are too many from one address."""
    app = make_app(LIMITS='{"knocks-per-address": 100, "rooms-per-address": 50000}')
    host = host_of_closed_room(app)
    for number in range(WAITING_MAX):
        app.knock(host.room, name=f"Mo {number}")
    body = {"name": "Eleventh", "consent": False}
    assert refused(app.call("join_room", body, room=host.room)) == (409, "door-crowded")
    strict = make_app(LIMITS='{"knocks-per-address": 1, "rooms-per-address": 50000}')
    host = host_of_closed_room(strict)
    address = {"x-forwarded-for": "192.0.2.7"}
    first, second = (
        strict.call("join_room", body, room=host.room, headers=address) for _ in range(2)
    )
    assert first.status == 202
    assert refused(second) == (429, "too-many-knocks")
    assert second.actions == []
    assert waiting(strict, host) == ["Eleventh"]


def test_an_opened_door_lets_in_who_waits_while_there_are_seats(
    make_app: Callable[..., App],
) -> None:
    """After the door opens, the first who asks gets the last seat; the next waits."""
    app = make_app(ROOM_CAPACITY="2")
    host = host_of_closed_room(app)
    people = [app.knock(host.room, name=f"Mo {n}") for n in range(3)]
    app.member("set_door", host, {"door": "open"})
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda who: app.member("wait_at_door", who).status, people))
    assert sorted(answers) == [200, 202, 202]
    assert len(app.member("heartbeat", host).body["participants"]) == 2


def test_nobody_is_let_into_a_full_room(make_app: Callable[..., App]) -> None:
    """Admitting into a full room is refused, and the person still waits."""
    app = make_app(ROOM_CAPACITY="2")
    host = app.host()
    app.join(host.room)
    app.member("set_door", host, {"door": "closed"})
    mo = app.knock(host.room)
    assert refused(answer_knock(app, host, mo, admit=True)) == (409, "room-full")
    assert app.member("wait_at_door", mo).status == 202


def test_the_host_passes_their_own_closed_door(app: App) -> None:
    """The creator's secret gives a seat although the door is closed."""
    created = app.call("create_room").body
    body = {"name": "Hetty", "consent": False, "hostSecret": created["hostSecret"]}
    join = app.call("join_room", body, room=created["room"]).body
    host = Joined(created["room"], join["participant"], join["ticket"])
    app.member("set_door", host, {"door": "closed"})
    assert app.call("join_room", body, room=created["room"]).status == 201
    forged = body | {"hostSecret": "x" * 22}
    assert app.call("join_room", forged, room=created["room"]).status == 202


def test_a_removal_holds_at_once_and_closes_the_door(app: App) -> None:
    """A removed person is out of the group, refused everywhere, and must knock again."""
    host = app.host()
    mo = app.join(host.room, name="Mo")
    told = remove(app, host, mo)
    assert told.body == {"door": "closed"}
    assert targets(told) == [
        ("removed", mo.participant),
        ("remove", mo.participant),
        ("removed", host.room),
        ("door", host.room),
    ]
    assert refusals_on_every_route(app, mo) == {(403, "removed")}
    assert refused(app.member("wait_at_door", mo)) == (403, "removed")
    assert [p["name"] for p in app.member("heartbeat", host).body["participants"]] == ["Hetty"]
    again = app.call("join_room", {"name": "Mo", "consent": False}, room=host.room)
    assert again.status == 202
    repeated = remove(app, host, mo)
    assert (repeated.status, ("door", host.room) in targets(repeated)) == (200, False)


def test_who_leaves_while_they_are_removed_stays_removed(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leave that looked before the removal and writes after it does not undo it."""
    host = app.host()
    mo = app.join(host.room)
    of = Records.of

    def then_remove(*arguments: Any) -> Record:
        found = of(*arguments)
        monkeypatch.undo()
        remove(app, host, mo)
        return found

    monkeypatch.setattr(Records, "of", then_remove)
    assert app.member("leave_room", mo, participant=mo.participant).status == 204
    assert refused(app.member("heartbeat", mo)) == (403, "removed")


def test_what_the_removed_upload_is_deleted_unread(make_app: Callable[..., App]) -> None:
    """A removed person's upload is deleted unread, and nothing is sent."""
    reader = ScriptedReader()
    app = make_app(reader)
    host = app.host()
    mo = app.join(host.room)
    url = app.upload_url(mo)
    remove(app, host, mo)
    blob = BlobClient.from_blob_url(url)
    blob.upload_blob(SMILE)
    assert app.trigger(f"{blob.container_name}/{blob.blob_name}") == []
    assert reader.reads == 0
    with pytest.raises(HttpResponseError):
        app.storage.get_blob_client("frames", blob.blob_name).get_blob_properties()


def test_what_the_devices_of_those_outside_read_is_told_to_nobody(app: App) -> None:
    """Scores of waiting, refused or removed people are refused with that code."""
    host = host_of_closed_room(app)
    reading = EXAMPLES["POST /api/rooms/{room}/readings"]["request"]
    waits, refused_one, mo = (app.knock(host.room, name=f"Mo {n}") for n in range(3))
    answer_knock(app, host, refused_one, admit=False)
    answer_knock(app, host, mo, admit=True)
    app.member("wait_at_door", mo)
    remove(app, host, mo)
    answers = [app.member("tell_reading", who, reading) for who in (waits, refused_one, mo)]
    assert [refused(answer) for answer in answers] == [
        (403, "not-admitted"),
        (403, "refused"),
        (403, "removed"),
    ]
    assert [answer.actions for answer in answers] == [[], [], []]


def test_the_room_hears_that_the_removed_hears_nothing(app: App) -> None:
    """The next heartbeat undoes an announcement that raced with the removal."""
    host = app.host()
    mo = app.join(host.room)
    remove(app, host, mo)
    assert ("remove", mo.participant) in targets(app.member("heartbeat", host))
    app.clock.advance(70)
    app.member("heartbeat", host)
    app.clock.advance(10)
    assert targets(app.member("heartbeat", host)) == []
    assert refused(app.member("heartbeat", mo)) == (403, "removed")


def test_nobody_but_a_host_decides(app: App) -> None:
    """Guests and hosts of other rooms cannot change this door."""
    host, other = host_of_closed_room(app), app.host()
    mo = app.knock(host.room)
    app.member("set_door", host, {"door": "open"})
    guest = app.join(host.room)
    tried: list[tuple[str, dict[str, object]]] = [
        ("set_door", {"door": "open"}),
        ("answer_knock", {"admit": True}),
        ("remove_participant", {"participant": host.participant}),
        ("request_mute", {}),
        ("name_host", {"host": True}),
        ("set_mode", {"mode": "room-only"}),
    ]
    for name, body in tried:
        answer = app.member(name, guest, body, participant=mo.participant)
        assert (refused(answer), answer.actions) == ((403, "host-required"), []), name
        stranger = app.call(
            name, body, ticket=other.ticket, room=host.room, participant=mo.participant
        )
        assert refused(stranger) == (403, "ticket-other-room"), name


def test_a_host_cannot_reach_into_another_room(app: App) -> None:
    """Ids of another room's people are unknown, and that room gets no message."""
    host, other = host_of_closed_room(app), host_of_closed_room(app)
    theirs, waits = app.join(app.room()), app.knock(other.room)
    assert refused(remove(app, host, theirs)) == (404, "unknown-participant")
    assert refused(answer_knock(app, host, waits, admit=True)) == (404, "not-waiting")
    body = {"host": True}
    named = app.member("name_host", host, body, participant=theirs.participant)
    assert refused(named) == (404, "unknown-participant")
    asked = app.member("request_mute", host, {"participant": theirs.participant})
    assert (asked.body, asked.actions) == ({"asked": 0}, [])


def test_one_more_host_is_named_and_decides(app: App) -> None:
    """The named host has a host's rights, but cannot remove the creator or name a third."""
    host = app.host()
    zoe, mo = app.join(host.room, name="Zoë"), app.join(host.room, name="Mo")
    named = app.member("name_host", host, {"host": True}, participant=zoe.participant)
    assert named.body["host"] is True
    assert targets(named) == [("host", host.room)]
    assert refused(remove(app, zoe, host)) == (409, "is-host")
    third = app.member("name_host", zoe, {"host": True}, participant=mo.participant)
    assert refused(third) == (409, "host-named")
    app.member("set_mode", host, {"mode": "room-only"})
    app.member("leave_room", host, participant=host.participant)
    assert app.member("set_mode", zoe, {"mode": "open"}).status == 200
    assert remove(app, zoe, mo).status == 200
    back = app.member("name_host", zoe, {"host": False}, participant=zoe.participant)
    assert "host" not in back.body
    assert refused(app.member("set_door", zoe, {"door": "open"})) == (403, "host-required")


def test_of_two_hosts_who_name_at_once_one_names(app: App) -> None:
    """Two names given at the same time make one more host, not two."""
    host = app.host()
    people = [app.join(host.room, name=f"P{n}") for n in range(3)]

    def name(who: Joined) -> int:
        body = {"host": True}
        return app.member("name_host", host, body, participant=who.participant).status

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(name, people)) == [200, 409, 409]


def test_a_removed_host_is_no_host_any_more(app: App) -> None:
    """A named host whom the creator removes loses every right."""
    host = app.host()
    zoe = app.join(host.room)
    app.member("name_host", host, {"host": True}, participant=zoe.participant)
    assert remove(app, host, zoe).status == 200
    assert refusals_on_every_route(app, zoe) == {(403, "removed")}


def test_without_a_host_a_closed_door_opens_and_says_so(app: App) -> None:
    """It opens when the last host leaves, or at a heartbeat after they disappeared."""
    host = host_of_closed_room(app)
    mo = app.knock(host.room)
    left = app.member("leave_room", host, participant=host.participant)
    assert ("door", host.room) in targets(left)
    (told,) = (a for a in left.actions if a.get("target") == "door")
    assert told["arguments"] == [{"door": "open"}]
    assert app.member("wait_at_door", mo).status == 200

    host = host_of_closed_room(app)
    guest_of = app.knock(host.room)
    answer_knock(app, host, guest_of, admit=True)
    app.clock.advance(76)
    later = app.join(host.room)  # absent hosts hold no door
    beat = app.member("heartbeat", later)
    assert ("door", host.room) in targets(beat)
    assert beat.body["door"] == "open"
    assert ("door", host.room) not in targets(app.member("heartbeat", later))


def test_a_host_who_loads_the_page_anew_keeps_the_door(app: App) -> None:
    """For ten seconds after a host's page closes, the door stays closed."""
    host = host_of_closed_room(app)
    guest = app.knock(host.room)
    answer_knock(app, host, guest, admit=True)
    params = {"closing": "yes"}
    left = app.member("leave_room", host, participant=host.participant, params=params)
    assert ("door", host.room) not in targets(left)
    body = {"name": "Mo", "consent": False}
    assert app.call("join_room", body, room=host.room).status == 202
    app.clock.advance(11)
    assert ("door", host.room) in targets(app.member("heartbeat", guest))
    assert app.call("join_room", body, room=host.room).status == 201


def test_muting_asks_one_page_or_all_others(app: App) -> None:
    """A request to mute goes only to the people asked, and only to those in the room."""
    host = app.host()
    zoe, mo = app.join(host.room), app.join(host.room)
    one = app.member("request_mute", host, {"participant": zoe.participant})
    assert (one.body, targets(one)) == ({"asked": 1}, [("mute", zoe.participant)])
    everybody = app.member("request_mute", host)
    assert sorted(targets(everybody)) == sorted(
        [("mute", zoe.participant), ("mute", mo.participant)]
    )


def test_nobody_slips_through_a_door_that_is_being_closed(app: App) -> None:
    """In a race with the closing, people are seated only before it."""
    host = app.host()
    body = {"name": "Mo", "consent": False}
    with ThreadPoolExecutor(4) as pool:
        racing = [pool.submit(app.call, "join_room", body, room=host.room) for _ in range(3)]
        pool.submit(app.member, "set_door", host, {"door": "closed"}).result()
        seated = len(app.member("heartbeat", host).body["participants"])
        statuses = [one.result().status for one in racing]
    late = len(app.member("heartbeat", host).body["participants"]) - seated
    assert late == 0
    assert set(statuses) <= {201, 202}


def test_opentok_ends_the_connections_of_the_removed(make_app: Callable[..., App]) -> None:
    """Each named connection is ended, also if repeated; a provider's failure is reported."""
    with stub_opentok.StubOpenTok() as opentok:
        app = make_app(OPENTOK_API_URL=opentok.url, **stub_opentok.SETTINGS)
        host = app.host()
        mo = app.join(host.room)
        app.member("issue_video_token", mo)
        assert remove(app, host, mo, connections=["c-1", "c-2"]).status == 200
        assert opentok.ended == ["c-1", "c-2"]
        assert remove(app, host, mo, connections=["c-1"]).status == 200
    away = remove(app, host, mo, connections=["c-3"])
    assert refused(away) == (502, "video-unavailable")
    assert ("removed", host.room) in targets(away)
