"""A join whose answer was lost is repeated, and takes no second seat."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.rooms import new_id
from tests.functions.conftest import Answer, App, Joined
from tests.functions.test_door import host_of_closed_room, waiting


def join(app: App, room: str, attempt: str, name: str = "Ada") -> Answer:
    """Ask for a place with this secret."""
    body = {"name": name, "consent": True, "attempt": attempt}
    return app.call("join_room", body, room=room)


def present(app: App, who: Joined) -> list[str]:
    """Whom a heartbeat names."""
    body: Any = app.member("heartbeat", who).body
    return [one["participant"] for one in body["participants"]]


def test_asking_again_gives_the_same_seat(app: App) -> None:
    """A repeated join with the same secret finds its seat instead of taking another."""
    room, attempt = app.room(), new_id()
    first, again = join(app, room, attempt), join(app, room, attempt)
    assert (first.status, again.status) == (201, 201)
    assert {**again.body, "ticket": ""} == {**first.body, "ticket": ""}
    ada = Joined(room, again.body["participant"], again.body["ticket"])
    assert present(app, ada) == [ada.participant]
    assert attempt not in ada.participant
    assert join(app, app.room(), attempt).body["participant"] != ada.participant


def test_asking_again_finds_the_last_seat_in_a_full_room(app: App) -> None:
    """A repeated join finds its own seat although the room is full."""
    room, attempt = app.room(), new_id()
    for _ in range(5):
        app.join(room)
    first = join(app, room, attempt)
    assert join(app, room, attempt).body["participant"] == first.body["participant"]
    assert join(app, room, new_id()).status == 409


def test_many_at_once_get_one_seat(app: App) -> None:
    """Joins with one secret at the same time get one seat together."""
    room, attempt = app.room(), new_id()
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: join(app, room, attempt), range(4)))
    seats = {answer.body["participant"] for answer in answers if answer.status == 201}
    assert len(seats) == 1


def test_asking_again_at_a_closed_door_is_one_knock(app: App) -> None:
    """Repeated joins at a closed door are one knock; after admission they find the seat."""
    host, attempt = host_of_closed_room(app), new_id()
    knocks = [join(app, host.room, attempt) for _ in range(3)]
    assert [knock.status for knock in knocks] == [202] * 3
    assert len({knock.body["participant"] for knock in knocks}) == 1
    told = [action["arguments"] for knock in knocks for action in knock.actions]
    assert told[0] == told[1] == told[2]
    mo = knocks[0].body["participant"]
    assert app.member("answer_knock", host, {"admit": True}, participant=mo).status == 200
    seated = join(app, host.room, attempt)
    assert (seated.status, seated.body["participant"]) == (201, mo)


@pytest.mark.parametrize("limit", ["knocks-per-address", "knocks-per-room"])
def test_knocking_again_never_costs_the_place_at_the_door(
    make_app: Callable[..., App], limit: str
) -> None:
    """A repeated knock beyond a limit keeps its place, and tells the hosts nothing more."""
    app = make_app(LIMITS=f'{{"{limit}": 1}}', TICKET_KEY=new_id() + new_id())
    host, attempt = host_of_closed_room(app), new_id()
    first, again = join(app, host.room, attempt), join(app, host.room, attempt)
    assert (first.status, again.status, again.actions) == (202, 202, [])
    assert again.body["participant"] == first.body["participant"]
    assert waiting(app, host) == ["Ada"]
    assert join(app, host.room, new_id(), name="Mo").status == 429
    assert waiting(app, host) == ["Ada"]


def test_a_place_that_was_left_or_taken_away_is_not_found_again(app: App) -> None:
    """A person who left gets a new seat; a removed one waits at the door as a stranger."""
    host = app.host()
    for end in ("leave", "remove"):
        attempt = new_id()
        first = join(app, host.room, attempt).body
        ada = Joined(host.room, first["participant"], first["ticket"])
        if end == "leave":
            app.member("leave_room", ada, participant=ada.participant)
        else:
            app.member("remove_participant", host, {"participant": ada.participant})
        again = join(app, host.room, attempt)
        assert again.status == (201 if end == "leave" else 202)
        assert again.body["participant"] != ada.participant
        assert app.member("heartbeat", ada).status in (403, 404)


def test_a_made_up_secret_is_refused_in_words(app: App) -> None:
    """The secret must be 22 characters, or the request is refused."""
    for attempt in ("", "short", 7, None, "a" * 23, "ü" * 22):
        body = {"name": "Ada", "consent": True, "attempt": attempt}
        refused = app.call("join_room", body, room=app.room())
        assert (refused.status, refused.body["error"]) == (400, "invalid-field")
