"""The SignalR stand-in serves the official client and REST callers."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import jwt
import pytest
import websockets

from bench.participant import keep_alive
from local.ports import allow_many_connections
from local.signalr.access import SignalRConnection
from local.signalr.service import SignalRService
from local.stack import Stack
from tests import waiting
from tests.faults.gate import Gate
from tests.faults.served import served
from tests.local.conftest import HUB, WAIT, other_stack
from tests.local.official_client import OfficialClient

Send = Callable[[Any], httpx.Response]


def note(text: str, **receiver: str) -> dict[str, Any]:
    """A message in the shape of the output binding."""
    return {"target": "note", "arguments": [text], **receiver}


def rest(
    access: SignalRConnection, method: str, path: str, body: object = None, **claims: Any
) -> httpx.Response:
    """One REST call; `claims` override the token's."""
    url = f"{access.endpoint}/api/hubs/{path}"
    token = jwt.encode(
        {"aud": url.partition("?")[0], "exp": time.time() + 60, **claims},
        access.access_key,
        algorithm="HS256",
    )
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.request(
        method, url, json=body, headers=headers, trust_env=False, timeout=waiting.PATIENCE
    )


def test_negotiate_to_message(http: httpx.Client, send: Send) -> None:
    """With the app's negotiate answer the official client connects and gets a broadcast."""
    info = http.post("/v1/negotiate", headers={"x-docker": "amber"}).json()
    with OfficialClient(info["url"], info["accessToken"], "note"):
        pass
    with OfficialClient(info["url"], info["accessToken"], "note") as client:
        assert send(note("all")).status_code == 202
        assert client.receive() == "all"


def test_each_message_reaches_only_its_receiver(
    signalr: SignalRConnection, docker: OfficialClient, send: Send
) -> None:
    """Messages to users, connections and groups reach only them, in order."""
    token = signalr.client_token(HUB, "pilot/é")
    with OfficialClient(signalr.client_url(HUB), token, "note") as pilot:
        send([note("to user", userId="pilot/é"), note("to connection", connectionId=pilot.id)])
        assert [pilot.receive(), pilot.receive()] == ["to user", "to connection"]
        actions = [{"userId": "pilot/é", "groupName": "quay 1", "action": "add"}]
        send([*actions, note("to group", groupName="quay 1")])
        assert pilot.receive() == "to group"
        send(note("that was all", userId="docker"))
        assert docker.receive() == "that was all"


def test_group_actions_add_and_remove(docker: OfficialClient, send: Send) -> None:
    """A member, added by user or connection, gets the group's messages until it is removed."""

    def hears(group: str) -> bool:
        send([note(group, groupName=group), note("that was all", userId="docker")])
        first = docker.receive()
        return bool(first == group and docker.receive() == "that was all")

    assert not hears("a")
    send({"userId": "docker", "groupName": "a", "action": "add"})
    send({"connectionId": docker.id, "groupName": "b", "action": "add"})
    assert hears("a")
    assert hears("b")
    send({"userId": "docker", "groupName": "a", "action": "remove"})
    assert not hears("a")
    send([{"userId": "docker", "groupName": name, "action": "add"} for name in ("a", "c")])
    send({"userId": "docker", "action": "removeAll"})
    assert not hears("a")
    assert not hears("c")
    assert hears("b")
    send({"connectionId": docker.id, "groupName": "b", "action": "remove"})
    assert not hears("b")
    assert send({"connectionId": "gone", "groupName": "b", "action": "add"}).status_code == 202


def test_membership_by_user_outlives_the_connection(signalr: SignalRConnection, send: Send) -> None:
    """A user added while not connected is in the group after connecting."""
    send({"userId": "early", "groupName": "dawn", "action": "add"})
    for _ in range(2):
        token = signalr.client_token(HUB, "early")
        with OfficialClient(signalr.client_url(HUB), token, "note") as client:
            send(note("sunrise", groupName="dawn"))
            assert client.receive() == "sunrise"
    send({"userId": "early", "action": "removeAll"})


def test_hubs_are_apart(signalr: SignalRConnection, docker: OfficialClient) -> None:
    """A broadcast does not reach another hub."""
    for path, text in ("airport", "fly"), (f"{HUB}/users/docker", "that was all"):
        assert rest(signalr, "POST", f"{path}/:send", note(text)).status_code == 202
    assert docker.receive() == "that was all"


def test_a_membership_may_have_an_end(signalr: SignalRConnection) -> None:
    """`ttl` ends a user's membership."""
    short, long = f"{HUB}/users/u/groups/short", f"{HUB}/users/u/groups/long"
    assert rest(signalr, "PUT", f"{short}?ttl=1").status_code == 200
    assert rest(signalr, "PUT", f"{long}?ttl=3600").status_code == 200
    waiting.until(lambda: rest(signalr, "HEAD", short).status_code == 404, "the membership ends")
    assert rest(signalr, "HEAD", long).status_code == 200


def test_existence_and_closing(signalr: SignalRConnection, docker: OfficialClient) -> None:
    """The REST API tells whether a user or connection exists, and closes a connection."""
    assert rest(signalr, "HEAD", f"{HUB}/users/docker").status_code == 200
    assert rest(signalr, "HEAD", f"{HUB}/users/nobody").status_code == 404
    assert rest(signalr, "HEAD", f"{HUB}/groups/empty").status_code == 404
    path = f"{HUB}/connections/{docker.id}"
    assert rest(signalr, "HEAD", path).status_code == 200
    assert rest(signalr, "DELETE", path).status_code == 204
    docker.expect("closed")
    waiting.until(lambda: rest(signalr, "HEAD", path).status_code == 404, "the hub forgets it")


@pytest.mark.parametrize(
    "claims",
    [{"exp": 1}, {"aud": "http://127.0.0.1/elsewhere"}, {"nbf": 9999999999}],
    ids=["expired", "other-audience", "not-yet"],
)
def test_a_bad_server_token_is_401(signalr: SignalRConnection, claims: dict[str, Any]) -> None:
    """Expired, premature and other hubs' tokens are refused."""
    assert rest(signalr, "POST", f"{HUB}/:send", note("x"), **claims).status_code == 401


def test_a_foreign_key_is_401(signalr: SignalRConnection) -> None:
    """A token signed with another key, or none at all, is refused."""
    foreign = SignalRConnection(signalr.endpoint, "another key of at least thirty-two bytes")
    assert rest(foreign, "POST", f"{HUB}/:send", note("x")).status_code == 401
    url = f"{signalr.endpoint}/api/hubs/{HUB}/:send"
    assert httpx.post(url, json=note("x"), trust_env=False, timeout=WAIT).status_code == 401
    unsigned = jwt.encode({"aud": url, "exp": time.time() + 60}, "", algorithm="none")
    headers = {"Authorization": f"Bearer {unsigned}"}
    refused = httpx.post(url, json=note("x"), headers=headers, trust_env=False, timeout=WAIT)
    assert refused.status_code == 401


@pytest.mark.parametrize("seconds", [-60, 60], ids=["expired", "other-hub"])
def test_a_bad_client_token_is_refused(signalr: SignalRConnection, seconds: int) -> None:
    """The official client is turned away with 401 when its token is old or for another hub."""
    hub = HUB if seconds < 0 else "airport"
    client = OfficialClient(
        signalr.client_url(HUB), signalr.client_token(hub, "u", seconds=seconds), "note"
    )
    try:
        assert "401" in client.expect("refused")["error"]
    finally:
        client.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "9hub/:send", note("x"), 400),
        ("POST", f"{HUB}/:send", {"target": "x"}, 400),
        ("POST", f"{HUB}/:send", {"target": 1, "arguments": []}, 400),
        ("POST", f"{HUB}/:send", None, 400),
        ("PUT", f"{HUB}/users/u/groups/g?ttl=soon", None, 400),
        ("POST", f"{HUB}/:send", note("x" * 1_100_000), 413),
        ("PUT", f"{HUB}/groups/g/connections/ghost", None, 404),
        ("POST", f"{HUB}/:shout", note("x"), 404),
    ],
)
def test_wrong_calls_are_named(
    signalr: SignalRConnection, method: str, path: str, body: object, status: int
) -> None:
    """Bad hubs and bodies are 400, large bodies 413, unknown targets 404."""
    assert rest(signalr, method, path, body).status_code == status


def test_unknown_addresses_and_health(signalr: SignalRConnection) -> None:
    """The health probe answers, other paths are 404, negotiation needs hub and token."""
    with httpx.Client(base_url=signalr.endpoint, trust_env=False, timeout=WAIT) as client:
        assert client.head("/api/health").status_code == 200
        assert client.get("/ghost").status_code == 404
        assert client.post("/client/negotiate").status_code == 400
        assert client.post(f"/client/negotiate?hub={HUB}").status_code == 401


def test_pages_of_any_origin_may_connect_with_credentials(signalr: SignalRConnection) -> None:
    """CORS allows each asking origin by name, with credentials."""
    answer = httpx.options(
        f"{signalr.endpoint}/client/negotiate?hub={HUB}",
        headers={
            "Origin": "http://127.0.0.1:8080",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,x-requested-with",
        },
        trust_env=False,
        timeout=WAIT,
    )
    assert answer.headers["access-control-allow-origin"] == "http://127.0.0.1:8080"
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_clients_only_listen(docker: OfficialClient) -> None:
    """A client's invocation gets an error, because there is no upstream."""
    docker.say("shout")
    assert "no upstream" in docker.expect("answered")["error"]


def test_many_clients_hear_a_broadcast(signalr: SignalRConnection) -> None:
    """A thousand connected clients all get one broadcast."""

    async def listen(url: str, joined: asyncio.Semaphore) -> str:
        async with websockets.connect(
            url, proxy=None, compression=None, open_timeout=WAIT, ping_interval=None
        ) as client:
            await client.send('{"protocol":"json","version":1}\x1e')
            assert await client.recv() == "{}\x1e"
            joined.release()
            pings = asyncio.create_task(keep_alive(client))  # others may join for long
            try:
                while True:
                    for record in str(await client.recv()).split("\x1e"):
                        if record and json.loads(record)["type"] == 1:
                            return str(json.loads(record)["arguments"][0])
            finally:
                pings.cancel()

    async def run(count: int) -> list[str]:
        address = signalr.client_url("crowd").replace("http", "ws", 1)
        url = f"{address}&access_token={signalr.client_token('crowd', 'u')}"
        joined = asyncio.Semaphore(0)
        tasks = [asyncio.create_task(listen(url, joined)) for _ in range(count)]
        for _ in range(count):
            await asyncio.wait_for(joined.acquire(), waiting.PATIENCE)
        await asyncio.to_thread(rest, signalr, "POST", "crowd/:send", note("all"))
        return await asyncio.wait_for(asyncio.gather(*tasks), waiting.PATIENCE)

    allow_many_connections()
    with ThreadPoolExecutor(1) as thread:  # a browser's loop may be running in this one
        assert thread.submit(asyncio.run, run(1000)).result() == ["all"] * 1000


def test_the_hub_comes_back(stack: Stack, docker: OfficialClient, send: Send) -> None:
    """After it is killed the hub restarts with its port and key, and the client reconnects."""
    life = stack["signalr"].kill()
    docker.expect("reconnecting")
    stack["signalr"].wait_ready(after_start=life)
    docker.expect("reconnected")
    send(note("again"))
    assert docker.receive() == "again"


def test_an_unreachable_hub_fails_the_invocation() -> None:
    """While the hub is away, an HTTP function with a SignalR output answers 500."""
    with (
        Gate() as gate,
        socket.create_server(("127.0.0.1", 0)) as listener,
        other_stack(through={"signalr": gate.url}) as stack,
        httpx.Client(base_url=stack.url, timeout=WAIT, trust_env=False) as http,
    ):
        access = SignalRConnection(gate.url, SignalRConnection.parse(stack.signalr).access_key)
        with served(SignalRService(access).asgi(), listener):
            gate.lead_to(listener.getsockname()[:2])
            gate.shut()
            assert http.post("/v1/signal", json=note("nobody hears")).status_code == 500
            gate.open()
            assert http.post("/v1/signal", json=note("back")).status_code == 202
