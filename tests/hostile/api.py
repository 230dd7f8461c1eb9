"""The real decorated HTTP functions behind WSGI, and a fuzzer of their requests."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import azure.functions as func
import hypothesis
import schemathesis
from azure.functions.http import HttpResponseConverter
from schemathesis import GenerationMode
from schemathesis.core.result import Err
from werkzeug.wrappers import Request, Response

from local.functions_host.routes import Routes
from tests.functions.conftest import App, Joined, _Out, func_parameters
from tests.unit.test_openapi import DOCUMENT

PATIENCE = 8  # s; the page gives up then

# What a front end may say of who asks, and what it never should.
_ADDRESSES = (
    "", "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]:443", "2001:db8::1", "x, 192.0.2.1", "[", "a:b",
)  # fmt: skip
_CALLERS = ("stranger", "member", "host", "waiting", "other room")

# What an answer never holds: the inside of the app, its secrets, its storage.
INSIDE = ("traceback", "error:", "exception", "azure", "devstore", ".py", "hmac", "jwt", "0x")


class Functions:
    """A WSGI application: an app's HTTP functions at the routes of the OpenAPI document."""

    def __init__(self, app: App, document: dict[str, Any]) -> None:
        self._routes: Routes[str] = Routes()
        self._app = app
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if method != "parameters":
                    self._routes.add(path, frozenset({method.upper()}), operation["operationId"])

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as the Functions host does."""
        request = Request(environ)
        found = self._routes.find(request.method, request.path.strip("/"))
        response = Response(status=404) if found is None else self._call(request, *found)
        return response(environ, start)

    def _call(self, request: Request, name: str, parameters: dict[str, str]) -> Response:
        function = self._app.functions[name]
        arguments: dict[str, Any] = {
            "req": func.HttpRequest(
                request.method,
                request.url,
                headers={key.lower(): value for key, value in request.headers.items()},
                params=dict(request.args),
                route_params=parameters,
                body=request.get_data(),
            )
        }
        wanted = func_parameters(function)
        if "actions" in wanted:
            arguments["actions"] = _Out()
        if "connection" in wanted:
            arguments["connection"] = json.dumps({"url": "http://hub", "accessToken": "token"})
        answer = HttpResponseConverter.encode(function(**arguments), expected_type=None).value
        response = Response(answer["body"].value, int(answer["status_code"].value))
        for header, value in answer["headers"].items():
            response.headers[header] = value.value
        if "actions" in wanted:
            assert all(isinstance(a, dict) for a in arguments["actions"].actions)
        return response


class Clock:
    """Seconds, to a tenth, that this process lived: to be stopped for a while is no hang.

    What keeps the interpreter from ticking shows in the processor time it takes.
    """

    def __init__(self) -> None:
        self._ticked = 0.0
        threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self) -> None:
        while True:
            time.sleep(0.1)
            self._ticked += 0.1

    @property
    def seconds(self) -> float:
        """Since any moment."""
        return max(self._ticked, time.process_time())


class Fuzzer:
    """Sends what schemathesis makes of the document, by strangers and by members of a room.

    Args:
        app: whose functions answer.
        names: of the operations to send.
    """

    def __init__(self, app: App, *names: str) -> None:
        self._app = app
        schema = schemathesis.openapi.from_dict(DOCUMENT)
        schema.app = Functions(app, DOCUMENT)
        found = [
            result.ok() for result in schema.get_all_operations() if not isinstance(result, Err)
        ]
        self._operations = [one for one in found if one.definition.raw["operationId"] in names]
        assert len(self._operations) == len(names)
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.slowest = 0.0
        self._clock = Clock()
        self._random = random.Random(7)
        self._members: dict[str, Joined] = {}

    @property
    def requests(self) -> int:
        """How many were sent."""
        return sum(self.statuses.values())

    def run(self, examples: int, seed: int) -> None:
        """For each operation and each way of making requests, so many of them, in new rooms."""
        for operation in self._operations:
            # Whoever withdrew was another's doing; whoever came and went makes a room slow.
            self._members.clear()
            for mode in GenerationMode:
                settings = hypothesis.settings(
                    max_examples=examples,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(hypothesis.HealthCheck),
                    phases=[hypothesis.Phase.generate],
                )
                strategy = operation.as_strategy(generation_mode=mode)
                send = settings(hypothesis.given(strategy)(self._send))
                hypothesis.seed(seed)(send)()

    def _send(self, case: Any) -> None:
        caller = self._random.choice(_CALLERS)  # Hypothesis prefers the first
        self._dress(case, caller)
        address = self._random.choice(_ADDRESSES)
        case.headers = {**(case.headers or {}), "X-Forwarded-For": address}
        began = self._clock.seconds
        response = case.call()
        self.slowest = max(self.slowest, self._clock.seconds - began)
        name = case.operation.definition.raw["operationId"]
        self.statuses[name, response.status_code] += 1
        if response.status_code == 404 and not response.content:
            return  # no route: an id with a slash, or an empty one
        if name == "leave_room" or response.status_code in (404, 410):
            self._members.pop(caller, None)
        if caller == "waiting" and response.status_code == 200:
            self._members.pop(caller, None)  # they are in
        if caller == "host" and "host" not in self._members:
            for kind in ("waiting", "guest"):
                self._members.pop(kind, None)
        case.validate_response(
            response,
            checks=[
                schemathesis.checks.CHECKS.get_one("status_code_conformance"),
                schemathesis.checks.CHECKS.get_one("content_type_conformance"),
                schemathesis.checks.CHECKS.get_one("response_schema_conformance"),
            ],
        )
        self._check_refusal(case, response)

    def _check_refusal(self, case: Any, response: Any) -> None:
        """A documented code, and words that tell nothing of the inside."""
        if response.status_code < 400:
            return
        body = response.json()
        documented = case.operation.responses.find_by_status_code(response.status_code)
        assert documented is not None
        assert body["error"] in documented.definition["x-codes"], body
        text = response.text.lower()
        assert not [word for word in INSIDE if word in text], text
        assert len(body["message"]) < 200

    def _dress(self, case: Any, caller: str) -> None:
        """Give the request a real room and ticket, so that it gets beyond the door."""
        if caller == "stranger":
            return
        who = self._member(caller)
        if "room" in (case.path_parameters or {}):
            case.path_parameters["room"] = who.room
        if "participant" in (case.path_parameters or {}) and self._random.random() < 0.5:
            case.path_parameters["participant"] = who.participant
        ticket = self._member("member").ticket if caller == "other room" else who.ticket
        self._name_others(case)
        if isinstance(case.body, dict) and "frame" in case.body and self._random.random() < 0.5:
            case.body["frame"] = str(int(self._app.clock.now()) * 1000)
        headers = dict(case.headers or {})
        headers["Authorization"] = f"Bearer {ticket}"
        case.headers = headers

    def _name_others(self, case: Any) -> None:
        """Most of the time a request about somebody else is about one who is there."""
        host = self._member("host")
        if (case.path_parameters or {}).get("room") != host.room or self._random.random() < 0.1:
            return
        name = case.operation.definition.raw["operationId"]
        if name == "answer_knock":
            case.path_parameters["participant"] = self._of_the_hosts_room("waiting")
        elif name == "name_host":
            case.path_parameters["participant"] = self._of_the_hosts_room("guest")
        elif isinstance(case.body, dict) and name in ("remove_participant", "request_mute"):
            case.body["participant"] = self._of_the_hosts_room("guest")

    def _of_the_hosts_room(self, kind: str) -> str:
        """The id of a guest, or of somebody waiting; one who was answered is replaced."""
        found = self._members.get(kind)
        name = "heartbeat" if kind == "guest" else "wait_at_door"
        if found and self._app.member(name, found).status != (200 if kind == "guest" else 202):
            self._members.pop(kind)
        return self._member(kind).participant

    def _inside_or_waiting(self, kind: str) -> Joined:
        """Somebody in the host's room, or at its door, which is closed afterwards."""
        host = self._member("host")
        door = {"ticket": host.ticket, "room": host.room}
        self._insist("set_door", {"door": "open" if kind == "guest" else "closed"}, **door)
        joined = self._insist("join_room", {"name": "Zoe", "consent": True}, room=host.room)
        self._insist("set_door", {"door": "closed"}, **door)
        return Joined(host.room, joined["participant"], joined["ticket"])

    def _member(self, kind: str) -> Joined:
        """Somebody of this kind; who left is replaced."""
        if kind in self._members:
            return self._members[kind]
        body: dict[str, object] = {"name": "Ada", "consent": True}
        if kind in ("waiting", "guest"):
            self._members[kind] = self._inside_or_waiting(kind)
            return self._members[kind]
        created = self._insist("create_room")
        if kind == "host":
            body["hostSecret"] = created["hostSecret"]
        joined = self._insist("join_room", body, room=created["room"])
        self._members[kind] = Joined(created["room"], joined["participant"], joined["ticket"])
        return self._members[kind]

    def _insist(self, name: str, body: object = None, **route: Any) -> Any:
        """What a call answers, asked again a few times where the storage is away."""
        for _ in range(10):
            answer = self._app.call(name, body, **route)
            if answer.status != 503:
                break
            time.sleep(answer.body["retryAfter"])
        assert answer.status < 300, answer
        return answer.body
