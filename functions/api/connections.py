"""Connections: credentials for the room's video and for its hub."""

from __future__ import annotations

import json

import azure.functions as func

from functions import hub
from functions.api.answer import answers, json_answer
from functions.api.request import Callers, require_same_participant
from functions.video import VideoProvider


def create_blueprint(*, callers: Callers, video: VideoProvider) -> func.Blueprint:
    """Register these functions over their collaborators."""
    api = func.Blueprint()

    @api.function_name("issue_video_token")
    @api.route("rooms/{room}/video-token", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @answers
    def issue_video_token(req: func.HttpRequest) -> func.HttpResponse:
        """Issue or renew the credentials for video."""
        return json_answer(video.token(callers.member(req).claims))

    @api.function_name("negotiate")
    @api.route(
        "rooms/{room}/participants/{participant}/negotiate",
        methods=["POST"],
        auth_level=func.AuthLevel.ANONYMOUS,
    )
    @api.generic_input_binding(
        arg_name="connection",
        type="signalRConnectionInfo",
        hub_name=hub.HUB_NAME,
        user_id="{participant}",  # a header could be missing, which fails in the host
        connection_string_setting=hub.SIGNALR_CONNECTION,
    )
    @answers
    def negotiate(req: func.HttpRequest, connection: str) -> func.HttpResponse:
        """Answer the hub's URL and token, made by the binding for the route's participant."""
        who = callers.member(req)
        require_same_participant(who.claims, req.route_params["participant"])
        info = json.loads(connection)
        return json_answer({"url": info["url"], "accessToken": info["accessToken"]})

    return api
