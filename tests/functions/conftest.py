"""The real app over a real Azurite: requests and blobs go in, answers and hub actions come out."""

from __future__ import annotations

import importlib
import inspect
import json
import math
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import azure.functions as func
import pytest
from azure.core.pipeline.transport import RequestsTransport
from azure.functions.blob import InputStream
from azure.storage.blob import BlobClient, BlobServiceClient, ContainerClient

from functions import deletion
from functions.contract import Face
from functions.reader import FaceReader
from functions.settings import Settings
from local.azurite import Azurite, private_directory
from local.ports import free_port
from tests import waiting
from tests.clock import StorageClock, TestClock

SIGNALR = "Endpoint=http://127.0.0.1:8888;AccessKey=key;Version=1.0;"


@pytest.fixture(scope="session")
def storage_clock(tmp_path_factory: pytest.TempPathFactory) -> StorageClock:
    """The storage's time."""
    return StorageClock(tmp_path_factory.mktemp("clock") / "now")


@pytest.fixture
def clock(storage_clock: StorageClock) -> Iterator[TestClock]:
    """The time of one test, which only the test moves."""
    yield TestClock(storage_clock)
    storage_clock.set(math.nan)


@pytest.fixture(scope="session")
def azurite(storage_clock: StorageClock) -> Iterator[Azurite]:
    """A running Azurite with this app's containers, at the test's time if it has one."""
    with private_directory() as directory:
        azurite = Azurite(free_port(), free_port(), directory, ["frames", "rooms", "limits"])
        process = subprocess.Popen(
            azurite.command(),
            env=os.environ | azurite.environment | storage_clock.environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            waiting.until(azurite.listens, "Azurite listens")
            azurite.prepare()
            yield azurite
        finally:
            process.terminate()
            process.wait(waiting.PATIENCE)


@pytest.fixture
def storage_requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods of the requests to the storage, as they are sent."""
    sent: list[str] = []
    send = RequestsTransport.send

    def recorded(self: Any, request: Any, **more: Any) -> Any:
        sent.append(request.method)
        return send(self, request, **more)

    monkeypatch.setattr(RequestsTransport, "send", recorded)
    return sent


@dataclass(frozen=True)
class Answer:
    """An HTTP function's answer, with its hub actions."""

    status: int
    body: Any
    headers: dict[str, str]
    actions: list[dict[str, Any]]


@dataclass(frozen=True)
class Joined:
    """A participant as their own page knows them."""

    room: str
    participant: str
    ticket: str


class _Out(func.Out[str]):
    """An output binding that keeps its values."""

    def __init__(self) -> None:
        self.value: str | None = None

    def set(self, val: str) -> None:
        self.value = val

    def get(self) -> str:
        return self.value or "[]"

    @property
    def actions(self) -> list[dict[str, Any]]:
        actions: list[dict[str, Any]] = json.loads(self.get())
        return actions


class ScriptedReader:
    """A `FaceReader` with the test's results, which counts its calls."""

    name = "scripted"

    def __init__(self, result: tuple[Face, ...] | Exception = ()) -> None:
        self.result = result
        self.reads = 0

    def read(self, image: bytes) -> tuple[Face, ...]:
        """See `FaceReader.read`."""
        self.reads += 1
        assert image
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@dataclass
class App:
    """The decorated functions of one app, called as the Functions host calls them."""

    functions: dict[str, Callable[..., Any]]
    storage: BlobServiceClient
    clock: TestClock
    slot: float  # seconds from one frame of a participant to the next

    def call(
        self,
        name: str,
        body: object = None,
        *,
        ticket: str | None = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
        params: dict[str, str] | None = None,
        **route: str,
    ) -> Answer:
        """Call an HTTP function; a body is sent as JSON, `raw` as it is."""
        content = raw if raw is not None else json.dumps(body or {}).encode()
        sent = dict(headers or {})
        if ticket is not None:
            sent["authorization"] = f"Bearer {ticket}"
        request = func.HttpRequest(
            method="POST",
            url="http://127.0.0.1/api",
            headers=sent,
            params=params or {},
            route_params=route,
            body=content,
        )
        out = _Out()
        arguments: dict[str, Any] = {"req": request}
        function = self.functions[name]
        parameters = func_parameters(function)
        if "actions" in parameters:
            arguments["actions"] = out
        if "connection" in parameters:
            arguments["connection"] = json.dumps({"url": "http://hub", "accessToken": "token"})
        response = function(**arguments)
        text = response.get_body()
        return Answer(
            response.status_code,
            json.loads(text) if text else None,
            dict(response.headers),
            out.actions,
        )

    def member(self, name: str, who: Joined, body: object = None, **more: Any) -> Answer:
        """Call an HTTP function as a participant in the room."""
        return self.call(name, body, ticket=who.ticket, room=who.room, **more)

    def room(self) -> str:
        """Create a room; returns its id."""
        room: str = self.call("create_room").body["room"]
        return room

    def join(self, room: str, *, name: str = "Ada", consent: bool = True) -> Joined:
        """Join a room as a new participant."""
        answer = self.call("join_room", {"name": name, "consent": consent}, room=room)
        assert answer.status == 201, answer.body
        return Joined(room, answer.body["participant"], answer.body["ticket"])

    def knock(self, room: str, *, name: str = "Mo", consent: bool = True) -> Joined:
        """Knock at a room's closed door."""
        answer = self.call("join_room", {"name": name, "consent": consent}, room=room)
        assert answer.status == 202, answer.body
        return Joined(room, answer.body["participant"], answer.body["ticket"])

    def host(self, *, name: str = "Hetty", consent: bool = True) -> Joined:
        """Create a room and join it as its host."""
        created = self.call("create_room").body
        body = {"name": name, "consent": consent, "hostSecret": created["hostSecret"]}
        answer = self.call("join_room", body, room=created["room"])
        assert answer.body["host"] is True
        return Joined(created["room"], answer.body["participant"], answer.body["ticket"])

    def upload_url(self, who: Joined) -> str:
        """A signed URL for the participant's next frame, whose time slot begins with it."""
        self.clock.advance(self.slot)
        answer = self.member("issue_upload_tickets", who, {"count": 1})
        assert answer.status == 200, answer.body
        url: str = answer.body["uploads"][0]["url"]
        return url

    def upload(self, who: Joined, image: bytes, **metadata: str) -> str:
        """Upload a frame as the page does; returns the blob's name with its container."""
        blob = BlobClient.from_blob_url(self.upload_url(who))
        blob.upload_blob(image, metadata=metadata)
        return f"{blob.container_name}/{blob.blob_name}"

    def trigger(self, blob_name: str, **properties: str) -> list[dict[str, Any]]:
        """Call the frame function for one blob event; returns its hub actions."""
        container, _, name = blob_name.partition("/")
        download = self.storage.get_blob_client(container, name).download_blob()
        created = download.properties.creation_time
        stream = InputStream(
            data=download.readall(),
            name=blob_name,
            uri=f"http://127.0.0.1/{blob_name}",
            length=download.size,
            blob_properties={"CreatedOn": created.isoformat(), **properties},
            metadata=dict(download.properties.metadata),
        )
        return self.read(stream)

    def read(self, stream: InputStream) -> list[dict[str, Any]]:
        """Call the frame function with this blob; returns its hub actions."""
        out = _Out()
        self.functions["read_frame"](blob=stream, actions=out)
        return out.actions

    def frames(self) -> list[str]:
        """The names of the blobs in the frames container."""
        return list(self.storage.get_container_client("frames").list_blob_names())


def func_parameters(function: Callable[..., Any]) -> set[str]:
    """The names of a decorated function's parameters."""
    return set(inspect.signature(function).parameters)


def _forget_frames(container: ContainerClient) -> None:
    """Delete what earlier tests left, some on purpose: all share one storage."""
    for blob in container.list_blobs(include=["uncommittedblobs"]):
        if blob.etag is None:
            deletion.delete_uncommitted(container, blob.name)
        else:
            deletion.delete(container, blob.name)


@pytest.fixture
def make_app(
    azurite: Azurite, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., App]]:
    """Make an app with other settings or another reader; its time is the test's."""
    # All tests have one address and one storage: what is counted for these comes from all of them.
    wide = dict.fromkeys(
        ("rooms-per-address", "joins-per-address", "knocks-per-address", "rooms"), 50_000
    )
    settings = {
        "FramesStorage": azurite.connection_string,
        "AzureSignalRConnectionString": SIGNALR,
        "TICKET_KEY": "k" * 32,
        "LIMITS": json.dumps(wide),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    create_app = importlib.import_module("function_app").create_app

    storage = azurite.client()
    _forget_frames(storage.get_container_client("frames"))

    def make(reader: FaceReader | None = None, **more: str) -> App:
        limits = json.dumps(wide | json.loads(more.pop("LIMITS", "{}")))
        chosen = Settings.from_environ(settings | {"LIMITS": limits} | more)
        app = create_app(chosen, reader, clock.for_app())
        functions = {f.get_function_name(): f.get_user_function() for f in app.get_functions()}
        return App(functions, storage, clock, chosen.frame_slot)

    with storage:
        yield make


@pytest.fixture
def app(make_app: Callable[..., App]) -> App:
    """The app with its default settings."""
    return make_app()
