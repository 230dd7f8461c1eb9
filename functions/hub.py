"""The hub: what the SignalR output binding is given, as messages and group actions.

Shapes: https://learn.microsoft.com/azure/azure-functions/functions-bindings-signalr-service-output
The SignalR user is the participant; the group is the room.
"""

from __future__ import annotations

import json
from typing import Any

from functions.contract import Participant, Reading, Unread

HUB_NAME = "call"

Action = dict[str, Any]


def to_room(room: str, target: str, payload: dict[str, Any]) -> Action:
    """A message to everybody in the room."""
    return {"target": target, "groupName": room, "arguments": [payload]}


def outcome(result: Reading | Unread) -> Action:
    """What became of a frame, to everybody in its room."""
    return to_room(result.frame.room, result.target, result.to_json())


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
    return {
        "target": "signal",
        "userId": receiver,
        "arguments": [{"from": sender, "payload": payload}],
    }


def enter_group(room: str, participant: str) -> Action:
    """From now on the participant gets what is sent to the room."""
    return {"userId": participant, "groupName": room, "action": "add"}


def leave_group(room: str, participant: str) -> Action:
    """From now on the participant gets nothing sent to the room."""
    return {"userId": participant, "groupName": room, "action": "remove"}


def encode(*actions: Action) -> str:
    """The output binding's value."""
    return json.dumps(actions, separators=(",", ":"))
