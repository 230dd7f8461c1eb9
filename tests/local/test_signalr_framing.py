"""No bytes of a client harm the SignalR stand-in or another client."""

from __future__ import annotations

import itertools
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from local.ports import free_port
from local.signalr.__main__ import CONNECTION_STRING_VARIABLE
from local.signalr.access import SignalRConnection
from local.signalr.hub import RECORD_END
from local.signalr.service import MAX_CLIENT_RECORD
from tests import waiting

HUB = "harbour"
HANDSHAKE = '{"protocol":"json","version":1}' + RECORD_END
PATIENCE = waiting.PATIENCE
quick = settings(max_examples=40, deadline=None, database=None)
long = settings(max_examples=2_000, deadline=None, database=None)

texts = st.text(max_size=20) | st.sampled_from([RECORD_END, f"a{RECORD_END}b", "\u2028", "\0"])
# Lone halves of characters too: JSON may escape them, UTF-8 cannot hold them.
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | texts | st.text(st.characters(categories=["Cs"]), max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@dataclass
class Service:
    """A stand-in of its own, somebody who listens to it, and its log."""

    access: SignalRConnection
    log: Path
    http: httpx.Client
    bystander: ClientConnection
    said: int = 0

    def connect(self, **query: str) -> AbstractContextManager[ClientConnection]:
        """A client that has not said anything yet."""
        return _connect(self.access, **query)

    def told(self, argument: Any) -> Any:
        """What the one who listens hears of this."""
        self.bystander.send('{"type":6}' + RECORD_END)  # a sign of life
        url = f"{self.access.endpoint}/api/hubs/{HUB}/:send"
        self.http.post(
            url,
            content=json.dumps({"target": "note", "arguments": [argument]}),
            headers={"Authorization": f"Bearer {self.access.server_token(url)}"},
        ).raise_for_status()
        while True:
            (record, rest) = str(self.bystander.recv(PATIENCE)).split(RECORD_END)
            assert rest == ""
            message = json.loads(record)
            if message["type"] == 1:
                return message["arguments"][0]

    def unharmed(self) -> None:
        """No handler of the service failed; who listens still hears."""
        self.said += 1
        assert self.told(self.said) == self.said
        complaints = self.log.read_text()
        os.truncate(self.log, 0)
        assert "Traceback" not in complaints, complaints


def _connect(access: SignalRConnection, **query: str) -> AbstractContextManager[ClientConnection]:
    query = {"hub": HUB, "access_token": access.client_token(HUB, "u")} | query
    return connect(
        f"{access.endpoint.replace('http', 'ws', 1)}/client/?{urlencode(query)}",
        proxy=None,
        compression=None,
        ping_interval=None,
        close_timeout=1,
        open_timeout=PATIENCE,
    )


@contextmanager
def _process(access: SignalRConnection, port: int, log: Path) -> Iterator[None]:
    with log.open("ab") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.signalr", "--port", str(port)],
            env=os.environ | {CONNECTION_STRING_VARIABLE: str(access)},
            stderr=written,
        )
    try:
        yield
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for all."""
    log = tmp_path_factory.mktemp("signalr") / "log"
    port = free_port()
    access = SignalRConnection(f"http://127.0.0.1:{port}", "at least thirty-two bytes, for tests")
    with (
        _process(access, port, log),
        httpx.Client(base_url=access.endpoint, trust_env=False, timeout=PATIENCE) as http,
    ):

        def answers() -> bool:
            with suppress(httpx.TransportError):
                return http.get("/api/health").is_success
            return False

        waiting.until(answers, "the service answers")
        with _connect(access) as bystander:
            bystander.send(HANDSHAKE)
            assert bystander.recv(PATIENCE) == "{}" + RECORD_END
            yield Service(access, log, http, bystander)


def _heard(client: ClientConnection, until: str = "") -> list[Any]:
    """Every record but what others are told, until an answer or the end; none is cut in two."""
    records: list[Any] = []
    with suppress(ConnectionClosed):
        while not (records and records[-1].get("invocationId") == until):
            *whole, rest = str(client.recv(PATIENCE)).split(RECORD_END)
            assert rest == ""
            records += (r for r in map(json.loads, whole) if r.get("type") not in (1, 6))
    return records


# --- records however they lie in frames ----------------------------------------------------------

ids = st.text(min_size=1, max_size=8)
messages = st.one_of(
    st.just({"type": 6}),
    st.builds(
        lambda kind, name, rest: {"type": kind, "target": "t", "arguments": rest} | name,
        st.sampled_from([1, 4]),
        st.just({}) | st.builds(lambda one: {"invocationId": one}, ids),
        st.lists(values, max_size=2),
    ),
    st.builds(lambda one: {"type": 3, "invocationId": one}, ids),
    st.builds(lambda kind: {"type": kind}, st.integers(8, 99)),  # of a later protocol
)
cuts = st.lists(st.integers(0, 2_000), max_size=6)


def _pieces(text: str, cuts: list[int]) -> list[str]:
    at = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[a:b] for a, b in itertools.pairwise(at)]


def _each_invocation_is_refused_once(
    service: Service, sent: list[dict[str, Any]], cuts: list[int]
) -> None:
    records = [json.dumps(message) for message in sent]
    stream = HANDSHAKE + "".join(record + RECORD_END for record in records)
    with service.connect() as client:
        for piece in _pieces(stream, cuts):
            client.send(piece)
        asked = [m["invocationId"] for m in sent if m["type"] in (1, 4) and "invocationId" in m]
        last = "goodbye, of more letters than any before"
        client.send(json.dumps({"type": 1, "invocationId": last}) + RECORD_END)
        greeting, *answers = _heard(client, until=last)
    assert greeting == {}
    assert [answer["invocationId"] for answer in answers] == [*asked, last]
    assert all("no upstream" in answer["error"] for answer in answers)
    service.unharmed()


streams = (st.lists(messages, max_size=6), cuts)


@quick
@given(*streams)
def test_records_are_found_wherever_frames_are_cut(
    service: Service, sent: list[dict[str, Any]], cuts: list[int]
) -> None:
    """Records are found in split and joined frames, and each is answered once, in order."""
    _each_invocation_is_refused_once(service, sent, cuts)


@pytest.mark.long
@long
@given(*streams)
def test_records_are_found_wherever_frames_are_cut_at_length(
    service: Service, sent: list[dict[str, Any]], cuts: list[int]
) -> None:
    """The same holds for two thousand streams."""
    _each_invocation_is_refused_once(service, sent, cuts)


# --- frames that are no records ------------------------------------------------------------------

nearly = st.one_of(
    st.builds(json.dumps, values),
    st.builds(
        lambda kind, name: json.dumps({"type": kind, "invocationId": name, "target": "t"}),
        values,
        values,
    ),
    st.builds(lambda protocol, v: json.dumps({"protocol": protocol, "version": v}), values, values),
    st.sampled_from(
        [
            '{"type":1,"invocationId":NaN}', '{"type":1e999}', '{"type":1', "[" * 30_000, "nul",
            "1" * 5_000, '{"type":' + "[" * 20_000, '{"type":7,"allowReconnect":true}', "",
        ]
    ),
)  # fmt: skip
frames = st.lists(
    st.one_of(
        st.builds(lambda parts, end: RECORD_END.join(parts) + end, st.lists(nearly, max_size=3),
                  st.sampled_from(["", RECORD_END])),
        st.text(max_size=40),
        st.binary(max_size=40),
        st.sampled_from(["x" * (MAX_CLIENT_RECORD + 1), "x" * (MAX_CLIENT_RECORD - 1)]),
    ),
    max_size=4,
)  # fmt: skip


def _harms_nobody(service: Service, greets: bool, sent: list[str | bytes]) -> None:
    with service.connect() as client:
        with suppress(ConnectionClosed):
            if greets:
                client.send(HANDSHAKE)
            for frame in sent:
                client.send(frame)
        service.unharmed()
    service.unharmed()


@quick
@given(st.booleans(), frames)
def test_whatever_a_client_sends_others_still_hear(
    service: Service, greets: bool, sent: list[str | bytes]
) -> None:
    """After any bad frame, before or after its handshake, the other clients get messages."""
    _harms_nobody(service, greets, sent)


@pytest.mark.long
@long
@given(st.booleans(), frames)
def test_whatever_a_client_sends_others_still_hear_at_length(
    service: Service, greets: bool, sent: list[str | bytes]
) -> None:
    """The same holds for two thousand clients."""
    _harms_nobody(service, greets, sent)


@pytest.mark.parametrize(
    "sent",
    [
        [b"\0"],
        [HANDSHAKE, b"\0"],
        [HANDSHAKE, "{" + RECORD_END],
        [HANDSHAKE, "[" * 30_000 + RECORD_END],
        ["[" * 30_000 + RECORD_END],
        [HANDSHAKE, '{"type":1,"invocationId":1}' + RECORD_END],
        [HANDSHAKE, "x" * (MAX_CLIENT_RECORD + 1)],
        [HANDSHAKE, *["x" * 1_000] * (MAX_CLIENT_RECORD // 1_000 + 1)],
    ],
    ids=[
        "binary handshake", "binary", "no JSON", "deep", "deep handshake", "no id", "oversized",
        "oversized in pieces",
    ],
)  # fmt: skip
def test_what_is_not_the_protocol_ends_the_connection(
    service: Service, sent: list[str | bytes]
) -> None:
    """A client that breaks the protocol is disconnected at once."""
    with service.connect() as client:
        with suppress(ConnectionClosed):
            for frame in sent:
                client.send(frame)
        assert _heard(client) in ([], [{}], [{"error": _WRONG}])
    service.unharmed()


def test_who_asks_and_leaves_at_once_is_let_go(service: Service) -> None:
    """A client that leaves during its answer does not keep a connection open."""
    with service.connect() as client:
        client.send(HANDSHAKE + '{"type":1,"invocationId":"a"}\x1e{"type":7}' + RECORD_END)
        assert _heard(client)[0] == {}
    service.unharmed()


_WRONG = "this service speaks the json protocol, version 1"


# --- addresses -----------------------------------------------------------------------------------


@quick
@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_whatever_a_client_asks_for_is_refused(
    service: Service, hub: str, token: str, connection: str
) -> None:
    """Any wrong hub, token or connection id is 4xx, over HTTP and WebSocket."""
    query = urlencode({"hub": hub, "access_token": token, "id": connection}, quote_via=quote)
    assert 400 <= service.http.post(f"/client/negotiate?{query}").status_code < 500
    for given_up in ({"hub": hub, "access_token": token}, {"id": connection}):
        with pytest.raises(InvalidStatus) as refused, service.connect(**given_up):
            pass
        assert 400 <= refused.value.response.status_code < 500
    service.unharmed()


@pytest.mark.parametrize(
    "line",
    [
        b"POST /client/negotiate?hub=\xff HTTP/1.1",
        b"POST /api/hubs/\xff/:send HTTP/1.1",
        b"GET /client/ HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket",
        b"GET /client/ HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 12\r\nSec-WebSocket-Key: x",
        b"\x16\x03\x01",
    ],
)
def test_a_request_that_is_none_is_refused(service: Service, line: bytes) -> None:
    """Bytes that are no HTTP request get a 4xx or a closed connection."""
    port = int(service.access.endpoint.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw:
        raw.sendall(line + b"\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert re.match(rb"HTTP/1.1 4\d\d|$", raw.recv(100))
    service.unharmed()


# --- what is told --------------------------------------------------------------------------------


@quick
@given(values)
def test_what_is_told_arrives_as_it_was(service: Service, value: Any) -> None:
    """Record separators and half characters in strings arrive unchanged."""
    assert _paired(service.told(value)) == _paired(value)
    service.unharmed()


def _paired(value: Any) -> Any:
    """The same, with two halves of one character that meet as that character: JSON says so."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def test_a_number_json_does_not_have_is_refused(service: Service) -> None:
    """NaN and infinity are refused, because browsers' JSON would fail on them."""
    for number in (float("nan"), float("inf")):
        with pytest.raises(httpx.HTTPStatusError, match="400"):
            service.told(number)
    service.unharmed()


def test_who_does_not_listen_holds_up_nobody(service: Service) -> None:
    """A client that does not read delays no other client."""
    with service.connect() as idle:
        idle.send(HANDSHAKE)
        for number in range(40):
            assert service.told(f"{number}{'x' * 200_000}").startswith(str(number))
    service.unharmed()
