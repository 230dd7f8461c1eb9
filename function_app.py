"""The composition root: settings → adapters → functions. The Functions host loads `app`."""

from __future__ import annotations

import functools
import os

import azure.functions as func
from azure.storage.blob import BlobServiceClient

from functions import frames, http_api
from functions.contract import FRAMES_CONTAINER
from functions.reader import FaceReader
from functions.rooms import ROOMS_CONTAINER, Rooms
from functions.settings import SIGNALR_CONNECTION, STORAGE_CONNECTION, Settings
from functions.tickets import ParticipantTickets, UploadTickets
from functions.video import Mesh


def create_app(settings: Settings, reader: FaceReader | None = None) -> func.FunctionApp:
    """The app for these settings; `reader` replaces the one they name."""
    # Short and few: a call waits for these answers, and both ends try again by themselves.
    storage = BlobServiceClient.from_connection_string(
        settings.storage_connection_string,
        retry_total=2,
        initial_backoff=0.2,
        increment_base=2,
        connection_timeout=2,
        read_timeout=5,
    )
    rooms = Rooms(storage.get_container_client(ROOMS_CONTAINER), settings.room_capacity)
    app = func.FunctionApp()
    app.register_functions(
        http_api.create_blueprint(
            rooms=rooms,
            tickets=ParticipantTickets(settings.ticket_key, settings.ticket_lifetime),
            uploads=UploadTickets(storage, settings.frame_slot),
            video=Mesh(settings.ice_servers),
            creation_key=settings.room_creation_key,
            signalr_connection=SIGNALR_CONNECTION,
        )
    )
    app.register_functions(
        frames.create_blueprint(
            frames=storage.get_container_client(FRAMES_CONTAINER),
            rooms=rooms,
            reader=(lambda: reader) if reader else _embedded_reader,
            lifetime=settings.frame_lifetime,
            trigger_source=settings.blob_trigger_source,
            storage_connection=STORAGE_CONNECTION,
            signalr_connection=SIGNALR_CONNECTION,
        )
    )
    return app


@functools.cache
def _embedded_reader() -> FaceReader:
    from functions.reader.embedded import EmbeddedReader  # OpenCV loads with the first frame

    return EmbeddedReader()


app = create_app(Settings.from_environ(os.environ))
