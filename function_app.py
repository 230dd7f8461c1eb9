"""The composition root: settings → adapters → functions. The Functions host loads `app`."""

from __future__ import annotations

import functools
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import azure.functions as func
from azure.storage.blob import BlobServiceClient

from functions import frames, http_api, leftovers
from functions.audience import Audience
from functions.contract import FRAMES_CONTAINER
from functions.limits import LIMITS_CONTAINER, Limits
from functions.reader import FaceReader
from functions.replay_cache import ReplayCache
from functions.rooms import ROOMS_CONTAINER, Rooms
from functions.settings import (
    SIGNALR_CONNECTION,
    STORAGE_CONNECTION,
    AzureFaceAccess,
    Settings,
    StorageAccess,
)
from functions.tickets import UPLOAD_LIFETIME, DelegationKey, ParticipantTickets, UploadTickets
from functions.video import VideoProvider
from functions.video.mesh import Mesh

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from functions.reader.embedded import EmbeddedReader

Made = TypeVar("Made")

# The libraries tell of every request at lower levels, with addresses that hold room ids.
for library in ("azure", "msal", "opentok", "urllib3"):
    logging.getLogger(library).setLevel(logging.WARNING)


def create_app(settings: Settings, reader: FaceReader | None = None) -> func.FunctionApp:
    """The app for these settings; `reader` replaces the one they name."""
    storage = _storage(settings.storage)
    rooms = Rooms(storage.get_container_client(ROOMS_CONTAINER), settings.room_capacity)
    audience = Audience(rooms, settings.ticket_key)
    app = func.FunctionApp()
    app.register_functions(
        http_api.create_blueprint(
            rooms=rooms,
            tickets=ParticipantTickets(settings.ticket_key, settings.ticket_lifetime),
            uploads=UploadTickets(
                storage,
                settings.frame_slot,
                DelegationKey(storage) if settings.storage.blob_service_uri else None,
            ),
            video=_video(settings, rooms),
            audience=audience,
            limits=Limits(
                storage.get_container_client(LIMITS_CONTAINER),
                settings.ticket_key,
                settings.limits,
            ),
            creation_key=settings.room_creation_key,
            signalr_connection=SIGNALR_CONNECTION,
        )
    )
    app.register_functions(
        frames.create_blueprint(
            frames=frames.Frames(
                container=storage.get_container_client(FRAMES_CONTAINER),
                rooms=rooms,
                audience=audience,
                reader=_reader(settings, reader),
                replays=ReplayCache(UPLOAD_LIFETIME.total_seconds() + settings.frame_lifetime),
                lifetime=settings.frame_lifetime,
            ),
            trigger_source=settings.blob_trigger_source,
            storage_connection=STORAGE_CONNECTION,
            signalr_connection=SIGNALR_CONNECTION,
        )
    )
    app.register_functions(
        leftovers.create_blueprint(
            container=storage.get_container_client(FRAMES_CONTAINER),
            lifetime=settings.frame_lifetime,
        )
    )
    return app


def _storage(access: StorageAccess) -> BlobServiceClient:
    # Short and few: a call waits for these answers, and both ends try again by themselves.
    patience: dict[str, Any] = {
        "retry_total": 2,
        "initial_backoff": 0.1,
        "increment_base": 1,
        "random_jitter_range": 0.1,  # 3 s unless said, longer than the page waits for an answer
        "connection_timeout": 2,
        "read_timeout": 5,
    }
    if not access.blob_service_uri:
        return BlobServiceClient.from_connection_string(access.connection_string, **patience)
    return BlobServiceClient(access.blob_service_uri, _credential(access.client_id), **patience)


def _credential(client_id: str | None) -> TokenCredential:
    from functions import identity

    return identity.credential(client_id)


def _video(settings: Settings, rooms: Rooms) -> VideoProvider:
    if settings.opentok is None:
        return Mesh(settings.ice_servers)
    from functions.video.opentok import OpenTok

    return OpenTok(
        settings.opentok.project,
        settings.opentok.secret,
        rooms.video_session,
        vonage=settings.opentok.vonage,
        api_url=settings.opentok.api_url,
    )


def _reader(settings: Settings, replacement: FaceReader | None) -> Callable[[], FaceReader]:
    """Gives the reader, which is made with the first frame and serves all that follow."""
    if replacement is not None:
        return lambda: replacement
    embedded = _once(lambda: _embedded_reader(settings.expression_model))
    if settings.azure_face is None:
        return embedded
    access, patience = settings.azure_face, settings.frame_lifetime / 2
    return _once(lambda: _azure_face_reader(access, embedded, patience))


def _once(make: Callable[[], Made]) -> Callable[[], Made]:
    """Makes something when it is first asked for, once, however many threads ask."""
    lock, cached = threading.Lock(), functools.cache(make)

    def get() -> Made:
        with lock:
            return cached()

    return get


def _embedded_reader(model: Path | None) -> EmbeddedReader:
    from functions.reader.embedded import EmbeddedReader  # onnxruntime loads with the first frame

    return EmbeddedReader(model) if model else EmbeddedReader()


def _azure_face_reader(
    access: AzureFaceAccess, embedded: Callable[[], EmbeddedReader], patience: float
) -> FaceReader:
    from functions.reader.azure_face import AzureFaceReader

    return AzureFaceReader(
        access.endpoint,
        access.key or _credential(access.client_id),
        lambda pixels, boxes: embedded().read_boxes(pixels, boxes),
        patience,
    )


app = create_app(Settings.from_environ(os.environ))
