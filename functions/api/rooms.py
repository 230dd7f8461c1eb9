"""Rooms: create one, join and leave it."""

from __future__ import annotations

import contextlib
import hmac

import azure.functions as func

from functions import hub
from functions.api.answer import answers, json_answer
from functions.api.entrance import Entrance
from functions.api.request import Callers, address_of, json_body, require_same_participant
from functions.contract import ApiError, DoorState
from functions.fields import consent_fields, id_field, text_field
from functions.limits import Limits
from functions.names import participant_name
from functions.record_format import Place
from functions.rooms import Rooms


def create_blueprint(
    *, rooms: Rooms, entrance: Entrance, callers: Callers, limits: Limits, creation_key: str | None
) -> func.Blueprint:
    """Register these functions over their collaborators."""
    api = func.Blueprint()
    output = hub.output(api)

    @api.function_name("create_room")
    @api.route("rooms", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @answers
    def create_room(req: func.HttpRequest) -> func.HttpResponse:
        """Create a room; a deployment with a creation key asks the caller for it.

        The limit per address stops guessing the key. The limit for the whole site stops many
        addresses together from filling the storage.
        """
        limits.spend("rooms-per-address", address_of(req))
        given = json_body(req).get("creationKey")
        if creation_key is not None and not (
            isinstance(given, str)
            and hmac.compare_digest(given.encode(errors="surrogatepass"), creation_key.encode())
        ):
            raise ApiError(403, "creation-key-wrong", "Creating a room here needs the right key.")
        limits.spend("rooms")
        room, host_secret = rooms.create()
        return json_answer({"room": room, "hostSecret": host_secret}, 201)

    @api.function_name("join_room")
    @api.route("rooms/{room}/participants", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def join_room(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Join under a name, with or without consent to be read; answers with a participant ticket.

        At a closed door the ticket is for waiting, and the hosts are sent the name. A
        repeated request with the same `attempt` gets the same place, also beyond a limit of knocks.
        """
        body = json_body(req)
        name, (consent, scope) = participant_name(body), consent_fields(body)
        secret = text_field(body, "hostSecret", max_length=64) if "hostSecret" in body else None
        attempt = id_field(body, "attempt") if "attempt" in body else None
        room = req.route_params["room"]
        rooms.mode(room)  # an unknown room costs one look-up, and no count
        limits.spend("joins-per-address", address_of(req))
        limits.spend("joins-per-room", room)
        joined, door, new = rooms.join(
            room, name, consent=consent, scope=scope, host_secret=secret, attempt=attempt
        )
        if door:
            try:
                limits.spend("knocks-per-address", address_of(req))
                limits.spend("knocks-per-room", room)
            except ApiError:
                if new:
                    rooms.leave(room, joined.id)
                    raise
            else:
                actions.set(hub.encode(*(hub.knocked(host, joined) for host in door.hosts)))
        return entrance.answer(room, joined, waits=door is not None)

    @api.function_name("leave_room")
    @api.route(
        "rooms/{room}/participants/{participant}",
        methods=["DELETE"],
        auth_level=func.AuthLevel.ANONYMOUS,
    )
    @output
    @answers
    def leave_room(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Leave: delete the name and the consent, and announce it. It is never refused.

        A person at the door leaves it, too. A page that is closed says so: its host may come back.
        """
        claims = callers.claims(req)
        require_same_participant(claims, req.route_params["participant"])
        closing = req.params.get("closing") == "yes"
        former = rooms.leave(claims.room, claims.participant, for_good=not closing)
        if former and former.place is Place.WAITING:
            with contextlib.suppress(ApiError):  # the room's day is over
                hosts = rooms.roster(claims.room).hosts
                actions.set(hub.encode(*(hub.answered(host, former.id) for host in hosts)))
            return func.HttpResponse(status_code=204)
        # The group comes first: if SignalR fails after it, the next roster shows that they left.
        leaving = [hub.leave_group(claims.room, claims.participant)]
        # Who is outside already, perhaps refused at the door, has nothing to tell the room.
        if former and limits.allows("announcements-per-participant", claims.participant):
            leaving.append(hub.left(claims.room, claims.participant))
        with contextlib.suppress(ApiError):  # likewise; or the next heartbeat opens it
            if former and former.participant.host and rooms.open_forsaken(claims.room):
                leaving.append(hub.door_changed(claims.room, DoorState.OPEN, by=None))
        actions.set(hub.encode(*leaving))
        return func.HttpResponse(status_code=204)

    return api
