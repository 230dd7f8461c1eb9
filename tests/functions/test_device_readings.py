"""Readings that participants' devices made are checked, and sent like those of frames."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.contract import FACES_MAX, Expression
from tests.clock import TestClock
from tests.functions.conftest import Answer, App, Joined
from tests.functions.test_audience import room_only, to_room

EXAMPLES = json.loads((Path(__file__).parents[1] / "contract" / "http.json").read_text())
READING: dict[str, Any] = EXAMPLES["POST /api/rooms/{room}/readings"]["request"]
UNREAD: dict[str, Any] = EXAMPLES["POST /api/rooms/{room}/readings (unread)"]["request"]


def told(**changes: Any) -> dict[str, Any]:
    """The body of a request with a device's reading; `changes` replace its fields."""
    return copy.deepcopy(READING) | changes


def face(**changes: Any) -> dict[str, Any]:
    """One face of such a body, with fields replaced."""
    return told(faces=[copy.deepcopy(READING["faces"][0]) | changes])


def tell(app: App, who: Joined, body: dict[str, Any] | None = None) -> Answer:
    """Send a device's reading in a new slot."""
    app.clock.advance(app.slot)
    return app.member("tell_reading", who, READING if body is None else body)


def test_a_device_s_reading_reaches_the_room_as_one_of_a_frame_does(
    app: App, clock: TestClock
) -> None:
    """The room gets the same message, with the reader `device`; nothing is uploaded."""
    ada = app.join(app.room())
    answer = tell(app, ada)
    assert answer.status == 202, answer.body
    (action,) = answer.actions
    assert (action["target"], action["groupName"]) == ("reading", ada.room)
    (reading,) = action["arguments"]
    now = int(clock.now() * 1000)
    assert reading == {
        "participant": ada.participant,
        "frame": answer.body["frame"],
        "capturedAt": now - READING["age"],
        "readAt": now,
        "faces": [
            READING["faces"][0] | {"expression": "happiness", "confidence": 0.9, "ownWord": False}
        ],
        "reader": "device",
    }
    assert app.frames() == []


def test_what_a_device_cannot_read_is_told_as_of_a_frame(app: App) -> None:
    """The room gets the reason why a device could not read."""
    ada = app.join(app.room())
    answer = tell(app, ada, UNREAD)
    (action,) = answer.actions
    assert (action["target"], action["groupName"]) == ("unread", ada.room)
    assert action["arguments"][0]["reason"] == "no-face"


def test_the_expression_follows_from_the_scores(app: App) -> None:
    """Expression and owner come from scores and ticket, whatever else the page sends."""
    ada = app.join(app.room())
    said = face(expression="sadness", confidence=1, ownWord=True) | {
        "participant": "x" * 22,
        "frame": "0" * 13,
        "reader": "embedded",
        "readAt": 0,
    }
    (action,) = tell(app, ada, said).actions
    (reading,) = action["arguments"]
    assert (reading["participant"], reading["reader"]) == (ada.participant, "device")
    assert reading["frame"] != "0" * 13
    (read,) = reading["faces"]
    assert (read["expression"], read["confidence"], read["ownWord"]) == ("happiness", 0.9, False)


def test_room_only_holds_for_a_device_s_reading(app: App) -> None:
    """The owner gets the whole reading, and the room a nameless face."""
    ada, *_ = room_only(app, 3)
    own, *others = tell(app, ada, told(mode="room-only")).actions
    assert (own["target"], own["userId"]) == ("reading", ada.participant)
    assert others == to_room(others)
    (nameless,) = others
    assert nameless["target"] == "anonymous"
    said = json.dumps(nameless["arguments"])
    for secret in (ada.participant, "device", "box", "frame"):
        assert secret not in said


def test_the_stricter_of_room_and_page_counts(app: App) -> None:
    """If the page showed room-only mode, only the owner gets the reading in an open room."""
    ada = app.join(app.room())
    (own,) = tell(app, ada, told(mode="room-only")).actions
    assert own["userId"] == ada.participant
    host, *_ = room_only(app, 2)
    (own,) = tell(app, host, told(mode="open")).actions
    assert own["userId"] == host.participant


def test_consent_under_room_only_does_not_reach_an_open_room(app: App) -> None:
    """With consent for room-only, a device's reading goes only to its owner."""
    ada = app.join(app.room())
    app.member("set_consent", ada, {"consent": True, "scope": "room-only"})
    (own,) = tell(app, ada).actions
    assert own["userId"] == ada.participant


def test_scores_after_a_withdrawal_are_refused_at_once(app: App) -> None:
    """After a withdrawal scores are 403 `consent-required`; new consent allows the next."""
    ada = app.join(app.room())
    assert tell(app, ada).status == 202
    app.member("set_consent", ada, {"consent": False})
    refused = tell(app, ada)
    assert (refused.status, refused.body["error"]) == (403, "consent-required")
    assert refused.actions == []
    app.member("set_consent", ada, {"consent": True})
    assert tell(app, ada).status == 202


def test_whoever_left_tells_nothing(app: App) -> None:
    """A participant who left gets an error that tells the page to join again."""
    ada = app.join(app.room())
    app.member("leave_room", ada, participant=ada.participant)
    refused = tell(app, ada)
    assert (refused.status, refused.body["error"]) == (404, "unknown-participant")
    assert refused.actions == []


def test_tickets_are_of_one_room(app: App) -> None:
    """Scores with no ticket, a forged one or another room's are refused."""
    ada, bob = app.join(app.room()), app.join(app.room())
    for ticket, status, code in [
        (None, 401, "ticket-missing"),
        (ada.ticket[:-2], 401, "ticket-invalid"),
        (bob.ticket, 403, "ticket-other-room"),
    ]:
        answer = app.call("tell_reading", READING, ticket=ticket, room=ada.room)
        assert (answer.status, answer.body["error"]) == (status, code)
        assert answer.actions == []


def test_a_slot_has_one_reading(app: App) -> None:
    """A participant's second reading in a slot is refused; other participants are not."""
    ada = app.join(app.room())
    bob = app.join(ada.room)
    assert tell(app, ada).status == 202
    again = app.member("tell_reading", ada, READING)
    assert (again.status, again.body["error"]) == (429, "too-many-readings")
    assert again.body["retryAfter"] == 1
    assert again.actions == []
    assert app.member("tell_reading", bob, READING).status == 202
    assert tell(app, ada).status == 202


def test_instances_that_race_give_a_slot_s_readings_one_name(
    make_app: Callable[..., App],
) -> None:
    """Two instances may accept one slot's readings; both use the slot's frame name."""
    one, other = make_app(), make_app()
    ada, *_ = room_only(one, 3)
    first = tell(one, ada, told(mode="room-only"))
    second = other.member("tell_reading", ada, told(mode="room-only"))
    assert first.body == second.body
    assert first.actions[1]["arguments"] == second.actions[1]["arguments"]


def test_an_own_word_stands_in_place_of_the_reading(app: App) -> None:
    """An own word replaces a device's reading that repeats the mistake, and no other."""
    ada = app.join(app.room())
    (action,) = tell(app, ada, told(correction="happiness:sadness")).actions
    (corrected,) = action["arguments"][0]["faces"]
    assert (corrected["expression"], corrected["ownWord"]) == ("sadness", True)
    (action,) = tell(app, ada, told(correction="anger:sadness")).actions
    (kept,) = action["arguments"][0]["faces"]
    assert (kept["expression"], kept["ownWord"]) == ("happiness", False)


def test_a_device_s_reading_is_corrected_afterwards(app: App) -> None:
    """A correction refers to a device's reading by the frame name in the answer."""
    ada = app.join(app.room())
    frame = tell(app, ada).body["frame"]
    answer = app.member("correct_reading", ada, {"frame": frame, "expression": "neutral"})
    assert answer.status == 202
    (action,) = answer.actions
    assert (action["target"], action["arguments"][0]["frame"]) == ("corrected", frame)


SCORES = READING["faces"][0]["scores"]
BOX = READING["faces"][0]["box"]
WRONG: dict[str, dict[str, Any]] = {
    "no faces": told(faces=[]),
    "faces of another kind": told(faces=["happy"]),
    "too many faces": told(faces=READING["faces"] * (FACES_MAX + 1)),
    "no list": told(faces={"0": READING["faces"][0]}),
    "no box": face(box=None),
    "a box of NaN": face(box=BOX | {"x": math.nan}),
    "a box of infinity": face(box=BOX | {"width": math.inf}),
    "a box left of the picture": face(box=BOX | {"x": -0.01}),
    "a box beyond the picture": face(box=BOX | {"x": 0.9}),
    "a box without extent": face(box=BOX | {"height": 0}),
    "a box of truth values": face(box=BOX | {"width": True}),
    "a box of text": face(box=BOX | {"y": "0.1"}),
    "a score missing": face(scores={k: v for k, v in SCORES.items() if k != "fear"}),
    "a score too many": face(scores=SCORES | {"boredom": 0}),
    "a score of NaN": face(scores=SCORES | {"fear": math.nan}),
    "a score below zero": face(scores=SCORES | {"fear": -0.5, "anger": 0.52}),
    "scores that do not sum to one": face(scores=dict.fromkeys(map(str, Expression), 0.5)),
    "a score beyond any number": face(scores=SCORES | {"fear": 10**400}),
    "doubt of another kind": face(unsure="no"),
    "no age": {k: v for k, v in READING.items() if k != "age"},
    "an age of the future": told(age=-1),
    "an age of a fraction": told(age=0.5),
    "too old": told(age=10_001),
    "a mode of its own": told(mode="secret"),
    "no mode": {k: v for k, v in READING.items() if k != "mode"},
    "a reason of its own": {"mode": "open", "reason": "bored"},
    "an own word of its own": told(correction="happiness:bored"),
    "an own word of another kind": told(correction=7),
}


@pytest.mark.parametrize("what", WRONG)
def test_numbers_out_of_bounds_are_refused(app: App, what: str) -> None:
    """Each number out of its bounds is refused, nothing is sent, and the slot stays free."""
    ada = app.join(app.room())
    refused = tell(app, ada, WRONG[what])
    assert (refused.status, refused.body["error"]) == (400, "invalid-field"), refused.body
    assert refused.actions == []
    assert app.member("tell_reading", ada, READING).status == 202


def test_a_deployment_may_have_one_way_of_reading(make_app: Callable[..., App]) -> None:
    """`READING=service` refuses scores, and `READING=device` gives no upload tickets."""
    app = make_app(READING="service")
    ada = app.join(app.room())
    refused = tell(app, ada)
    assert (refused.status, refused.body["error"]) == (403, "device-reading-off")
    assert app.member("issue_upload_tickets", ada, {"count": 1}).status == 200
    app = make_app(READING="device")
    ada = app.join(app.room())
    assert tell(app, ada).status == 202
    refused = app.member("issue_upload_tickets", ada, {"count": 1})
    assert (refused.status, refused.body["error"]) == (403, "service-reading-off")


def test_a_reading_writes_nothing_to_the_storage(app: App, storage_requests: list[str]) -> None:
    """A device's reading needs two reads in the storage, for consent and mode, and no write."""
    ada = app.join(app.room())
    storage_requests.clear()
    assert tell(app, ada).status == 202
    assert storage_requests == ["HEAD", "HEAD"]
