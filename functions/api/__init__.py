"""The HTTP functions by topic. Each parses, checks the ticket, does its work and answers."""

from __future__ import annotations

import azure.functions as func

from functions.ages import Ages
from functions.api import connections, hosts, presence, readings, signals
from functions.api import door as door_routes
from functions.api import rooms as room_routes
from functions.api.entrance import Entrance
from functions.api.request import Callers
from functions.audience import Audience
from functions.contract import Ways
from functions.device_readings import DeviceReadings
from functions.door import Door
from functions.frame_counts import FrameCounts
from functions.limits import Limits
from functions.rooms import Rooms
from functions.tickets import ParticipantTickets
from functions.upload_tickets import UploadTickets
from functions.video import VideoProvider


def create_blueprints(
    *,
    rooms: Rooms,
    door: Door,
    tickets: ParticipantTickets,
    uploads: UploadTickets,
    video: VideoProvider,
    audience: Audience,
    device_readings: DeviceReadings,
    ways: Ways,
    limits: Limits,
    counts: FrameCounts,
    ages: Ages,
    creation_key: str | None,
) -> tuple[func.Blueprint, ...]:
    """The HTTP functions over their collaborators."""
    callers = Callers(rooms, tickets)
    entrance = Entrance(tickets, rooms.capacity)
    return (
        room_routes.create_blueprint(
            rooms=rooms,
            entrance=entrance,
            callers=callers,
            limits=limits,
            creation_key=creation_key,
        ),
        connections.create_blueprint(callers=callers, video=video),
        door_routes.create_blueprint(
            rooms=rooms, door=door, entrance=entrance, callers=callers, limits=limits
        ),
        hosts.create_blueprint(rooms=rooms, door=door, callers=callers, video=video, limits=limits),
        presence.create_blueprint(
            rooms=rooms, tickets=tickets, callers=callers, limits=limits, ages=ages
        ),
        readings.create_blueprint(
            uploads=uploads,
            callers=callers,
            audience=audience,
            device_readings=device_readings,
            ways=ways,
            limits=limits,
            counts=counts,
        ),
        signals.create_blueprint(rooms=rooms, callers=callers, limits=limits),
    )
