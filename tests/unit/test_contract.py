"""Messages have their documented shapes, and names, ids and fields their rules."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions import hub
from functions.contract import (
    ANONYMOUS_FROM,
    CAPTURED_AT,
    CORRECTION,
    DEVICE,
    FACES_MAX,
    MODE,
    NAME_MAX_LENGTH,
    UPLOADS_MAX,
    Box,
    ConsentScope,
    Correction,
    DoorState,
    Expression,
    Face,
    FrameName,
    Reading,
    RoomMode,
    Unread,
    UnreadReason,
    Ways,
)
from functions.roster import HostBy, Participant

ROOM = "rrrrrrrrrrrrrrrrrrrr01"
ADA = "pppppppppppppppppppp01"
ZOE = "pppppppppppppppppppp02"
MO = "pppppppppppppppppppp03"

EXAMPLES = Path(__file__).parents[1] / "contract"
MESSAGES: dict[str, Any] = json.loads((EXAMPLES / "messages.json").read_text())


def _scores(**given: float) -> dict[Expression, float]:
    rest = (1 - sum(given.values())) / (len(Expression) - len(given))
    return {expression: given.get(expression.value, rest) for expression in Expression}


def test_every_message_matches_its_example() -> None:
    """Each message of the functions has the shape of the page's example."""
    reading = Reading(
        FrameName(ROOM, ADA, "1763834400000"),
        captured_at=1763834400120,
        read_at=1763834400161,
        faces=(Face(Box(0.25, 0.125, 0.3, 0.4), _scores(happiness=0.9, neutral=0.04)),),
        reader="embedded",
    )
    unread = Unread(FrameName(ROOM, ADA, "1763834402000"), UnreadReason.NO_FACE)
    zoe = Participant(ZOE, "Zoë", ConsentScope.EVERYBODY)
    paused = Participant(ZOE, "Zoë", None)
    offer = {"description": {"type": "offer", "sdp": "v=0"}}
    sent = [
        hub.result(reading),
        hub.result(unread),
        hub.capture(ROOM, ZOE),
        hub.joined(ROOM, zoe),
        hub.left(ROOM, ZOE),
        hub.consent_changed(ROOM, paused),
        hub.consent_changed(ROOM, zoe),
        hub.away_changed(ROOM, replace(zoe, away=True)),
        hub.away_changed(ROOM, zoe),
        hub.signal(ADA, ZOE, offer),
        hub.corrected(reading.frame, Expression.SADNESS),
        hub.anonymous(
            ROOM, "ffffffffffffffffffff01", reading.faces[0].nameless().appearance_to_json()
        ),
        hub.mode_changed(ROOM, RoomMode.ROOM_ONLY),
        hub.door_changed(ROOM, DoorState.CLOSED, by=ADA),
        hub.knocked(ADA, Participant(MO, "Mo", ConsentScope.EVERYBODY)),
        hub.answered(ADA, MO),
        hub.removed(ROOM, ZOE),
        hub.host_changed(ROOM, replace(zoe, host=HostBy.NAMED)),
        hub.mute_requested(ADA, ZOE),
    ]
    assert {action["target"]: action["arguments"] for action in sent} == {
        target: [example] for target, example in MESSAGES.items()
    }


def test_both_ends_know_the_same_words_and_bounds() -> None:
    """Page and functions have the same vocabulary and bounds."""
    vocabulary = json.loads((EXAMPLES / "vocabulary.json").read_text())
    for text, said in vocabulary.pop("corrections").items():
        instead = None if said["instead"] == "unsure" else Expression(said["instead"])
        assert Correction.parse(text) == Correction(instead, Expression(said["expression"]))
    assert vocabulary == {
        "expressions": [expression.value for expression in Expression],
        "unreadReasons": [reason.value for reason in UnreadReason],
        "roomModes": [mode.value for mode in RoomMode],
        "doorStates": [state.value for state in DoorState],
        "consentScopes": [scope.value for scope in ConsentScope],
        "anonymousFrom": ANONYMOUS_FROM,
        "nameMaxLength": NAME_MAX_LENGTH,
        "uploadsMax": UPLOADS_MAX,
        "frameMetadata": {"capturedAt": CAPTURED_AT, "mode": MODE, "correction": CORRECTION},
        "facesMax": FACES_MAX,
        "device": DEVICE,
        "ways": [way.value for way in Ways],
    }


def test_messages_go_to_the_room_and_signals_to_one_participant() -> None:
    """A message names the room's group; a signal names a user and no room."""
    assert hub.left(ROOM, ZOE)["groupName"] == ROOM
    signal = hub.signal(ADA, ZOE, {})
    assert signal["userId"] == ZOE
    assert "groupName" not in signal


def test_the_likeliest_expression_is_the_one_with_the_highest_score() -> None:
    """The highest score gives a face's expression and confidence."""
    face = Face(Box(0, 0, 1, 1), _scores(anger=0.6))
    assert (face.expression, face.confidence) == (Expression.ANGER, 0.6)


def test_a_face_says_when_its_reader_is_unsure() -> None:
    """`unsure` is sent beside the scores, which it does not change."""
    scores = _scores(anger=0.3)
    unsure, sure = (
        Face(Box(0, 0, 1, 1), scores, unsure=doubt).to_json() for doubt in (True, False)
    )
    assert (unsure["unsure"], sure["unsure"]) == (True, False)
    assert unsure["scores"] == sure["scores"]


@pytest.mark.parametrize(
    "scores",
    [{Expression.ANGER: 1.0}, dict.fromkeys(Expression, 0.5)],
    ids=["missing", "sum"],
)
def test_a_face_without_eight_scores_summing_to_one_is_refused(
    scores: dict[Expression, float],
) -> None:
    """Missing scores, and scores that do not sum to 1, are refused."""
    with pytest.raises(ValueError, match="score"):
        Face(Box(0, 0, 1, 1), scores)


def test_a_frame_name_survives_its_path() -> None:
    """A frame's path parses back to room, participant and number."""
    frame = FrameName(ROOM, ADA, "1763834400000")
    assert FrameName.parse(f"frames/{frame.path}") == frame


@pytest.mark.parametrize(
    "name",
    [
        "",
        "frames",
        f"frames/{ROOM}/{ADA}/1.jpg",
        f"frames/{ROOM}/{ADA}/1763834400000.png",
        f"frames/{ROOM}/{ADA}/1763834400000.jpg/x",
        f"rooms/{ROOM}/{ADA}/1763834400000.jpg",
        f"frames/../{ADA}/1763834400000.jpg",
        f"frames/{ROOM}\n/{ADA}/1763834400000.jpg",
        f"frames/{ROOM}/{ADA}/１７６３８３４４０００００.jpg",
    ],
)
def test_other_blob_names_are_not_frames(name: str) -> None:
    """A name that no upload ticket can have is no frame."""
    with pytest.raises(ValueError, match="frame"):
        FrameName.parse(name)
