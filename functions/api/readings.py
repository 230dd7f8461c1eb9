"""Frames and readings: upload tickets, asking for frames, sending and correcting a reading."""

from __future__ import annotations

import logging

import azure.functions as func

from functions import hub
from functions.api.answer import answers, json_answer
from functions.api.request import Callers, address_of, json_body
from functions.audience import Audience
from functions.contract import UPLOADS_MAX, ApiError, Expression, FrameName, RoomMode, Ways
from functions.device_readings import DeviceReadings
from functions.fields import choice_field, frame_field, int_field
from functions.frame_counts import FrameCounts
from functions.limits import Limits
from functions.upload_tickets import UploadTickets

_CORRECTABLE = 180  # s since a frame's slot; the frame may be uploaded two minutes after that


def create_blueprint(
    *,
    uploads: UploadTickets,
    callers: Callers,
    audience: Audience,
    device_readings: DeviceReadings,
    ways: Ways,
    limits: Limits,
    counts: FrameCounts,
) -> func.Blueprint:
    """Register these functions over their collaborators."""
    api = func.Blueprint()
    output = hub.output(api)

    @api.function_name("issue_upload_tickets")
    @api.route("rooms/{room}/upload-tickets", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @answers
    def issue_upload_tickets(req: func.HttpRequest) -> func.HttpResponse:
        """Sign upload tickets for the next frames of a participant who agreed to be read.

        The limit bounds the cost of one address that joins again and again. A ticket that is asked
        for again counts no more.
        """
        if ways is Ways.DEVICE:
            raise ApiError(
                403,
                "service-reading-off",
                "This service takes no pictures. Read on your own device.",
            )
        who = callers.agreed(req)
        count = int_field(json_body(req), "count", minimum=1, maximum=UPLOADS_MAX)
        signed = uploads.sign(who.room, who.id, count)
        if new := counts.spend(address_of(req), [upload.frame.path for upload in signed]):
            logging.info("frame %s: may be uploaded, %d in all", signed[-new].frame.number, new)
        return json_answer({"uploads": [upload.to_json() for upload in signed]})

    @api.function_name("analyze")
    @api.route("rooms/{room}/capture", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def analyze(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Read everyone now: ask everybody who agreed to capture a frame."""
        who = callers.member(req)
        limits.spend("captures-per-participant", who.id)
        limits.spend("captures-per-room", who.room)
        actions.set(hub.encode(hub.capture(who.room, who.id)))
        return json_answer({}, 202)

    @api.function_name("tell_reading")
    @api.route("rooms/{room}/readings", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def tell_reading(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Take the caller's own device's reading; it goes to the people a frame's would go to.

        It counts as a frame of its address, so that neither way of reading avoids the limit; it
        counts once, however often the request is sent.
        """
        claims = callers.claims(req)
        if ways is Ways.SERVICE:
            raise ApiError(
                403, "device-reading-off", "This service takes no device's readings. Send frames."
            )
        frame = uploads.frame_now(claims.room, claims.participant)
        device_readings.require_attempt(frame)
        counts.spend(address_of(req), [f"{frame.path} by its device"])
        if sent := device_readings.actions(frame, json_body(req)):
            actions.set(hub.encode(*sent))
        else:
            callers.agreed(req)  # refuses: they withdrew or left, and did not agree again
        return json_answer({"frame": frame.number}, 202)

    @api.function_name("correct_reading")
    @api.route("rooms/{room}/corrections", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @output
    @answers
    def correct_reading(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
        """Replace the reading of the caller's frame with their own word; nothing is stored."""
        who = callers.agreed(req)
        body = json_body(req)
        frame = FrameName(who.room, who.id, frame_field(body, "frame"))
        expression = choice_field(body, "expression", Expression)
        # An older page does not say which mode it showed.
        shown = choice_field(body, "mode", RoomMode) if "mode" in body else RoomMode.OPEN
        limits.spend("announcements-per-participant", who.id)
        if not uploads.may_have_signed(frame, _CORRECTABLE):
            raise ApiError(
                409, "frame-too-old", "That reading is too old. Correct the one shown now."
            )
        open_shown = shown is RoomMode.OPEN
        if sent := audience.of_correction(frame, expression, open_shown=open_shown):
            actions.set(hub.encode(*sent))
        return json_answer({}, 202)

    return api
