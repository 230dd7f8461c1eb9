"""The functions decide who is sent a reading or a correction, in both modes."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import AzureError

from functions.ahead import FRESH
from functions.contract import Box, Expression, Face, UnreadError, UnreadReason
from tests.clock import TestClock
from tests.functions.conftest import App, Joined, ScriptedReader

JPEG = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()


def face(expression: Expression, *, unsure: bool = False) -> Face:
    """A face with this expression."""
    scores = dict.fromkeys(Expression, 0.02) | {expression: 0.86}
    return Face(Box(0.1, 0.2, 0.3, 0.4), scores, unsure=unsure)


HAPPY, SAD = face(Expression.HAPPINESS), face(Expression.SADNESS)


def room_only(app: App, people: int, *, consent: bool = True) -> list[Joined]:
    """A room in room-only mode with so many people, its host first."""
    host = app.host(consent=consent)
    others = [app.join(host.room, consent=consent) for _ in range(people - 1)]
    assert app.member("set_mode", host, {"mode": "room-only"}).status == 200
    return [host, *others]


def to_room(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages among the actions that go to the whole room."""
    return [action for action in actions if "groupName" in action]


def test_the_mode_is_the_hosts_and_everybody_hears_of_it(app: App) -> None:
    """A host's change of mode is sent to the room and is in later rosters."""
    host = app.host()
    zoe = app.join(host.room, name="Zoë")
    assert app.member("announce_presence", zoe).body["mode"] == "open"
    refused = app.member("set_mode", zoe, {"mode": "room-only"})
    assert (refused.status, refused.body["error"]) == (403, "host-required")
    assert refused.actions == []
    for mode in ("room-only", "room-only", "open"):
        changed = app.member("set_mode", host, {"mode": mode})
        assert changed.actions == [
            {"target": "mode", "groupName": host.room, "arguments": [{"mode": mode}]}
        ]
        late = app.join(host.room)
        assert app.member("announce_presence", late).body["mode"] == mode
        assert app.member("heartbeat", zoe).body["mode"] == mode


def test_the_mode_is_changed_while_others_crowd_in(make_app: Callable[..., App]) -> None:
    """A change of mode waits for the lease that a join holds, and is not lost."""
    app = make_app(ROOM_CAPACITY="20")
    host = app.host()
    with ThreadPoolExecutor(8) as pool:
        joins = [pool.submit(app.join, host.room) for _ in range(10)]
        changes = [
            pool.submit(app.member, "set_mode", host, {"mode": "room-only"}) for _ in range(3)
        ]
    assert {change.result().status for change in changes} == {200}
    assert len({join.result().participant for join in joins}) == 10
    roster = app.member("heartbeat", host).body
    assert (roster["mode"], len(roster["participants"])) == ("room-only", 11)


def test_room_only_tells_a_reading_to_its_owner_and_the_room_nothing_that_identifies(
    make_app: Callable[..., App],
) -> None:
    """The room gets no participant, frame, box or scores; the owner gets all of them."""
    app = make_app(ScriptedReader((HAPPY, SAD)))
    ada, *_ = room_only(app, 3)
    name = app.upload(ada, JPEG)
    own, *told = app.trigger(name)
    assert (own["target"], own["userId"]) == ("reading", ada.participant)
    assert "groupName" not in own
    (reading,) = own["arguments"]
    assert [f["expression"] for f in reading["faces"]] == ["happiness", "sadness"]
    assert [action["target"] for action in told] == ["anonymous", "anonymous"]
    assert told == to_room(told)
    for action, read in zip(told, (HAPPY, SAD), strict=True):
        (payload,) = action["arguments"]
        assert payload.keys() == {"face", "scores", "expression", "confidence", "unsure"}
        assert payload["scores"] == {e.value: float(e is read.expression) for e in Expression}
        assert (payload["confidence"], payload["unsure"]) == (1, False)
    said = json.dumps([action["arguments"] for action in told])
    for secret in (ada.participant, ada.room, Path(name).stem, "box", "readAt", "capturedAt"):
        assert secret not in said


def test_the_room_hears_nothing_of_an_unsure_face(make_app: Callable[..., App]) -> None:
    """In room-only mode only the owner is sent an unsure face."""
    app = make_app(ScriptedReader((face(Expression.FEAR, unsure=True), SAD)))
    ada, *_ = room_only(app, 3)
    own, *told = app.trigger(app.upload(ada, JPEG))
    assert len(own["arguments"][0]["faces"]) == 2
    assert [action["arguments"][0]["expression"] for action in told] == ["sadness"]


def test_a_reading_and_an_own_word_look_the_same_without_a_name(
    make_app: Callable[..., App],
) -> None:
    """A corrected nameless face has the shape of any other, and a new name in each frame."""
    app = make_app(ScriptedReader((HAPPY,)))
    ada, *_ = room_only(app, 3)
    name = app.upload(ada, JPEG)
    _, read = app.trigger(name)
    _, said = correct(app, ada, Path(name).stem, "happiness").actions
    assert read == said


@pytest.mark.parametrize("agreeing", [1, 2])
def test_among_fewer_than_three_who_agreed_the_room_is_told_nothing(
    make_app: Callable[..., App], agreeing: int
) -> None:
    """With fewer than three who consent, others are sent nothing, not even nameless faces."""
    app = make_app(ScriptedReader((HAPPY,)))
    ada, *_ = room_only(app, agreeing)
    for _ in range(2):
        app.join(ada.room, consent=False)
    (own,) = app.trigger(app.upload(ada, JPEG))
    assert own["userId"] == ada.participant


def test_who_is_away_hides_no_one(make_app: Callable[..., App]) -> None:
    """People who are away do not count among the three: the third's face would be known."""
    app = make_app(ScriptedReader((HAPPY,)))
    ada, bo, _ = room_only(app, 3)
    for away, told in ((True, 0), (False, 1)):
        assert app.member("heartbeat", bo, {"away": away}).status == 200
        assert len(to_room(app.trigger(app.upload(ada, JPEG)))) == told
    app.member("heartbeat", ada, {"away": True})  # their own picture, taken just before
    assert len(to_room(app.trigger(app.upload(ada, JPEG)))) == 1


def test_in_room_only_mode_an_unread_frame_concerns_its_owner_alone(
    make_app: Callable[..., App],
) -> None:
    """In room-only mode only the owner learns that their frame was not read."""
    app = make_app(ScriptedReader(UnreadError(UnreadReason.NO_FACE)))
    ada, *_ = room_only(app, 3)
    (own,) = app.trigger(app.upload(ada, JPEG))
    assert (own["target"], own["userId"]) == ("unread", ada.participant)
    assert to_room([own]) == []


def test_a_change_of_mode_counts_for_what_is_slowly_read(
    make_app: Callable[..., App], clock: TestClock
) -> None:
    """A change of mode during a slow reading counts for that reading."""

    class SwitchingReader(ScriptedReader):
        mode = "room-only"

        def read(self, image: bytes) -> tuple[Face, ...]:
            app.member("set_mode", ada, {"mode": self.mode})
            clock.advance(FRESH + 0.1)
            return super().read(image)

    reader = SwitchingReader((HAPPY,))
    app = make_app(reader)
    ada = app.host()
    (own,) = app.trigger(app.upload(ada, JPEG))
    assert own["userId"] == ada.participant
    reader.mode = "open"
    zoe = app.join(ada.room)
    agree(app, zoe, "everybody")
    (told,) = app.trigger(app.upload(zoe, JPEG))
    assert told["groupName"] == ada.room


def test_when_nobody_can_say_the_mode_a_reading_goes_to_its_owner_alone(
    make_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the mode cannot be looked up, only the owner is sent the reading."""
    app = make_app(ScriptedReader((HAPPY,)))
    ada = app.host()
    name = app.upload(ada, JPEG)

    def away(*_: object) -> None:
        raise AzureError("storage is away")

    monkeypatch.setattr("functions.rooms.Rooms.mode", away)
    (own,) = app.trigger(name)
    assert own["userId"] == ada.participant
    assert app.frames() == []


def correct(app: App, who: Joined, frame: str, expression: str = "sadness") -> Any:
    """Send a correction of a reading."""
    return app.member("correct_reading", who, {"frame": frame, "expression": expression})


def test_a_face_has_one_name_on_every_instance_and_another_in_every_frame(
    make_app: Callable[..., App],
) -> None:
    """A nameless face's name depends on its frame alone: corrections match, people do not."""
    app, other_instance = make_app(ScriptedReader((HAPPY,))), make_app()
    ada, *_ = room_only(app, 3)

    def name_in(actions: list[dict[str, Any]]) -> str:
        (told,) = to_room(actions)
        name: str = told["arguments"][0]["face"]
        return name

    frame = app.upload(ada, JPEG)
    first = name_in(app.trigger(frame))
    corrected = name_in(correct(other_instance, ada, Path(frame).stem).actions)
    assert corrected == first
    assert name_in(app.trigger(app.upload(ada, JPEG))) != first


def now_frame(app: App, age: float = 0) -> str:
    """The number of a frame whose slot began so many seconds ago."""
    return f"{int(app.clock.now() - age) * 1000:013}"


def test_a_correction_tells_the_room_the_persons_own_word(app: App) -> None:
    """A correction names the ticket's owner, and repeating it gives the same message."""
    ada = app.join(app.room())
    frame = now_frame(app)
    body = {"frame": frame, "expression": "sadness", "participant": "somebody else"}
    first, again = (app.member("correct_reading", ada, body) for _ in range(2))
    assert first.status == 202
    assert first.actions == again.actions
    assert first.actions == [
        {
            "target": "corrected",
            "groupName": ada.room,
            "arguments": [
                {"participant": ada.participant, "frame": frame, "expression": "sadness"}
            ],
        }
    ]


def test_a_word_said_under_room_only_stays_its_persons_own_where_the_room_opens(app: App) -> None:
    """An own word chosen in room-only mode is not sent by name after the room opens."""
    ada = app.join(app.room())
    body = {"frame": now_frame(app), "expression": "sadness", "mode": "room-only"}
    (own,) = app.member("correct_reading", ada, body).actions
    assert own["userId"] == ada.participant
    (told,) = app.member("correct_reading", ada, body | {"mode": "open"}).actions
    assert told["groupName"] == ada.room
    wrong = app.member("correct_reading", ada, body | {"mode": "ajar"})
    assert (wrong.status, wrong.body["error"]) == (400, "invalid-field")


def test_in_room_only_mode_a_correction_replaces_a_face_without_a_name(
    make_app: Callable[..., App],
) -> None:
    """The owner gets the whole correction; the room gets the word under the face's name."""
    app = make_app(ScriptedReader((HAPPY,)))
    ada, *_ = room_only(app, 3)
    name = app.upload(ada, JPEG)
    _, told = app.trigger(name)
    own, corrected = correct(app, ada, Path(name).stem).actions
    assert (own["target"], own["userId"]) == ("corrected", ada.participant)
    (before,), (after,) = told["arguments"], corrected["arguments"]
    assert corrected["target"] == "anonymous"
    assert (after["face"], after["expression"]) == (before["face"], "sadness")
    assert after.keys() == before.keys()
    (zoe, *_) = room_only(app, 2)
    (alone,) = correct(app, zoe, now_frame(app)).actions
    assert alone["userId"] == zoe.participant


def test_only_who_agreed_corrects_and_only_what_is_recent(app: App) -> None:
    """A correction needs consent and a recent reading."""
    zoe = app.join(app.room(), consent=False)
    refused = correct(app, zoe, now_frame(app))
    assert (refused.status, refused.body["error"]) == (403, "consent-required")
    ada = app.join(zoe.room)
    assert correct(app, ada, now_frame(app, age=150)).status == 202
    late = correct(app, ada, now_frame(app, age=200))
    assert (late.status, late.body["error"], late.actions) == (409, "frame-too-old", [])
    far = correct(app, ada, now_frame(app, age=-3600))  # nothing later would ever replace it
    assert (far.status, far.actions) == (409, [])
    ahead = correct(app, ada, now_frame(app, age=-60))  # beyond the last ticket that is signed now
    assert (ahead.status, ahead.actions) == (409, [])
    assert correct(app, ada, now_frame(app, age=-7)).status == 202


def test_a_slot_has_one_frame_to_be_corrected(app: App) -> None:
    """A correction is refused if its frame is not the start of a slot."""
    ada, *_ = room_only(app, 3)
    slot = int(now_frame(app))
    for between in (1, 500, 999):
        made_up = correct(app, ada, str(slot - between))
        assert (made_up.status, made_up.body["error"], made_up.actions) == (
            409,
            "frame-too-old",
            [],
        )


@pytest.mark.parametrize(
    ("read", "correction", "shown", "own"),
    [
        (HAPPY, "happiness:sadness", "sadness", True),
        (HAPPY, "neutral:sadness", "happiness", False),
        (face(Expression.HAPPINESS, unsure=True), "unsure:anger", "anger", True),
        (face(Expression.HAPPINESS, unsure=True), "happiness:anger", "happiness", False),
        (HAPPY, "unsure:anger", "happiness", False),
        (HAPPY, "happiness:love", "happiness", False),
        (HAPPY, "happiness", "happiness", False),
        (HAPPY, ":::", "happiness", False),
    ],
)
def test_a_correction_travels_with_the_frames_it_is_about(
    make_app: Callable[..., App], read: Face, correction: str, shown: str, own: bool
) -> None:
    """The own word replaces a reading that repeats the mistake, and no other reading."""
    app = make_app(ScriptedReader((read, SAD)))
    (action,) = app.trigger(app.upload(app.join(app.room()), JPEG, correction=correction))
    first, second = action["arguments"][0]["faces"]
    assert (first["expression"], first["ownWord"]) == (shown, own)
    assert first["box"] == read.box.to_json()
    assert second == SAD.to_json()
    if own:
        assert (first["unsure"], first["confidence"]) == (False, 1)
        assert first["scores"] == {e.value: float(e == shown) for e in Expression}


def test_the_room_sees_the_word_and_not_the_reading_in_room_only_mode(
    make_app: Callable[..., App],
) -> None:
    """A frame's correction is applied before anything is sent, in both modes."""
    app = make_app(ScriptedReader((HAPPY,)))
    ada, *_ = room_only(app, 3)
    own, told = app.trigger(app.upload(ada, JPEG, correction="happiness:sadness"))
    assert own["arguments"][0]["faces"][0]["expression"] == "sadness"
    assert told["arguments"][0]["expression"] == "sadness"
    assert "ownWord" not in told["arguments"][0]


def agree(app: App, who: Joined, scope: str | None = None) -> None:
    """Give consent with a `scope`; without one as an older page."""
    answer = app.member(
        "set_consent", who, {"consent": True, **({"scope": scope} if scope else {})}
    )
    assert answer.status == 200


def test_opening_a_room_shows_nobody_who_agreed_to_room_only(make_app: Callable[..., App]) -> None:
    """In an open room, readings and own words of room-only consent go to their owner only."""
    app = make_app(ScriptedReader((HAPPY,)))
    ada, *_ = room_only(app, 1, consent=False)
    zoe = app.join(ada.room)  # agreed under room-only, as any page does
    assert app.member("set_mode", ada, {"mode": "open"}).status == 200
    name = app.upload(zoe, JPEG)
    (own,) = app.trigger(name)
    assert own["userId"] == zoe.participant
    (said,) = correct(app, zoe, Path(name).stem).actions
    assert said["userId"] == zoe.participant
    agree(app, zoe, "everybody")
    (told,) = app.trigger(app.upload(zoe, JPEG))
    assert told["groupName"] == ada.room


def test_consent_without_a_scope_goes_as_far_as_the_room_does(app: App) -> None:
    """Consent of an older page, without a scope, gets the scope of the room's mode."""
    ada, *_ = room_only(app, 1)
    zoe = app.join(ada.room, consent=False)

    def scopes() -> dict[str, str | None]:
        roster = app.member("heartbeat", ada).body["participants"]
        return {person["participant"]: person.get("scope") for person in roster}

    assert scopes() == {ada.participant: "everybody", zoe.participant: None}
    agree(app, zoe)
    assert scopes()[zoe.participant] == "room-only"
    app.member("set_mode", ada, {"mode": "open"})
    agree(app, zoe)
    assert scopes()[zoe.participant] == "everybody"
    wrong = app.member("set_consent", zoe, {"consent": True, "scope": "everyone"})
    assert (wrong.status, wrong.body["error"]) == (400, "invalid-field")


@pytest.mark.parametrize("shown", ["room-only", "whatever"])
def test_a_frame_taken_under_room_only_stays_so(make_app: Callable[..., App], shown: str) -> None:
    """A frame taken in room-only mode is not shown to others after the room opens."""
    app = make_app(ScriptedReader((HAPPY,)))
    ada = app.host()
    (own,) = app.trigger(app.upload(ada, JPEG, mode=shown))
    assert own["userId"] == ada.participant


def test_what_a_page_says_of_its_frame_outlives_a_proxy(make_app: Callable[..., App]) -> None:
    """Metadata names are understood in any letter case, because a proxy may change it."""
    app = make_app(ScriptedReader((HAPPY,)))
    ada = app.host()
    said = {"Mode": "room-only", "Correction": "happiness:sadness", "Capturedat": "1"}
    (own,) = app.trigger(app.upload(ada, JPEG, **said))
    assert own["userId"] == ada.participant
    (reading,) = own["arguments"]
    assert reading["faces"][0]["ownWord"]
    assert reading["capturedAt"] < reading["readAt"]


def test_a_frame_taken_in_an_open_room_obeys_the_stricter_mode(
    make_app: Callable[..., App],
) -> None:
    """A frame taken in an open room is sent by the stricter mode that holds now."""
    app = make_app(ScriptedReader((HAPPY,)))
    ada, *_ = room_only(app, 1)
    (own,) = app.trigger(app.upload(ada, JPEG, mode="open"))
    assert own["userId"] == ada.participant


def test_opening_an_open_room_uses_nothing_up(app: App) -> None:
    """One host cannot keep another from opening the room by opening it while it is open."""
    host = app.host()
    zoe = app.join(host.room)
    app.member("name_host", host, {"host": True}, participant=zoe.participant)
    for _ in range(5):
        assert app.member("set_mode", zoe, {"mode": "open"}).status == 200
    assert app.member("set_mode", host, {"mode": "room-only"}).status == 200
    assert app.member("set_mode", host, {"mode": "open"}).status == 200


def test_a_room_is_not_opened_again_and_again(app: App) -> None:
    """Opening a room is limited to a few times a minute; closing it is never refused."""
    host = app.host()
    answers = []
    for _ in range(5):
        assert app.member("set_mode", host, {"mode": "room-only"}).status == 200
        answers.append(app.member("set_mode", host, {"mode": "open"}))
    refused = [answer.body["error"] for answer in answers if answer.status == 429]
    assert refused
    assert set(refused) == {"too-many-changes"}
    assert app.member("heartbeat", host).body["mode"] == "room-only"
