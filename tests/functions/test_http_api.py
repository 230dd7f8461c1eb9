"""The HTTP functions, called as the host calls them, over real storage."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest
from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline.transport import HttpTransport
from azure.functions.blob import InputStream
from azure.storage.blob import BlobClient

from functions.rooms import Rooms
from functions.roster import Roster
from tests.functions import stub_opentok
from tests.functions.conftest import Answer, App, Joined
from tests.functions.stub_server import Response, StubServer

EXAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "contract" / "http.json").read_text()
)
PAGE_PATIENCE = 8  # s; frontend/src/wire/api.ts gives up then
MEMBER_FUNCTIONS = [
    "issue_video_token",
    "negotiate",
    "announce_presence",
    "heartbeat",
    "relay_signal",
    "issue_upload_tickets",
    "analyze",
    "set_consent",
    "correct_reading",
    "set_mode",
    "set_door",
    "answer_knock",
    "remove_participant",
    "request_mute",
    "name_host",
]


def shape(value: object) -> object:
    """The keys and types of JSON, down to the leaves."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return type(value).__name__


def refused(answer: Answer) -> tuple[int, str]:
    """Status and code of an error, which always comes with words."""
    assert answer.body["message"]
    return answer.status, answer.body["error"]


def test_every_answer_has_the_shape_of_its_example(make_app: Callable[..., App]) -> None:
    """The functions' answers have the shape of the examples with which the page is tested."""
    app = make_app(ICE_SERVERS='[{"urls": "stun:stun.example.org"}]')
    limited_app = make_app(LIMITS='{"captures-per-participant": 1}')
    with stub_opentok.StubOpenTok() as opentok:
        opentok_app = make_app(OPENTOK_API_URL=opentok.url, **stub_opentok.SETTINGS)
        _check_examples(app, opentok_app, limited_app)


def _check_examples(app: App, opentok_app: App, limited_app: App) -> None:
    created = app.call("create_room")
    room, secret = created.body["room"], created.body["hostSecret"]
    joined = app.call(
        "join_room", {"name": "Ada", "consent": True, "hostSecret": secret}, room=room
    )
    ada = Joined(room, joined.body["participant"], joined.body["ticket"])
    zoe = app.join(room, name="Zoë")
    signal = {"to": zoe.participant, "payload": {"description": {"type": "offer", "sdp": "v=0"}}}
    app.member("set_door", ada, {"door": "closed"})
    knock = app.call("join_room", {"name": "Mo", "consent": False}, room=room)
    mo = Joined(room, knock.body["participant"], knock.body["ticket"])
    waits = app.member("wait_at_door", mo)
    presence = app.member("announce_presence", ada)
    presence.body["participants"].sort(key=lambda one: "host" not in one)  # as in the example
    admitted = app.member("answer_knock", ada, {"admit": True}, participant=mo.participant)
    other = app.join(app.room())
    captures = [limited_app.member("analyze", ada) for _ in range(2)]
    answers = {
        "POST /api/rooms": created,
        "POST /api/rooms/{room}/participants": joined,
        "POST /api/rooms/{room}/participants (waiting)": knock,
        "POST /api/rooms/{room}/waiting": waits,
        "PUT /api/rooms/{room}/waiting/{participant}": admitted,
        "POST /api/rooms/{room}/waiting (admitted)": app.member("wait_at_door", mo),
        "POST /api/rooms/{room}/removals": app.member(
            "remove_participant", ada, {"participant": mo.participant}
        ),
        "PUT /api/rooms/{room}/door": app.member("set_door", ada, {"door": "open"}),
        "POST /api/rooms/{room}/mutes": app.member("request_mute", ada),
        "PUT /api/rooms/{room}/hosts/{participant}": app.member(
            "name_host", ada, {"host": True}, participant=zoe.participant
        ),
        "POST /api/rooms/{room}/video-token": app.member("issue_video_token", ada),
        "POST /api/rooms/{room}/video-token (opentok)": opentok_app.member(
            "issue_video_token", ada
        ),
        "POST /api/rooms/{room}/participants/{participant}/negotiate": app.member(
            "negotiate", ada, participant=ada.participant
        ),
        "POST /api/rooms/{room}/presence": presence,
        "POST /api/rooms/{room}/heartbeat": app.member("heartbeat", other),
        "POST /api/rooms/{room}/signals": app.member("relay_signal", ada, signal),
        "POST /api/rooms/{room}/upload-tickets": app.member(
            "issue_upload_tickets", ada, {"count": 2}
        ),
        "POST /api/rooms/{room}/capture": app.member("analyze", ada),
        "POST /api/rooms/{room}/readings": app.member(
            "tell_reading", ada, EXAMPLES["POST /api/rooms/{room}/readings"]["request"]
        ),
        "POST /api/rooms/{room}/readings (unread)": app.member(
            "tell_reading", zoe, EXAMPLES["POST /api/rooms/{room}/readings (unread)"]["request"]
        ),
        "POST /api/rooms/{room}/corrections": app.member(
            "correct_reading",
            ada,
            {"frame": str(int(app.clock.now()) * 1000), "expression": "sadness"},
        ),
        "PUT /api/rooms/{room}/mode": app.member("set_mode", ada, {"mode": "room-only"}),
        "PUT /api/rooms/{room}/consent": app.member("set_consent", other, {"consent": False}),
        "error": app.member("issue_upload_tickets", other, {"count": 2}),
        "error (limited)": captures[1],
        "DELETE /api/rooms/{room}/participants/{participant}": app.member(
            "leave_room", ada, participant=ada.participant
        ),
    }
    assert answers.keys() == EXAMPLES.keys()
    for route, answer in answers.items():
        example = EXAMPLES[route]
        assert answer.status == example["status"], route
        assert shape(answer.body or {}) == shape(example["response"]), route


def test_presence_enters_the_group_and_tells_the_room(app: App) -> None:
    """An announcement first adds the participant to the group and then tells the room."""
    room = app.room()
    ada, zoe = app.join(room, name="Ada"), app.join(room, name="Zoë", consent=False)
    answer = app.member("announce_presence", zoe)
    assert answer.actions == [
        {"userId": zoe.participant, "groupName": room, "action": "add"},
        {
            "target": "joined",
            "groupName": room,
            "arguments": [{"participant": zoe.participant, "name": "Zoë", "consent": False}],
        },
    ]
    assert {p["participant"]: p["name"] for p in answer.body["participants"]} == {
        ada.participant: "Ada",
        zoe.participant: "Zoë",
    }


def test_an_announcement_does_not_undo_a_withdrawal(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room is told of a consent as it is when the announcement looks at the roster."""
    ada = app.join(app.room())
    roster = Rooms.roster

    def withdraw_before(*arguments: Any) -> Roster:
        app.member("set_consent", ada, {"consent": False})
        return roster(*arguments)

    monkeypatch.setattr(Rooms, "roster", withdraw_before)
    answer = app.member("announce_presence", ada)
    assert [a["arguments"][0]["consent"] for a in answer.actions if "target" in a] == [False]


def test_leaving_forgets_the_participant_and_tells_the_room(app: App) -> None:
    """After leaving, the ticket allows only leaving again, which changes nothing."""
    ada = app.join(app.room())
    answer = app.member("leave_room", ada, participant=ada.participant)
    assert [a.get("target", a.get("action")) for a in answer.actions] == ["remove", "left"]
    assert app.member("leave_room", ada, participant=ada.participant).status == 204
    for name in MEMBER_FUNCTIONS:
        answer = app.member(name, ada, participant=ada.participant)
        assert refused(answer) == (404, "unknown-participant"), name


def test_a_room_whose_day_is_over_can_still_be_left(app: App) -> None:
    """After the storage cleared the room's record, pages learn it, and nobody is kept."""
    host = app.host()
    guest = app.join(host.room)
    app.member("set_door", host, {"door": "closed"})
    waiting = app.knock(host.room)
    app.storage.get_blob_client("rooms", f"{host.room}/room").delete_blob()
    bodies = {"heartbeat": {}, "announce_presence": {}, "set_consent": {"consent": True}}
    for name, body in bodies.items():
        assert refused(app.member(name, guest, body)) == (404, "unknown-room"), name
    for who in (guest, waiting, host):
        left = app.member("leave_room", who, participant=who.participant)
        assert left.status == 204
        entered = who is not waiting
        assert [a.get("action") for a in left.actions if "action" in a] == ["remove"] * entered


def test_a_heartbeat_renews_the_ticket(make_app: Callable[..., App]) -> None:
    """Each heartbeat answers with a ticket that expires later."""
    app = make_app(TICKET_LIFETIME_SECONDS="60")
    ada = app.join(app.room())
    claims = jwt.decode(ada.ticket, options={"verify_signature": False})
    app.clock.advance(59)
    answer = app.member("heartbeat", ada)
    assert answer.body["expiresAt"] == claims["exp"] * 1000 + 59_000
    app.clock.advance(1)
    assert refused(app.member("heartbeat", ada)) == (401, "ticket-expired")
    renewed = Joined(ada.room, ada.participant, answer.body["ticket"])
    assert app.member("heartbeat", renewed).status == 200


def test_who_goes_out_of_view_is_away_to_everybody(app: App) -> None:
    """The room is told once that a page is away; latecomers see it, and consent is unchanged."""
    room = app.room()
    ada, zoe = app.join(room), app.join(room, name="Zoë")
    away, still, silent = (
        app.member("heartbeat", ada, body) for body in ({"away": True}, {"away": True}, {})
    )
    (told,) = away.actions
    assert (told["target"], told["arguments"]) == ("away", [{"participant": ada.participant}])
    assert (still.actions, silent.actions) == ([], [])

    def seen(answer: Answer) -> tuple[object, object]:
        (one,) = (p for p in answer.body["participants"] if p["participant"] == ada.participant)
        return one["consent"], one.get("away", False)

    assert seen(app.member("announce_presence", zoe)) == (True, True)
    app.member("set_consent", ada, {"consent": False})
    assert seen(app.member("heartbeat", zoe)) == (False, True)
    (told,) = app.member("heartbeat", ada, {"away": False}).actions
    assert told["target"] == "back"
    assert seen(app.member("heartbeat", zoe)) == (False, False)
    assert refused(app.member("heartbeat", ada, {"away": "yes"})) == (400, "invalid-field")


def test_who_was_away_for_too_long_joins_again(app: App) -> None:
    """The first heartbeat after an absence is refused, because the seat may be taken."""
    ada = app.join(app.room())
    app.clock.advance(75)
    assert app.member("heartbeat", ada).status == 200
    app.clock.advance(75)
    assert app.member("analyze", ada).status == 202
    app.clock.advance(1)
    assert refused(app.member("heartbeat", ada)) == (404, "unknown-participant")
    app.clock.advance(-1)
    assert refused(app.member("analyze", ada)) == (404, "unknown-participant"), "forgotten"


def test_a_signal_reaches_one_participant_of_the_same_room(app: App) -> None:
    """A signal carries its sender's id and is refused for people in another room."""
    room = app.room()
    ada, zoe, stranger = app.join(room), app.join(room), app.join(app.room())
    sent = app.member("relay_signal", ada, {"to": zoe.participant, "payload": {"from": "forged"}})
    assert sent.actions == [
        {
            "target": "signal",
            "userId": zoe.participant,
            "arguments": [{"from": ada.participant, "payload": {"from": "forged"}}],
        }
    ]
    body = {"to": stranger.participant, "payload": {}}
    nowhere = app.member("relay_signal", ada, body)
    assert (nowhere.body, nowhere.actions) == ({"delivered": False}, [])


def test_only_the_creator_becomes_host(app: App) -> None:
    """Only the secret from the room's creation makes a host."""
    created = app.call("create_room").body
    body = {"name": "Ada", "consent": False}
    secrets = {"right": created["hostSecret"], "wrong": "x" * 22}
    host = {
        kind: app.call("join_room", body | {"hostSecret": secret}, room=created["room"]).body[
            "host"
        ]
        for kind, secret in secrets.items()
    }
    assert host == {"right": True, "wrong": False}
    assert app.call("join_room", body, room=created["room"]).body["host"] is False


def test_a_creation_key_keeps_strangers_from_creating_rooms(make_app: Callable[..., App]) -> None:
    """If a deployment has a creation key, rooms are created only with it."""
    app = make_app(ROOM_CREATION_KEY="open sesame")
    for body in ({}, {"creationKey": "wrong"}, {"creationKey": 7}, {"creationKey": "\ud800"}):
        assert refused(app.call("create_room", body)) == (403, "creation-key-wrong")
    assert app.call("create_room", {"creationKey": "open sesame"}).status == 201


def test_without_consent_there_is_no_upload_ticket(app: App) -> None:
    """Upload tickets need consent: giving it allows them, withdrawing it ends them at once."""
    ada = app.join(app.room(), consent=False)
    count = {"count": 1}
    assert refused(app.member("issue_upload_tickets", ada, count)) == (403, "consent-required")
    given = app.member("set_consent", ada, {"consent": True})
    assert [a["target"] for a in given.actions] == ["resumed"]
    assert app.member("issue_upload_tickets", ada, count).status == 200
    withdrawn = app.member("set_consent", ada, {"consent": False})
    assert [a["target"] for a in withdrawn.actions] == ["paused"]
    assert refused(app.member("issue_upload_tickets", ada, count)) == (403, "consent-required")


def test_a_heartbeat_never_undoes_a_withdrawal(app: App) -> None:
    """Heartbeats that race with a withdrawal leave the consent withdrawn."""
    ada = app.join(app.room())
    with ThreadPoolExecutor(8) as pool:
        beats = [pool.submit(app.member, "heartbeat", ada) for _ in range(12)]
        withdrawal = pool.submit(app.member, "set_consent", ada, {"consent": False})
        beats += [pool.submit(app.member, "heartbeat", ada) for _ in range(12)]
    assert withdrawal.result().status == 200
    assert {beat.result().status for beat in beats} == {200}
    (present,) = app.member("heartbeat", ada).body["participants"]
    assert present["consent"] is False


def test_a_door_that_stays_shut_is_said_before_the_page_stops_waiting(app: App) -> None:
    """A join behind a crashed holder's lease is 503 before the page stops waiting."""
    room = app.room()
    app.storage.get_blob_client("rooms", f"{room}/room").acquire_lease(15)
    app.clock.jumps = True
    began = app.clock.now()
    answer = app.call("join_room", {"name": "Ada", "consent": True}, room=room)
    assert app.clock.now() - began < PAGE_PATIENCE
    assert refused(answer) == (503, "storage-busy")
    assert int(answer.headers["Retry-After"]) > 0


def test_upload_tickets_create_one_blob_and_nothing_else(app: App) -> None:
    """A ticket's URL creates its own blob once; it reads, overwrites, deletes and lists nothing."""
    ada = app.join(app.room())
    blob = BlobClient.from_blob_url(app.upload_url(ada))
    blob.upload_blob(b"frame")
    with pytest.raises(HttpResponseError):
        blob.upload_blob(b"another", overwrite=True)
    for forbidden in (blob.download_blob, blob.delete_blob):
        with pytest.raises(HttpResponseError) as caught:
            forbidden()
        assert caught.value.status_code == 403
    app.storage.get_blob_client("frames", blob.blob_name).delete_blob()


def test_a_time_slot_has_one_frame_name(make_app: Callable[..., App]) -> None:
    """A second request in a slot gives the same frame names."""
    app = make_app(FRAME_SLOT_SECONDS="60")
    ada = app.join(app.room())
    first, again = (
        [
            upload["frame"]
            for upload in app.member("issue_upload_tickets", ada, {"count": 3}).body["uploads"]
        ]
        for _ in range(2)
    )
    assert len(set(first)) == 3
    assert first == sorted(first)
    assert first == again


def test_of_many_who_race_for_the_last_seats_just_enough_sit_down(
    make_app: Callable[..., App],
) -> None:
    """Ten who race for three seats give three seats and seven refusals."""
    app = make_app(ROOM_CAPACITY="3")
    room = app.room()
    body = {"name": "Ada", "consent": False}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: app.call("join_room", body, room=room), range(10)))
    assert sorted(a.status for a in answers) == [201] * 3 + [409] * 7
    full = next(a for a in answers if a.status == 409)
    assert refused(full) == (409, "room-full")


def test_two_people_of_one_name_can_be_told_apart(app: App) -> None:
    """The second person of a name gets a number behind it, until they leave."""
    room = app.room()
    names = [app.call("join_room", {"name": n, "consent": False}, room=room) for n in ("Ada",) * 2]
    assert [answer.body["name"] for answer in names] == ["Ada", "Ada (2)"]
    joined = Joined(room, names[1].body["participant"], names[1].body["ticket"])
    roster = app.member("announce_presence", joined).body["participants"]
    assert sorted(person["name"] for person in roster) == ["Ada", "Ada (2)"]


@pytest.mark.parametrize("room", ["r" * 22, "", "../rooms", "x" * 5000, "%2e%2e"])
def test_an_unknown_room_is_named_as_such(app: App, room: str) -> None:
    """An unknown room, or a text that is no room's id, is 404 `unknown-room`."""
    answer = app.call("join_room", {"name": "Ada", "consent": True}, room=room)
    assert refused(answer) == (404, "unknown-room")


@pytest.mark.parametrize("name", [*MEMBER_FUNCTIONS, "leave_room", "wait_at_door"])
def test_every_member_route_refuses_bad_tickets(app: App, name: str) -> None:
    """A missing, forged, unsigned, expired or other room's ticket is refused."""
    ada, other = app.join(app.room()), app.join(app.room())
    claims = jwt.decode(ada.ticket, options={"verify_signature": False})
    forged = jwt.encode(claims, "x" * 32, algorithm="HS256")
    unsigned = jwt.encode(claims, "", algorithm="none")
    expired = jwt.encode(claims | {"exp": 1}, "k" * 32, algorithm="HS256")
    nameless = jwt.encode({k: v for k, v in claims.items() if k != "sub"}, "k" * 32)

    def call(ticket: str | None) -> tuple[int, str]:
        return refused(app.call(name, ticket=ticket, room=ada.room, participant=ada.participant))

    assert call(None) == (401, "ticket-missing")
    assert call(expired) == (401, "ticket-expired")
    assert call(other.ticket) == (403, "ticket-other-room")
    for bad in ("garbage", forged, unsigned, nameless):
        assert call(bad) == (401, "ticket-invalid")


def test_nobody_gets_the_connection_of_somebody_else(app: App) -> None:
    """The hub connection's participant is the route's, who must be the ticket's."""
    room = app.room()
    ada, zoe = app.join(room), app.join(room)
    answer = app.member("negotiate", ada, participant=zoe.participant)
    assert refused(answer) == (403, "other-participant")
    answer = app.member("leave_room", ada, participant=zoe.participant)
    assert refused(answer) == (403, "other-participant")


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"', b"null", b"\xff", b"[" * 60_000])
def test_wrong_json_is_a_clear_error(app: App, raw: bytes) -> None:
    """A body that is no JSON object is refused with that reason."""
    assert refused(app.call("create_room", raw=raw)) == (400, "invalid-json")


def test_wrong_fields_are_named(app: App) -> None:
    """The error names the wrong field and what to send."""
    ada = app.host()
    wrong: list[tuple[str, dict[str, object], str]] = [
        ("issue_upload_tickets", {"count": 0}, "count"),
        ("issue_upload_tickets", {"count": True}, "count"),
        ("issue_upload_tickets", {}, "count"),
        ("set_consent", {"consent": "yes"}, "consent"),
        ("set_mode", {"mode": "secret"}, "mode"),
        ("set_door", {"door": "ajar"}, "door"),
        ("answer_knock", {"admit": "yes"}, "admit"),
        ("name_host", {"host": 1}, "host"),
        ("remove_participant", {}, "participant"),
        ("remove_participant", {"participant": ada.participant, "connections": "x"}, "connections"),
        ("remove_participant", {"participant": ada.participant, "connections": [".."]}, "connect"),
        ("request_mute", {"participant": "../x"}, "participant"),
        ("set_mode", {"mode": ["open"]}, "mode"),
        ("correct_reading", {"frame": "1", "expression": "anger"}, "frame"),
        ("correct_reading", {"frame": 1763834400000, "expression": "anger"}, "frame"),
        ("correct_reading", {"frame": "1763834400000", "expression": "love"}, "expression"),
        ("correct_reading", {"frame": "1763834400000", "expression": {}}, "expression"),
        ("relay_signal", {"to": ada.participant}, "payload"),
        ("relay_signal", {"to": "../x", "payload": {}}, "to"),
    ]
    for name, body, field in wrong:
        answer = app.member(name, ada, body, participant=ada.participant)
        assert refused(answer) == (400, "invalid-field"), (name, body)
        assert field in answer.body["message"]
    for more in (
        {},
        {"consent": True, "hostSecret": ""},
        {"consent": True, "hostSecret": "\ud800"},
    ):
        join = app.call("join_room", {"name": "Ada", **more}, room=ada.room)
        assert refused(join) == (400, "invalid-field")


def test_an_endless_body_is_refused(app: App) -> None:
    """A body larger than a signal may be is refused before it is parsed."""
    ada = app.join(app.room())
    answer = app.member("relay_signal", ada, raw=b" " * 70_000)
    assert refused(answer) == (413, "body-too-large")


def test_storage_that_does_not_answer_is_a_clear_error(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the storage does not answer, the caller gets 503 with Retry-After after a few pauses."""
    pauses: list[float] = []
    monkeypatch.setattr(HttpTransport, "sleep", lambda _, pause: pauses.append(pause))
    nowhere = (
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;"
        "BlobEndpoint=http://127.0.0.1:9/a;"
    )
    answer = make_app(FramesStorage=nowhere).call("create_room")
    assert 0 < len(pauses) <= 2
    assert sum(pauses) < PAGE_PATIENCE / 2
    assert refused(answer) == (503, "storage-unavailable")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("status", [200, 404])
def test_a_proxys_answer_is_no_answer_of_the_storage(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """An HTML page in place of the storage's answer is 503, and a frame's invocation fails."""
    monkeypatch.setattr(HttpTransport, "sleep", lambda *_: None)
    ada = make_app().join(make_app().room())
    page = Response(status, b"<html></html>", {"Content-Type": "text/html"})
    with StubServer(lambda _: page) as proxy:
        app = make_app(
            FramesStorage="DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;"
            f"BlobEndpoint={proxy.url}/a;"
        )
        consent = app.member("set_consent", ada, {"consent": False})
        leaving = app.member("leave_room", ada, participant=ada.participant)
        frame = f"frames/{ada.room}/{ada.participant}/1234567890123.jpg"
        with pytest.raises(AzureError):
            app.read(InputStream(data=b"", name=frame))
    assert refused(consent) == refused(leaving) == (503, "storage-unavailable")
