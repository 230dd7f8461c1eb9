"""The HTTP functions: parse, check the ticket, ask the room that knows, answer."""

from __future__ import annotations

import functools
import hmac
import ipaddress
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import azure.functions as func
from azure.core.exceptions import AzureError

from functions import hub
from functions.audience import Audience
from functions.contract import (
    SIGNAL_MAX_BYTES,
    UPLOADS_MAX,
    ApiError,
    Claims,
    Expression,
    FrameName,
    Participant,
    RoomMode,
    bool_field,
    choice_field,
    frame_field,
    int_field,
    is_random_id,
    object_field,
    participant_name,
    text_field,
)
from functions.limits import Limits
from functions.rooms import Rooms
from functions.tickets import ParticipantTickets, UploadTickets
from functions.video import VideoProvider

_BODY_MAX_BYTES = SIGNAL_MAX_BYTES + 1_000
_CORRECTABLE = 180  # s since a frame's time slot; it may be uploaded two minutes after that
_STORAGE_PAUSE = 2  # s until the storage may answer again


@dataclass(frozen=True)
class _Member:
    """A caller whose ticket is good and who has not left, with what the ticket says."""

    claims: Claims
    participant: Participant

    @property
    def room(self) -> str:
        return self.claims.room

    @property
    def id(self) -> str:
        return self.claims.participant


def create_blueprint(
    *,
    rooms: Rooms,
    tickets: ParticipantTickets,
    uploads: UploadTickets,
    video: VideoProvider,
    audience: Audience,
    limits: Limits,
    creation_key: str | None,
    signalr_connection: str,
) -> func.Blueprint:
    """Register the HTTP functions over their collaborators."""
    api = func.Blueprint()
    output = functools.partial(
        api.generic_output_binding,
        arg_name="actions",
        type="signalR",
        hub_name=hub.HUB_NAME,
        connection_string_setting=signalr_connection,
    )

    def agreed(req: func.HttpRequest) -> _Member:
        who = member(req)
        if not who.participant.consent:
            raise ApiError(
                403,
                "consent-required",
                "You have not agreed to have your expression read. Agree first, then try again.",
            )
        return who

    def member(req: func.HttpRequest) -> _Member:
        claims = tickets.verify(req.headers.get("authorization"), req.route_params["room"])
        return _Member(claims, rooms.participant(claims.room, claims.participant))

    def sign_of_life(req: func.HttpRequest) -> _Member:
        claims = tickets.verify(req.headers.get("authorization"), req.route_params["room"])
        return _Member(claims, rooms.touch(claims.room, claims.participant))

    @api.function_name("create_room")
    @api.route("rooms", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @_answers
    def create_room(req: func.HttpRequest) -> func.HttpResponse:
        """Create a room; where a deployment has a creation key, only for who knows it.

        An address's attempts count, so that a key is not guessed; the site's rooms count, so that
        many addresses together do not fill the storage.
        """
        limits.spend("rooms-per-address", _address(req))
        given = _body(req).get("creationKey")
        if creation_key is not None and not (
            isinstance(given, str)
            and hmac.compare_digest(given.encode(errors="surrogatepass"), creation_key.encode())
        ):
            raise ApiError(403, "creation-key-wrong", "Creating a room here needs the right key.")
        limits.spend("rooms")
        room, host_secret = rooms.create()
        return _json({"room": room, "hostSecret": host_secret}, 201)

    @api.function_name("join_room")
    @api.route("rooms/{room}/participants", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @_answers
    def join_room(req: func.HttpRequest) -> func.HttpResponse:
        """Join under a name, with or without consent to be read; gives the participant ticket."""
        body = _body(req)
        name, consent = participant_name(body), bool_field(body, "consent")
        secret = text_field(body, "hostSecret", max_length=64) if "hostSecret" in body else None
        room = req.route_params["room"]
        limits.spend("joins-per-address", _address(req))
        limits.spend("joins-per-room", room)
        joined, host = rooms.join(room, name, consent=consent, host_secret=secret)
        ticket, expires_at = tickets.issue(room, joined.participant, host=host)
        return _json(
            {
                "participant": joined.participant,
                "ticket": ticket,
                "expiresAt": expires_at,
                "host": host,
                "capacity": rooms.capacity,
            },
            201,
        )

    @api.function_name("leave_room")
    @api.route(
        "rooms/{room}/participants/{participant}",
        methods=["DELETE"],
        auth_level=func.AuthLevel.ANONYMOUS,
    )
    @output()
    @_answers
    def leave_room(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Leave: the record is forgotten and the others are told. It is never refused."""
        claims = tickets.verify(req.headers.get("authorization"), req.route_params["room"])
        _same_participant(claims, req.route_params["participant"])
        rooms.leave(claims.room, claims.participant)
        leaving = [hub.leave_group(claims.room, claims.participant)]
        if limits.allows("announcements-per-participant", claims.participant):
            leaving.insert(0, hub.left(claims.room, claims.participant))
        actions.set(hub.encode(*leaving))
        return func.HttpResponse(status_code=204)

    @api.function_name("issue_video_token")
    @api.route("rooms/{room}/video-token", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @_answers
    def issue_video_token(req: func.HttpRequest) -> func.HttpResponse:
        """Issue or renew the credentials for video; they expire with the ticket."""
        return _json(video.token(member(req).claims))

    @api.function_name("negotiate")
    @api.route("rooms/{room}/negotiate", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @api.generic_input_binding(
        arg_name="connection",
        type="signalRConnectionInfo",
        hub_name=hub.HUB_NAME,
        user_id="{headers.x-participant}",
        connection_string_setting=signalr_connection,
    )
    @_answers
    def negotiate(req: func.HttpRequest, connection: str) -> func.HttpResponse:
        """Hand out the connection info the binding made for the participant in the header."""
        who = member(req)
        _same_participant(who.claims, req.headers.get("x-participant"))
        info = json.loads(connection)
        return _json({"url": info["url"], "accessToken": info["accessToken"]})

    @api.function_name("announce_presence")
    @api.route("rooms/{room}/presence", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output()
    @_answers
    def announce_presence(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Enter the hub's group and tell the room; asked again after each lost connection."""
        who = sign_of_life(req)
        limits.spend("announcements-per-participant", who.id)
        actions.set(
            hub.encode(
                hub.enter_group(who.room, who.id),
                hub.joined(who.room, who.participant),
            )
        )
        return _json(rooms.roster(who.room).to_json())

    @api.function_name("heartbeat")
    @api.route("rooms/{room}/heartbeat", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @_answers
    def heartbeat(req: func.HttpRequest) -> func.HttpResponse:
        """A sign of life; answers who is here and a renewed ticket."""
        who = sign_of_life(req)
        ticket, expires_at = tickets.issue(who.room, who.id, host=who.claims.host)
        return _json(
            {
                **rooms.roster(who.room).to_json(),
                "ticket": ticket,
                "expiresAt": expires_at,
            }
        )

    @api.function_name("relay_signal")
    @api.route("rooms/{room}/signals", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output()
    @_answers
    def relay_signal(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Pass a mesh signal (offer, answer, candidates) to one participant of the same room.

        Somebody who has just left is no error of the sender's: the answer says it went nowhere.
        """
        who = member(req)
        body = _body(req)
        to, payload = body.get("to"), object_field(body, "payload")
        if not isinstance(to, str) or not is_random_id(to):
            raise ApiError(400, "invalid-field", "to: send a participant's id.")
        limits.spend("signals-per-participant", who.id)
        try:
            rooms.participant(who.room, to)
        except ApiError:
            return _json({"delivered": False}, 202)
        actions.set(hub.encode(hub.signal(who.id, to, payload)))
        return _json({"delivered": True}, 202)

    @api.function_name("issue_upload_tickets")
    @api.route("rooms/{room}/upload-tickets", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @_answers
    def issue_upload_tickets(req: func.HttpRequest) -> func.HttpResponse:
        """Sign leave to upload the next frames, for participants who agreed to be read."""
        who = agreed(req)
        count = int_field(_body(req), "count", minimum=1, maximum=UPLOADS_MAX)
        signed = uploads.sign(who.room, who.id, count)
        logging.info("frame %s: may be uploaded, %d in all", signed[0].frame.frame, count)
        return _json({"uploads": [upload.to_json() for upload in signed]})

    @api.function_name("request_capture")
    @api.route("rooms/{room}/capture", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output()
    @_answers
    def request_capture(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Ask everybody in the room who agreed to capture a frame now (Analyze)."""
        who = member(req)
        limits.spend("captures-per-participant", who.id)
        limits.spend("captures-per-room", who.room)
        actions.set(hub.encode(hub.capture(who.room, who.id)))
        return _json({}, 202)

    @api.function_name("set_consent")
    @api.route("rooms/{room}/consent", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS)
    @output()
    @_answers
    def set_consent(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Agree to be read, or withdraw: at once, also for frames already under way.

        Withdrawing is never refused; told too often, the room hears of it from the roster.
        """
        who = member(req)
        consent = bool_field(_body(req), "consent")
        if consent:
            limits.spend("announcements-per-participant", who.id)
        changed = rooms.set_consent(who.room, who.id, consent)
        if consent or limits.allows("announcements-per-participant", who.id):
            actions.set(hub.encode(hub.consent_changed(who.room, changed)))
        return _json(changed.to_json())

    @api.function_name("correct_reading")
    @api.route("rooms/{room}/corrections", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output()
    @_answers
    def correct_reading(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Put one's own word in place of what was read of one's own frame; nothing is stored."""
        who = agreed(req)
        body = _body(req)
        frame = FrameName(who.room, who.id, frame_field(body, "frame"))
        expression = choice_field(body, "expression", Expression)
        limits.spend("announcements-per-participant", who.id)
        if not uploads.may_have_signed(frame, _CORRECTABLE):
            raise ApiError(
                409, "frame-too-old", "That reading is too old. Correct the one shown now."
            )
        actions.set(hub.encode(*audience.of_correction(frame, expression)))
        return _json({}, 202)

    @api.function_name("set_mode")
    @api.route("rooms/{room}/mode", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS)
    @output()
    @_answers
    def set_mode(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Decide who is shown what is read; the room's host alone may."""
        who = member(req)
        if not who.claims.host:
            raise ApiError(403, "host-required", "Only the room's host may change this.")
        mode = choice_field(_body(req), "mode", RoomMode)
        limits.spend("announcements-per-participant", who.id)
        rooms.set_mode(who.room, mode)
        actions.set(hub.encode(hub.mode_changed(who.room, mode)))
        return _json({"mode": mode.value})

    return api


def _answers(handler: Callable[..., func.HttpResponse]) -> Callable[..., func.HttpResponse]:
    """Turn errors into answers with a code; whatever is unexpected is logged and says nothing."""

    @functools.wraps(handler)
    def answer(**arguments: Any) -> func.HttpResponse:
        try:
            return handler(**arguments)
        except ApiError as error:
            return _refusal(error)
        except AzureError as error:
            logging.error("%s: storage failed: %s", handler.__name__, type(error).__name__)
            return _refusal(
                ApiError(
                    503,
                    "storage-unavailable",
                    "The storage does not answer. Try again in a moment.",
                    retry_after=_STORAGE_PAUSE,
                )
            )
        except Exception:
            logging.exception("%s failed", handler.__name__)
            return _refusal(ApiError(500, "internal", "Something went wrong here. Try again."))

    return answer


def _same_participant(claims: Claims, participant: str | None) -> None:
    if participant != claims.participant:
        raise ApiError(403, "other-participant", "The ticket is for another participant.")


def _body(req: func.HttpRequest) -> dict[str, Any]:
    raw = req.get_body()
    if len(raw) > _BODY_MAX_BYTES:
        raise ApiError(413, "body-too-large", f"Send at most {_BODY_MAX_BYTES} bytes.")
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "invalid-json", "Send a JSON object.")
    return body


def _address(req: func.HttpRequest) -> str:
    """Who asks, as Azure's front end saw them: the last entry of X-Forwarded-For, without its port.

    Entries before it are whatever the caller sent. A household's IPv6 addresses count as one.
    """
    last = req.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    host = last[1:].partition("]")[0] if last.startswith("[") else last
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _refusal(error: ApiError) -> func.HttpResponse:
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return _json(error.to_json(), error.status, headers)


def _json(
    body: dict[str, Any], status: int = 200, more_headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    headers = {"Cache-Control": "no-store", **(more_headers or {})}
    return func.HttpResponse(
        json.dumps(body, separators=(",", ":")),
        status_code=status,
        mimetype="application/json",
        headers=headers,
    )
