"""Limits are exact across instances, answer 429, and store no ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from functions.contract import ApiError
from functions.limit_table import LIMITS
from functions.limits import LIMITS_CONTAINER, Limits
from functions.rooms import Rooms, new_id
from local.azurite import Azurite
from tests.functions.conftest import Answer, App, Joined

KEY = "k" * 32
EXAMPLE = json.loads((Path(__file__).parents[1] / "contract" / "http.json").read_text())[
    "error (limited)"
]
NOON = 1_800_000_000 // 3600 * 3600 + 20  # s, twenty into a minute and an hour


@pytest.fixture
def instances(azurite: Azurite) -> Iterator[list[Limits]]:
    """Two instances of the app, each with its own connections, at the same moment of one slot."""
    with ExitStack() as stack:
        clients = [stack.enter_context(azurite.client()) for _ in range(2)]
        yield [
            Limits(
                client.get_container_client(LIMITS_CONTAINER),
                KEY,
                {"rooms-per-address": 7},
                now=lambda: NOON,
            )
            for client in clients
        ]


@pytest.fixture
def make_limited(make_app: Callable[..., App]) -> Callable[..., App]:
    """Make an app with these limits; its clock stands still, so that no slot ends in a test."""
    key = new_id() + new_id()  # the counts of another test are not ours

    def make(**limits: int) -> App:
        named = {name.replace("_", "-"): most for name, most in limits.items()}
        return make_app(LIMITS=json.dumps(named), TICKET_KEY=key)

    return make


def limited(answer: Answer, code: str) -> bool:
    """Whether the answer is a refusal by this limit, complete with when to come back."""
    if answer.status != 429:
        return False
    assert answer.body["error"] == code
    assert answer.body.keys() == EXAMPLE["response"].keys()
    assert answer.headers["Retry-After"] == str(answer.body["retryAfter"])
    return True


def test_instances_that_race_let_through_exactly_as_many_as_may(instances: list[Limits]) -> None:
    """Of sixty attempts at two instances at once, exactly the limit's seven pass."""
    who = new_id()
    with ThreadPoolExecutor(16) as pool:
        allowed = list(
            pool.map(lambda n: instances[n % 2].allows("rooms-per-address", who), range(60))
        )
    assert allowed.count(True) == 7


def test_who_is_refused_hears_when_the_next_slot_begins(azurite: Azurite) -> None:
    """Retry-After is the rest of the slot; after it the same subject may go on."""
    at = [float(NOON)]
    with azurite.client() as client:
        limits = Limits(
            client.get_container_client(LIMITS_CONTAINER),
            KEY,
            {"captures-per-room": 1},
            now=lambda: at[0],
        )
        who = new_id()
        limits.spend("captures-per-room", who)
        with pytest.raises(ApiError) as caught:
            limits.spend("captures-per-room", who)
        assert (caught.value.status, caught.value.code) == (429, "too-many-captures")
        assert caught.value.retry_after == 40
        limits.spend("captures-per-room", new_id())  # somebody else is not held up
        at[0] += 40
        limits.spend("captures-per-room", who)


def test_a_flood_costs_the_storage_one_refusal(
    azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the storage's first refusal in a slot, the instance refuses by itself."""
    with azurite.client() as client:
        container = client.get_container_client(LIMITS_CONTAINER)
        limits = Limits(container, KEY, {"signals-per-participant": 1}, now=lambda: NOON)
        who = new_id()
        assert [limits.allows("signals-per-participant", who) for _ in range(3)] == [
            True, False, False,
        ]  # fmt: skip
        monkeypatch.setattr(container, "get_blob_client", None)
        assert not any(limits.allows("signals-per-participant", who) for _ in range(10_000))


def test_counts_tell_of_nobody(make_limited: Callable[..., App]) -> None:
    """Names and contents of the counts hold no address, room or participant."""
    app = make_limited()
    before = set(_counts(app.storage))
    room = app.call("create_room", headers={"x-forwarded-for": "203.0.113.7:50001"}).body["room"]
    ada = app.join(room)
    assert app.member("analyze", ada).status == 202
    counts = {name: content for name, content in _counts(app.storage).items() if name not in before}
    assert len(counts) == 6  # an address and the site; an address and the room; Ada and the room
    for name, content in counts.items():
        slot, digest = name.split("/")
        assert slot.isdigit()
        assert len(digest) == 64
        assert set(content) == {ord(".")}
        for secret in ("203.0.113.7", room, ada.participant):
            assert secret not in name


def _counts(storage: BlobServiceClient) -> dict[str, bytes]:
    container = storage.get_container_client(LIMITS_CONTAINER)
    return {name: container.download_blob(name).readall() for name in container.list_blob_names()}


def test_a_stranger_creates_no_rooms_without_end(make_limited: Callable[..., App]) -> None:
    """Rooms are limited for each address; a forged address does not avoid the limit."""
    app = make_limited(rooms_per_address=3)

    def create(forwarded: str) -> Answer:
        return app.call("create_room", headers={"x-forwarded-for": forwarded})

    assert [create("203.0.113.7:50001").status for _ in range(3)] == [201] * 3
    assert limited(create("203.0.113.7:50002"), "too-many-rooms")
    assert limited(create("198.51.100.1, 203.0.113.7:50003"), "too-many-rooms")
    assert create("198.51.100.1:50001").status == 201
    # One household: the same /64, with and without a port.
    assert [create(f"[2001:db8::{n}]:443").status for n in range(1, 4)] == [201] * 3
    assert limited(create("2001:db8::ffff"), "too-many-rooms")
    assert create("2001:db8:0:1::1").status == 201
    # An IPv4 address written as IPv6 is that one, and no household of all.
    assert limited(create("[::ffff:203.0.113.7]:50004"), "too-many-rooms")
    assert create("[::ffff:203.0.113.8]:50004").status == 201


def test_many_addresses_fill_no_storage(make_limited: Callable[..., App]) -> None:
    """The site's limit of rooms holds for all; attempts without the key do not use it up."""
    app = make_limited(rooms=2)

    def create(n: int) -> Answer:
        return app.call("create_room", headers={"x-forwarded-for": f"203.0.113.{n}:1"})

    assert [create(n).status for n in range(2)] == [201] * 2
    assert limited(create(3), "too-many-rooms")


def test_a_creation_key_is_not_guessed(make_app: Callable[..., App]) -> None:
    """Wrong keys use up their address's attempts, not the site's rooms."""
    app = make_app(
        ROOM_CREATION_KEY="open sesame",
        TICKET_KEY=new_id() + new_id(),
        LIMITS='{"rooms-per-address": 5, "rooms": 1}',
    )

    def create(key: str, address: str) -> Answer:
        headers = {"x-forwarded-for": f"{address}:1"}
        return app.call("create_room", {"creationKey": key}, headers=headers)

    assert [create(str(n), "203.0.113.9").status for n in range(5)] == [403] * 5
    assert limited(create("open sesame", "203.0.113.9"), "too-many-rooms")
    assert create("open sesame", "203.0.113.10").status == 201


def test_joins_without_end_end_at_the_door(make_limited: Callable[..., App]) -> None:
    """Of 300 joins from anywhere five get seats; beyond the room's limit all are 429."""
    _joins(make_limited(joins_per_room=20), 300)


@pytest.mark.long
def test_ten_thousand_joins_end_at_the_door(make_limited: Callable[..., App]) -> None:
    """The same holds for ten thousand joins."""
    _joins(make_limited(joins_per_room=20), 10_000)


def _joins(app: App, number: int) -> None:
    room = app.room()
    ada = app.join(room)

    def join(n: int) -> Answer:
        headers = {"x-forwarded-for": f"203.{n // 65536}.{n // 256 % 256}.{n % 256}:1"}
        body = {"name": "Flood", "consent": False}
        return app.call("join_room", body, room=room, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(join, range(number)))
    statuses = [answer.status for answer in answers]
    assert statuses.count(201) == 5  # six seats, Ada's among them
    assert statuses.count(409) == 20 - 1 - 5
    assert statuses.count(429) == number - 19
    assert all(limited(a, "too-many-joins") for a in answers if a.status == 429)
    assert app.member("heartbeat", ada).status == 200


def test_an_address_joins_no_more_than_its_share(make_limited: Callable[..., App]) -> None:
    """One address reaches its own limit before the room's, so others can join."""
    app = make_limited(joins_per_address=4)
    room = app.room()
    body = {"name": "Ada", "consent": False}
    mine = {"x-forwarded-for": "203.0.113.7:1"}
    answers = [app.call("join_room", body, room=room, headers=mine) for _ in range(5)]
    assert limited(answers[4], "too-many-joins")
    assert app.call("join_room", body, room=room).status == 201


def test_frames_of_one_address_end_however_many_join(make_app: Callable[..., App]) -> None:
    """Frames are limited for each address, however many seats its people take."""
    app = make_app(
        TICKET_KEY=new_id() + new_id(),
        ROOM_CAPACITY="50",
        LIMITS=json.dumps({"frames-per-address": 16}),
    )
    room = app.room()
    allowed = LIMITS["frames-per-address"].free // 8 + 2
    people = [app.join(room) for _ in range(allowed + 1)]
    answers = [_ask(app, who) for who in people]
    assert {answer.status for answer in answers[:-1]} == {200}
    assert limited(answers[-1], "too-many-frames")
    assert limited(_ask(app, people[-1]), "too-many-frames")  # refused, and so not free
    assert _ask(app, people[-1], address="203.0.113.8").status == 200
    # Reading by oneself is no way around it.
    for address, status in (("203.0.113.7", 429), ("203.0.113.8", 202)):
        assert _tell(app, people[-1], address=address).status == status


def _ask(app: App, who: Joined, *, address: str = "203.0.113.7") -> Answer:
    headers = {"x-forwarded-for": f"{address}:1"}
    return app.member("issue_upload_tickets", who, {"count": 8}, headers=headers)


def _tell(app: App, who: Joined, *, address: str = "203.0.113.7", mode: str = "open") -> Answer:
    headers = {"x-forwarded-for": f"{address}:1"}
    body = {"mode": mode, "reason": "no-face"}
    return app.member("tell_reading", who, body, headers=headers)


def test_one_participant_uses_up_no_one_else_s_frames(make_limited: Callable[..., App]) -> None:
    """Who asks for the same tickets again and again, or is refused, counts once in a slot."""
    app = make_limited(frames_per_address=8)
    room = app.room()
    eve, ada = app.join(room), app.join(room)
    for _ in range(LIMITS["frames-per-address"].free // 8 + 8):
        assert _ask(app, eve).status == 200
    assert _tell(app, eve).status == 202
    for _ in range(LIMITS["frames-per-address"].free + 8):
        assert limited(_tell(app, eve), "too-many-readings")
    assert _ask(app, ada).status == 200
    assert _tell(app, ada).status == 202


@pytest.mark.parametrize("how", ["wrong", "withdrawn"])
def test_refused_readings_cost_others_nothing(
    make_limited: Callable[..., App], how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of refused readings is not counted for the address, and soon not looked up."""
    app = make_limited(frames_per_address=8)
    eve = app.join(app.room(), consent=how == "wrong")
    refused = {_tell(app, eve, mode="wrong").status for _ in range(4)}
    assert refused == {400 if how == "wrong" else 403}
    monkeypatch.setattr(Rooms, "scope", None)
    for _ in range(LIMITS["frames-per-address"].free + 8):
        assert limited(_tell(app, eve), "too-many-readings")
    monkeypatch.undo()
    assert _ask(app, app.join(eve.room)).status == 200


def test_ordinary_use_of_frames_writes_no_count(
    azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten people live behind one address cause no write of a count."""
    with azurite.client() as client:
        container = client.get_container_client(LIMITS_CONTAINER)
        limits = Limits(container, KEY, {}, now=lambda: NOON)
        monkeypatch.setattr(container, "get_blob_client", None)
        assert all(limits.allows("frames-per-address", "address", 8) for _ in range(30))


def test_a_flood_of_captures_reaches_nobody(make_limited: Callable[..., App]) -> None:
    """Beyond the limit a request to read is not sent; other people's requests still are."""
    app = make_limited(captures_per_participant=2, captures_per_room=3)
    room = app.room()
    ada, zoe = app.join(room), app.join(room)
    presses = [app.member("analyze", ada) for _ in range(3)]
    assert [len(press.actions) for press in presses] == [1, 1, 0]
    assert limited(presses[2], "too-many-captures")
    assert app.member("analyze", zoe).status == 202
    assert limited(app.member("analyze", zoe), "too-many-captures")


def test_a_flood_of_messages_reaches_nobody(make_limited: Callable[..., App]) -> None:
    """Announcements and consents share one limit of messages; signals have their own."""
    app = make_limited(announcements_per_participant=2, signals_per_participant=1)
    ada = app.join(app.room())
    zoe = app.join(ada.room)
    assert app.member("announce_presence", ada).status == 200
    assert app.member("set_consent", ada, {"consent": True}).status == 200
    for name in ("announce_presence", "set_consent"):
        answer = app.member(name, ada, {"consent": True})
        assert limited(answer, "too-many-messages"), name
        assert not answer.actions
    signal = {"to": zoe.participant, "payload": {}}
    assert app.member("relay_signal", ada, signal).status == 202
    assert limited(app.member("relay_signal", ada, signal), "too-many-messages")


def test_a_long_signal_counts_as_the_messages_that_it_is(
    make_limited: Callable[..., App],
) -> None:
    """SignalR counts each 2 kB as a message, and so does the limit: size evades no limit."""
    app = make_limited(signals_per_participant=4)
    ada = app.join(app.room())
    zoe = app.join(ada.room)
    long = {"to": zoe.participant, "payload": {"sdp": "x" * 4096}}
    assert app.member("relay_signal", ada, long).status == 202  # 4 kB and who it is from: three
    assert limited(app.member("relay_signal", ada, long), "too-many-messages")
    assert app.member("relay_signal", zoe, long | {"to": ada.participant}).status == 202


def test_joining_again_floods_no_further_than_the_joins_reach(
    make_limited: Callable[..., App],
) -> None:
    """A person who rejoins may announce again, but only as often as the room may be joined."""
    app = make_limited(joins_per_room=3, announcements_per_participant=2)
    room, told = app.room(), 0
    for _ in range(3):
        who = app.join(room)
        while app.member("announce_presence", who).status == 200:
            told += 1
        app.member("leave_room", who, participant=who.participant)
    again = app.call("join_room", {"name": "Flood", "consent": False}, room=room)
    assert limited(again, "too-many-joins")
    assert told == 3 * 2


def test_withdrawing_and_leaving_are_never_refused(make_limited: Callable[..., App]) -> None:
    """Beyond the limit a person can still withdraw and leave; the room gets no message."""
    app = make_limited(announcements_per_participant=1)
    ada = app.join(app.room())
    assert app.member("announce_presence", ada).status == 200
    withdrawn = app.member("set_consent", ada, {"consent": False})
    assert (withdrawn.status, withdrawn.body["consent"], withdrawn.actions) == (200, False, [])
    left = app.member("leave_room", ada, participant=ada.participant)
    assert left.status == 204
    assert [action.get("action") for action in left.actions] == ["remove"]
    assert _gone(app, ada)


def test_room_only_is_never_refused(make_limited: Callable[..., App]) -> None:
    """Beyond the limit a host can still make the room room-only; the roster tells the others."""
    app = make_limited(announcements_per_participant=1)
    host = app.host()
    assert app.member("announce_presence", host).status == 200
    closed = app.member("set_mode", host, {"mode": "room-only"})
    assert (closed.status, closed.actions) == (200, [])
    assert app.member("heartbeat", host).body["mode"] == "room-only"
    assert limited(app.member("set_mode", host, {"mode": "open"}), "too-many-messages")


def _gone(app: App, who: Joined) -> bool:
    return app.member("heartbeat", who).status == 404


def test_codes_are_few_and_limits_far_from_what_people_do() -> None:
    """Each limit has a known code, and all but two allow twenty uses or more."""
    assert {limit.code for limit in LIMITS.values()} == {
        "too-many-rooms",
        "too-many-joins",
        "too-many-knocks",
        "too-many-captures",
        "too-many-frames",
        "too-many-messages",
        "too-many-changes",
    }
    for name, limit in LIMITS.items():
        assert limit.most >= 20 or name in ("openings-per-room", "knocks-per-address"), name
