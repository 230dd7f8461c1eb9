"""The hub: messages and group actions in the form of the SignalR output binding.

Shapes: https://learn.microsoft.com/azure/azure-functions/functions-bindings-signalr-service-output
The SignalR user is the participant; the group is the room.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import azure.functions as func

from functions.contract import DoorState, Expression, FrameName, Reading, RoomMode, Unread
from functions.roster import Participant

HUB_NAME = "call"
SIGNALR_CONNECTION = "AzureSignalRConnectionString"
"""The setting that the bindings read."""
_MESSAGE = 2048  # bytes that SignalR's limits and bill count as one message

Action = dict[str, Any]


def output(functions: func.Blueprint) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator that adds the output `actions`: the messages and group actions for the hub."""
    decorator: Callable[[Callable[..., Any]], Callable[..., Any]] = (
        functions.generic_output_binding(
            arg_name="actions",
            type="signalR",
            hub_name=HUB_NAME,
            connection_string_setting=SIGNALR_CONNECTION,
        )
    )
    return decorator


def to_room(room: str, target: str, payload: dict[str, Any]) -> Action:
    """A message to everybody in the room."""
    return {"target": target, "groupName": room, "arguments": [payload]}


def to_participant(participant: str, target: str, payload: dict[str, Any]) -> Action:
    """A message to one participant."""
    return {"target": target, "userId": participant, "arguments": [payload]}


def result(of_frame: Reading | Unread) -> Action:
    """A frame's result, to everybody in its room."""
    return to_room(of_frame.frame.room, of_frame.target, of_frame.to_json())


def own_result(of_frame: Reading | Unread) -> Action:
    """A frame's result, only to its owner."""
    return to_participant(of_frame.frame.participant, of_frame.target, of_frame.to_json())


def corrected(frame: FrameName, expression: Expression) -> Action:
    """A participant's own word in place of a reading, to everybody in the room."""
    return to_room(frame.room, "corrected", _correction(frame, expression))


def own_corrected(frame: FrameName, expression: Expression) -> Action:
    """A participant's own word in place of a reading, only to themselves."""
    return to_participant(frame.participant, "corrected", _correction(frame, expression))


def _correction(frame: FrameName, expression: Expression) -> dict[str, Any]:
    return {
        "participant": frame.participant,
        "frame": frame.number,
        "expression": expression.value,
    }


def anonymous(room: str, face: str, appearance: dict[str, Any]) -> Action:
    """How a nameless face looks. Its id `face` is of one frame, and no one can tell whose."""
    return to_room(room, "anonymous", {"face": face, **appearance})


def mode_changed(room: str, mode: RoomMode) -> Action:
    """The room's new mode, which decides who is shown readings from now on."""
    return to_room(room, "mode", {"mode": mode.value})


def joined(room: str, participant: Participant) -> Action:
    """A participant is here; their page repeats it after each lost connection."""
    return to_room(room, "joined", participant.to_json())


def left(room: str, participant: str) -> Action:
    """A participant has left."""
    return to_room(room, "left", {"participant": participant})


def consent_changed(room: str, participant: Participant) -> Action:
    """`resumed` when the participant agrees to be read, `paused` when they withdraw."""
    if participant.scope is None:
        return to_room(room, "paused", {"participant": participant.id})
    agreed = {"participant": participant.id, "scope": participant.scope.value}
    return to_room(room, "resumed", agreed)


def away_changed(room: str, participant: Participant) -> Action:
    """`away` when the participant's page goes out of view, `back` when it is seen again."""
    target = "away" if participant.away else "back"
    return to_room(room, target, {"participant": participant.id})


def capture(room: str, by: str) -> Action:
    """A participant (`by`) asked to read everyone: who agreed captures a frame now."""
    return to_room(room, "capture", {"by": by})


def door_changed(room: str, state: DoorState, by: str | None) -> Action:
    """A host (`by`) opened or closed the door; without `by` it opened because no host is here."""
    return to_room(room, "door", {"door": state.value, **({"by": by} if by else {})})


def knocked(host: str, waiting: Participant) -> Action:
    """Somebody waits at the door; sent to one host."""
    return to_participant(host, "knocked", waiting.knock_to_json())


def answered(host: str, waiting: str) -> Action:
    """Somebody no longer waits at the door; sent to one host."""
    return to_participant(host, "answered", {"participant": waiting})


def removed(room: str, participant: str) -> Action:
    """A host removed a participant: each page ends its connections with theirs."""
    return to_room(room, "removed", {"participant": participant})


def you_are_removed(participant: str) -> Action:
    """A host removed a participant; sent only to that participant."""
    return to_participant(participant, "removed", {"participant": participant})


def host_changed(room: str, participant: Participant) -> Action:
    """A participant became a host, or is no longer one."""
    body = {"participant": participant.id, "host": participant.host is not None}
    return to_room(room, "host", body)


def mute_requested(by: str, participant: str) -> Action:
    """A host (`by`) asks one participant's page to mute their microphone."""
    return to_participant(participant, "mute", {"by": by})


def signal(sender: str, receiver: str, payload: dict[str, Any]) -> Action:
    """A mesh signal to one participant."""
    return to_participant(receiver, "signal", {"from": sender, "payload": payload})


def enter_group(room: str, participant: str) -> Action:
    """Let the participant receive what is sent to the room."""
    return {"userId": participant, "groupName": room, "action": "add"}


def leave_group(room: str, participant: str) -> Action:
    """Stop sending the participant what is sent to the room."""
    return {"userId": participant, "groupName": room, "action": "remove"}


def encode(*actions: Action) -> str:
    """The output binding's value."""
    return json.dumps(actions, separators=(",", ":"))


def messages(*actions: Action) -> int:
    """As how many messages SignalR counts these: a long one counts once for each 2 kB.

    https://learn.microsoft.com/azure/azure-signalr/signalr-concept-messages-and-connections
    """
    return -(-len(encode(*actions)) // _MESSAGE)
