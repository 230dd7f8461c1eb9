"""Signals of the peer mesh, passed on from one participant to another."""

from __future__ import annotations

import azure.functions as func

from functions import hub
from functions.api.answer import answers, json_answer
from functions.api.request import Callers, json_body
from functions.contract import ApiError
from functions.fields import id_field, object_field
from functions.limits import Limits
from functions.rooms import Rooms


def create_blueprint(*, rooms: Rooms, callers: Callers, limits: Limits) -> func.Blueprint:
    """Register these functions over their collaborators."""
    api = func.Blueprint()
    output = hub.output(api)

    @api.function_name("relay_signal")
    @api.route("rooms/{room}/signals", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def relay_signal(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Pass a mesh signal (offer, answer, candidates) to one participant of the same room.

        If the receiver has just left, that is no error: the answer says `delivered: false`.
        """
        who = callers.member(req)
        body = json_body(req)
        payload, to = object_field(body, "payload"), id_field(body, "to")
        signal = hub.signal(who.id, to, payload)
        limits.spend("signals-per-participant", who.id, uses=hub.messages(signal))
        try:
            rooms.participant(who.room, to)
        except ApiError:
            return json_answer({"delivered": False}, 202)
        actions.set(hub.encode(signal))
        return json_answer({"delivered": True}, 202)

    return api
