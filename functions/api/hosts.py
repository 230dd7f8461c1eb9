"""What hosts may do in a room: set its mode, remove, ask for muting, name one more host."""

from __future__ import annotations

import azure.functions as func

from functions import hub
from functions.api.answer import answers, json_answer
from functions.api.request import Callers, json_body
from functions.contract import DoorState, RoomMode
from functions.door import Door
from functions.fields import bool_field, choice_field, connections_field, id_field
from functions.limits import Limits
from functions.rooms import Rooms
from functions.video import VideoProvider


def create_blueprint(
    *, rooms: Rooms, door: Door, callers: Callers, video: VideoProvider, limits: Limits
) -> func.Blueprint:
    """Register these functions over their collaborators."""
    api = func.Blueprint()
    output = hub.output(api)

    @api.function_name("set_mode")
    @api.route("rooms/{room}/mode", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def set_mode(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Set the room's mode; each host may.

        Room-only is never refused; if it comes too often, the others learn it from the roster.
        """
        who = callers.host(req)
        mode = choice_field(json_body(req), "mode", RoomMode)
        opens = mode is RoomMode.OPEN
        if opens:
            limits.spend("announcements-per-participant", who.id)
            if rooms.mode(who.room) is not mode:
                limits.spend("openings-per-room", who.room)
        rooms.set_mode(who.room, mode)
        if opens or limits.allows("announcements-per-participant", who.id):
            actions.set(hub.encode(hub.mode_changed(who.room, mode)))
        return json_answer({"mode": mode.value})

    @api.function_name("remove_participant")
    @api.route("rooms/{room}/removals", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def remove_participant(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Take somebody's seat and close the door; a second call is harmless.

        The messages to the hub are set before the video provider is called. If that call fails,
        everything else has happened, and a second request ends their video, too.
        """
        who = callers.host(req)
        body = json_body(req)
        participant = id_field(body, "participant")
        connections = connections_field(body, "connections")
        limits.spend("announcements-per-participant", who.id)
        closed = door.remove(who.room, participant)
        sent = [
            hub.you_are_removed(participant),
            hub.leave_group(who.room, participant),
            hub.removed(who.room, participant),
        ]
        if closed:
            sent.append(hub.door_changed(who.room, DoorState.CLOSED, who.id))
        actions.set(hub.encode(*sent))
        video.disconnect(who.room, connections)
        return json_answer({"door": DoorState.CLOSED.value})

    @api.function_name("request_mute")
    @api.route("rooms/{room}/mutes", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def request_mute(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Ask one participant's page, or everybody else's, to mute; they unmute themselves."""
        who = callers.host(req)
        body = json_body(req)
        asked = id_field(body, "participant") if "participant" in body else None
        limits.spend("announcements-per-participant", who.id)
        present = [one.id for one in rooms.present(who.room)]
        muted = [one for one in present if (one != who.id if asked is None else one == asked)]
        if muted:
            actions.set(hub.encode(*(hub.mute_requested(who.id, one) for one in muted)))
        return json_answer({"asked": len(muted)}, 202)

    @api.function_name("name_host")
    @api.route(
        "rooms/{room}/hosts/{participant}", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS
    )
    @output
    @answers
    def name_host(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Make somebody the second host, or take that back; it holds at once."""
        who = callers.host(req)
        host = bool_field(json_body(req), "host")
        participant = id_field(req.route_params, "participant")
        limits.spend("announcements-per-participant", who.id)
        named = door.name_host(who.room, participant, host=host)
        actions.set(hub.encode(hub.host_changed(who.room, named)))
        return json_answer(named.to_json())

    return api
