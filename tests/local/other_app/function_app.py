"""An app that shares nothing with the product: other routes, another container, another hub."""

# ruff: noqa: ARG001 - a binding's parameter must be there, used or not

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
import uuid

import azure.functions as func
from azure.functions.blob import InputStream
from azure.storage.blob import BlobServiceClient

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

HUB = "harbour"
STORAGE = "HarbourStorage"
SEEN = "seen"
"""The container in which each call of `unload` leaves what it was called with."""
SIGNALR = "HarbourSignalR"


@app.route("crates/{crate}/{number:int}", methods=["GET", "PUT"])
def crate(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Tells what it was asked, synchronously."""
    seen = {
        "method": req.method,
        "route": dict(req.route_params),
        "query": dict(req.params),
        "header": req.headers.get("X-Mark"),
        "body": req.get_body().decode(),
        "function": context.function_name,
        "invocation": context.invocation_id,
    }
    return func.HttpResponse(
        json.dumps(seen), status_code=201, mimetype="application/json", headers={"X-Ship": "Argo"}
    )


@app.route("anything/{thing?}")
def anything(req: func.HttpRequest) -> func.HttpResponse:
    """Says what arrived: the method, the route's parameter and how long the body was."""
    seen = {
        "method": req.method,
        "thing": req.route_params.get("thing"),
        "body": len(req.get_body()),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")


@app.route("end")
def end(req: func.HttpRequest) -> str:
    """Ends the process it runs in."""
    os._exit(7)


@app.route("says/{word}")
def says(req: func.HttpRequest) -> str:
    """Logs a word at two levels."""
    logging.info("in passing: %s", req.route_params["word"])
    logging.warning("beware: %s", req.route_params["word"])
    return ""


@app.route("later", methods=["POST"])
async def later(req: func.HttpRequest) -> str:
    """An asynchronous function that returns a plain string."""
    await asyncio.sleep(0.01)
    return f"later: {req.get_json()['word']}"


@app.route("cookies")
def cookies(req: func.HttpRequest) -> func.HttpResponse:
    """Two cookies and a chosen content type."""
    response = func.HttpResponse(b"\x00\x01", mimetype="application/octet-stream")
    response.headers.add("Set-Cookie", "a=1; Path=/")
    response.headers.add("Set-Cookie", "b=2")
    return response


@app.route("broken")
def broken(req: func.HttpRequest) -> func.HttpResponse:
    """Raises."""
    raise RuntimeError("the crane fell over")


@app.route("nothing")
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    """Returns nothing, which is no response."""
    return None  # type: ignore[return-value]


@app.route("hangs")
def hangs(req: func.HttpRequest) -> str:
    """Runs longer than host.json's functionTimeout."""
    time.sleep(60)
    return "too late"


@app.route("negotiate", methods=["POST"])
@app.generic_input_binding(
    arg_name="connection",
    type="signalRConnectionInfo",
    hub_name=HUB,
    user_id="{headers.x-docker}",
    connection_string_setting=SIGNALR,
)
def negotiate(req: func.HttpRequest, connection: str) -> func.HttpResponse:
    """Hands the connection information on, as the page expects it."""
    return func.HttpResponse(connection, mimetype="application/json")


@app.route("signal", methods=["POST"])
@app.generic_output_binding(
    arg_name="signals", type="signalR", hub_name=HUB, connection_string_setting=SIGNALR
)
def signal(req: func.HttpRequest, signals: func.Out[str]) -> func.HttpResponse:
    """Sends whatever it gets to the hub."""
    signals.set(req.get_body().decode())
    return func.HttpResponse(status_code=202)


@app.timer_trigger(arg_name="clock", schedule="*/2 * * * * *", use_monitor=False)
@app.generic_output_binding(
    arg_name="signals", type="signalR", hub_name=HUB, connection_string_setting=SIGNALR
)
def tide(clock: func.TimerRequest, signals: func.Out[str]) -> None:
    """Tells the hub the time, every two seconds."""
    signals.set(json.dumps({"target": "tide", "arguments": [{"late": clock.past_due}]}))


@app.blob_trigger(
    arg_name="manifest",
    path="%HARBOUR_CONTAINER%/{ship}/{voyage}.txt",
    connection=STORAGE,
    source=func.BlobSource.EVENT_GRID,
)
@app.generic_output_binding(
    arg_name="$return", type="signalR", hub_name=HUB, connection_string_setting=SIGNALR
)
def unload(manifest: InputStream) -> str:
    """Tells the hub what was in the blob, and leaves it in `seen`.

    A blob that says "sink" always fails, "list" once, "wait" takes its time, "hold" lasts until it
    is deleted, "quit" ends the process.
    """
    data = manifest.read()
    text = data.decode(errors="replace")
    seen = {
        "name": manifest.name,
        "uri": manifest.uri,
        "length": manifest.length,
        "text": text,
        "metadata": manifest.metadata,
        "properties": manifest.blob_properties,
        "called_at": time.time(),
        "process": os.getpid(),
    }
    _leave(str(manifest.name), {**seen, "hex": data.hex()})
    if text == "sink":
        raise RuntimeError("this ship sinks")
    if text == "list" and manifest.name not in _listed:
        _listed.add(str(manifest.name))
        raise RuntimeError("this ship lists, once")
    if text == "wait":
        time.sleep(0.3)
    if text == "hold":
        _leave(f"held/{manifest.name}", {"called_at": time.time(), "released": _goes(manifest)})
    if text == "quit":
        os._exit(7)
    return json.dumps({"target": "unloaded", "arguments": [seen]})


def _leave(name: str, seen: dict[str, object]) -> None:
    with BlobServiceClient.from_connection_string(os.environ[STORAGE]) as account:
        container = account.get_container_client(SEEN)
        container.upload_blob(f"{name}/{uuid.uuid4()}", json.dumps(seen))


def _goes(blob: InputStream) -> bool:
    """Whether it is deleted before the host would end this call."""
    over = time.monotonic() + _HOLD
    with BlobServiceClient.from_connection_string(os.environ[STORAGE]) as account:
        held = account.get_blob_client(*str(blob.name).split("/", 1))
        while held.exists():
            if time.monotonic() > over:
                return False
            time.sleep(0.05)
    return True


_listed: set[str] = set()
_HOLD = 9  # s; host.json's functionTimeout is ten
