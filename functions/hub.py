"""The hub: what the SignalR output binding is given, as messages and group actions.

Shapes: https://learn.microsoft.com/azure/azure-functions/functions-bindings-signalr-service-output
The SignalR user is the participant; the group is the room.
"""

from __future__ import annotations

import json
from typing import Any

from functions.contract import Expression, FrameName, Participant, Reading, RoomMode, Unread

HUB_NAME = "call"

Action = dict[str, Any]


def to_room(room: str, target: str, payload: dict[str, Any]) -> Action:
    """A message to everybody in the room."""
    return {"target": target, "groupName": room, "arguments": [payload]}


def to_participant(participant: str, target: str, payload: dict[str, Any]) -> Action:
    """A message to one participant alone."""
    return {"target": target, "userId": participant, "arguments": [payload]}


def outcome(result: Reading | Unread) -> Action:
    """What became of a frame, to everybody in its room."""
    return to_room(result.frame.room, result.target, result.to_json())


def own_outcome(result: Reading | Unread) -> Action:
    """What became of a frame, to whose frame it is alone."""
    return to_participant(result.frame.participant, result.target, result.to_json())


def corrected(frame: FrameName, expression: Expression) -> Action:
    """Somebody's own word for what was read of their frame, to everybody in the room."""
    return to_room(frame.room, "corrected", _correction(frame, expression))


def own_corrected(frame: FrameName, expression: Expression) -> Action:
    """Somebody's own word for what was read of their frame, to themselves alone."""
    return to_participant(frame.participant, "corrected", _correction(frame, expression))


def _correction(frame: FrameName, expression: Expression) -> dict[str, Any]:
    return {
        "participant": frame.participant,
        "frame": frame.frame,
        "expression": expression.value,
    }


def anonymous(room: str, face: str, look: dict[str, Any]) -> Action:
    """How some face in the room looks; `face` leads back to nobody, and is said once."""
    return to_room(room, "anonymous", {"face": face, **look})


def mode_changed(room: str, mode: RoomMode) -> Action:
    """Who is shown what is read, from now on."""
    return to_room(room, "mode", {"mode": mode.value})


def joined(room: str, participant: Participant) -> Action:
    """Somebody is here, also again after a lost connection."""
    return to_room(room, "joined", participant.to_json())


def left(room: str, participant: str) -> Action:
    """Somebody has gone."""
    return to_room(room, "left", {"participant": participant})


def consent_changed(room: str, participant: Participant) -> Action:
    """`resumed` when the participant agrees to be read, `paused` when they withdraw."""
    target = "resumed" if participant.consent else "paused"
    return to_room(room, target, {"participant": participant.participant})


def capture(room: str, by: str) -> Action:
    """Somebody pressed Analyze: everyone who agreed captures now."""
    return to_room(room, "capture", {"by": by})


def signal(sender: str, receiver: str, payload: dict[str, Any]) -> Action:
    """A mesh signal to one participant."""
    return to_participant(receiver, "signal", {"from": sender, "payload": payload})


def enter_group(room: str, participant: str) -> Action:
    """From now on the participant gets what is sent to the room."""
    return {"userId": participant, "groupName": room, "action": "add"}


def leave_group(room: str, participant: str) -> Action:
    """From now on the participant gets nothing sent to the room."""
    return {"userId": participant, "groupName": room, "action": "remove"}


def encode(*actions: Action) -> str:
    """The output binding's value."""
    return json.dumps(actions, separators=(",", ":"))
