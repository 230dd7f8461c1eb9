"""While SignalR is away, no function's log lines hold a room or a participant."""

from __future__ import annotations

import io
import re
import socket

import httpx

from local.product import product_stack
from local.stack import Stack
from tests import waiting
from tests.faults.conftest import APP, SETTINGS
from tests.faults.stream import picture


def test_no_id_reaches_the_log_while_signalr_is_away() -> None:
    """Each function with a message for the hub fails and is counted; no line holds an id.

    The host writes a failed binding's text under `Function.NAME`, with the address of the request,
    which holds room and participant (docs/host.md, log 4). `host.json` keeps it out.
    """
    log = io.StringIO()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and listens not
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with product_stack(
            app=APP,
            site=None,
            settings=SETTINGS,
            log_level="trace",
            log=log,
            through={"signalr": away},
        ) as stack:
            secrets = _call_everything(stack)
    said = log.getvalue()
    lines = [line for line in said.splitlines() if "Host.Aggregator: " in line]
    for name in ("announce_presence", "set_consent", "analyze", "leave_room", "read_frame"):
        # A frame may have more than one event; only the call that deletes it has a message.
        assert any(re.search(rf": {name}: \d+ calls, 1 failures", line) for line in lines), name
    for secret in (*secrets, "sig=", "/api/hubs/", "Ada", away):
        assert secret not in said


def _call_everything(stack: Stack) -> list[str]:
    """Somebody comes, is read once and goes; answers their room, id and ticket."""
    url = stack.url
    with httpx.Client(timeout=waiting.PATIENCE, trust_env=False) as http:
        room = http.post(f"{url}/api/rooms", json={}).json()["room"]
        base = f"{url}/api/rooms/{room}"
        ada = {"name": "Ada", "consent": True}
        joined = http.post(f"{base}/participants", json=ada).json()
        me, ticket = joined["participant"], joined["ticket"]
        http.headers["authorization"] = f"Bearer {ticket}"
        failed = [
            http.post(f"{base}/presence", json={}),
            http.put(f"{base}/consent", json={"consent": True}),
            http.post(f"{base}/capture", json={}),
        ]
        upload = http.post(f"{base}/upload-tickets", json={"count": 1}).json()["uploads"][0]
        del http.headers["authorization"]
        http.put(
            upload["url"], content=picture(), headers={"x-ms-blob-type": "BlockBlob"}
        ).raise_for_status()
        assert stack["functions"].wait_output("read by marked", waiting.PATIENCE)
        failed.append(
            http.delete(f"{base}/participants/{me}", headers={"authorization": f"Bearer {ticket}"})
        )
        assert [(one.status_code, one.content) for one in failed] == [(500, b"")] * 4
        return [room, me, ticket]
