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

from functions import api, frames, leftovers
from functions.ages import Ages
from functions.audience import THREADS, Audience
from functions.clock import SYSTEM_CLOCK, Clock
from functions.connections import storage_transport
from functions.contract import FRAMES_CONTAINER, UPLOADS_MAX
from functions.device_readings import DeviceReadings
from functions.door import Door
from functions.frame_counts import FrameCounts
from functions.limits import LIMITS_CONTAINER, Limits
from functions.reader import FaceReader
from functions.records import Records
from functions.replay_cache import ReplayCache
from functions.rooms import ROOMS_CONTAINER, Rooms
from functions.settings import STORAGE_CONNECTION, AzureFaceAccess, Settings, StorageAccess
from functions.tickets import ParticipantTickets
from functions.upload_tickets import UPLOAD_LIFETIME, DelegationKey, UploadTickets
from functions.video import VideoProvider
from functions.video.mesh import Mesh
from functions.video.turn import Turn

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from functions.reader.embedded import EmbeddedReader

Made = TypeVar("Made")

# Every thread that may ask the storage: the worker's, 32 at most, and those that look ahead.
_CONNECTIONS = 32 + THREADS

# At lower levels the libraries log every request, with addresses that hold room ids.
for library in ("azure", "msal", "opentok"):
    logging.getLogger(library).setLevel(logging.WARNING)
logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warning of an odd answer has an address


def create_app(
    settings: Settings, reader: FaceReader | None = None, clock: Clock = SYSTEM_CLOCK
) -> func.FunctionApp:
    """The app for these settings; `reader` replaces the one they name, `clock` the system's."""
    storage = _storage(settings.storage)
    records = Records(storage.get_container_client(ROOMS_CONTAINER), clock)
    rooms = Rooms(records, settings.room_capacity)
    audience = Audience(rooms, settings.ticket_key, clock.monotonic)
    limits = Limits(
        storage.get_container_client(LIMITS_CONTAINER),
        settings.ticket_key,
        settings.limits,
        clock.now,
    )
    signed_ahead = UPLOADS_MAX * settings.frame_slot  # s; so long a frame's tickets may be signed
    app = func.FunctionApp()
    blueprints = api.create_blueprints(
        rooms=rooms,
        door=Door(records, settings.room_capacity),
        tickets=ParticipantTickets(settings.ticket_key, settings.ticket_lifetime, clock.now),
        uploads=UploadTickets(
            storage,
            settings.frame_slot,
            DelegationKey(storage, clock.now) if settings.storage.blob_service_uri else None,
            clock.now,
        ),
        video=_video(settings, rooms, clock),
        audience=audience,
        device_readings=DeviceReadings(
            audience=audience,
            slot=settings.frame_slot,
            lifetime=settings.frame_lifetime,
            clock=clock,
        ),
        ways=settings.reading,
        limits=limits,
        counts=FrameCounts(limits, ReplayCache(signed_ahead, clock.monotonic)),
        ages=Ages(clock.monotonic),
        creation_key=settings.room_creation_key,
    )
    for blueprint in blueprints:
        app.register_functions(blueprint)
    app.register_functions(
        frames.create_blueprint(
            frames=frames.Frames(
                container=storage.get_container_client(FRAMES_CONTAINER),
                audience=audience,
                reader=_reader(settings, reader, clock),
                replays=ReplayCache(
                    signed_ahead + UPLOAD_LIFETIME.total_seconds() + settings.frame_lifetime,
                    clock.monotonic,
                ),
                lifetime=settings.frame_lifetime,
                now=clock.now,
            ),
            trigger_source=settings.blob_trigger_source,
            storage_connection=STORAGE_CONNECTION,
        )
    )
    app.register_functions(
        leftovers.create_blueprint(
            container=storage.get_container_client(FRAMES_CONTAINER),
            lifetime=settings.frame_lifetime,
            limits=limits,
            records=records,
            clock=clock,
        )
    )
    return app


def _storage(access: StorageAccess) -> BlobServiceClient:
    # Short waits, few retries: a caller waits for the answer, and page and host retry on their own.
    patience: dict[str, Any] = {
        "retry_total": 2,
        "initial_backoff": 0.1,
        "increment_base": 1,
        "random_jitter_range": 0.1,  # the default, 3 s, is longer than the page waits for an answer
        "transport": storage_transport(_CONNECTIONS, connect=2, read=5),
    }
    if not access.blob_service_uri:
        return BlobServiceClient.from_connection_string(access.connection_string, **patience)
    return BlobServiceClient(access.blob_service_uri, _credential(access.client_id), **patience)


def _credential(client_id: str | None) -> TokenCredential:
    from functions import identity

    return identity.credential(client_id)


def _video(settings: Settings, rooms: Rooms, clock: Clock) -> VideoProvider:
    if settings.opentok is None:
        shared = settings.turn
        turn = Turn(shared.urls, shared.secret, shared.lifetime, clock.now) if shared else None
        return Mesh(settings.ice_servers, turn)
    from functions.video.opentok import OpenTok

    return OpenTok(
        settings.opentok.project,
        settings.opentok.secret,
        rooms.video_session,
        vonage=settings.opentok.vonage,
        api_url=settings.opentok.api_url,
    )


def _reader(
    settings: Settings, replacement: FaceReader | None, clock: Clock
) -> Callable[[], FaceReader]:
    """A function that gives the reader; the first frame makes it, and later frames share it."""
    if replacement is not None:
        return lambda: replacement
    embedded = _once(lambda: _embedded_reader(settings.expression_model))
    if settings.azure_face is None:
        return embedded
    access, patience = settings.azure_face, settings.frame_lifetime / 2
    return _once(lambda: _azure_face_reader(access, embedded, patience, clock))


def _once(make: Callable[[], Made]) -> Callable[[], Made]:
    """A function that makes something at its first call and keeps it; threads may call at once."""
    lock, cached = threading.Lock(), functools.cache(make)

    def get() -> Made:
        with lock:
            return cached()

    return get


def _embedded_reader(model: Path | None) -> EmbeddedReader:
    from functions.reader.embedded import EmbeddedReader  # onnxruntime loads with the first frame

    return EmbeddedReader(model) if model else EmbeddedReader()


def _azure_face_reader(
    access: AzureFaceAccess, embedded: Callable[[], EmbeddedReader], patience: float, clock: Clock
) -> FaceReader:
    from functions.reader.azure_face import AzureFaceReader

    return AzureFaceReader(
        access.endpoint,
        access.key or _credential(access.client_id),
        lambda pixels, boxes: embedded().read_boxes(pixels, boxes),
        patience,
        clock,
    )


app = create_app(Settings.from_environ(os.environ))
