"""The door: closing it, waiting at it, letting people in or refusing them."""

from __future__ import annotations

import azure.functions as func

from functions import hub
from functions.api.answer import answers, json_answer
from functions.api.entrance import Entrance
from functions.api.request import Callers, json_body
from functions.contract import DoorState
from functions.door import Door
from functions.fields import bool_field, choice_field, id_field
from functions.limits import Limits
from functions.rooms import Rooms
from functions.roster import Participant


def create_blueprint(
    *, rooms: Rooms, door: Door, entrance: Entrance, callers: Callers, limits: Limits
) -> func.Blueprint:
    """Register these functions over their collaborators."""
    api = func.Blueprint()
    output = hub.output(api)

    @api.function_name("set_door")
    @api.route("rooms/{room}/door", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def set_door(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Open or close the door; once it is open, the people who wait get seats."""
        who = callers.host(req)
        state = choice_field(json_body(req), "door", DoorState)
        limits.spend("announcements-per-participant", who.id)
        if door.set(who.room, state):
            actions.set(hub.encode(hub.door_changed(who.room, state, who.id)))
        return json_answer({"door": state.value})

    @api.function_name("wait_at_door")
    @api.route("rooms/{room}/waiting", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @answers
    def wait_at_door(req: func.HttpRequest) -> func.HttpResponse:
        """Answer a person who waits: 200 with their seat, 202 while they must wait."""
        claims = callers.claims(req)
        seated = door.wait(claims.room, claims.participant)
        if seated:
            return entrance.answer(claims.room, seated, waits=False, status=200)
        return entrance.answer(claims.room, Participant(claims.participant, "", None), waits=True)

    @api.function_name("answer_knock")
    @api.route(
        "rooms/{room}/waiting/{participant}", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS
    )
    @output
    @answers
    def answer_knock(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Let in or refuse somebody who waits; each host gets a message that this is done."""
        who = callers.host(req)
        admitted = bool_field(json_body(req), "admit")
        waiting = id_field(req.route_params, "participant")
        limits.spend("announcements-per-participant", who.id)
        if admitted:
            door.admit(who.room, waiting)
        else:
            door.refuse(who.room, waiting)
        hosts = rooms.roster(who.room).hosts
        actions.set(hub.encode(*(hub.answered(host, waiting) for host in hosts)))
        return json_answer({"admitted": admitted})

    return api
