"""Rows `signalr` of docs/host.md: what the service's own SDK sends, replayed, and what is refused.

The SDK signs the address with its query and without its port, and writes `Target` and `Arguments`
(`RestApiProvider.cs` in Azure/azure-signalr). They need this machine's stand-in.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from local.signalr.access import SignalRConnection
from tests.local.conftest import WAIT
from tests.local.official_client import OfficialClient

VERSION = "api-version=2022-06-01"
MEGABYTE = 1024 * 1024


class Sdk:
    """The service SDK's transient mode: one request each, signed as it signs."""

    def __init__(self, service: SignalRConnection) -> None:
        self._service = service
        host = urlsplit(service.endpoint)
        self._audience = f"{host.scheme}://{host.hostname}/"

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, more: str = ""
    ) -> httpx.Response:
        """`path` below the hub; parameters in `more` come after what was signed."""
        signed = f"api/hubs/harbour{path}?{VERSION}"
        token = self._service.server_token(self._audience + signed)
        with httpx.Client(trust_env=False, timeout=WAIT) as http:
            return http.request(
                method,
                f"{self._service.endpoint}/{signed}{more}",
                headers={"Authorization": f"Bearer {token}"},
                json=body,
            )


@pytest.fixture
def sdk(signalr: SignalRConnection) -> Sdk:
    """The SDK at the stand-in."""
    return Sdk(signalr)


def hears_only_the_end(sdk: Sdk, docker: OfficialClient) -> bool:
    """Whether nothing came before a message that is sent now."""
    end = {"Target": "note", "Arguments": ["that was all"]}
    assert sdk.ask("POST", "/users/docker/:send", end).status_code == 202
    return bool(docker.receive() == "that was all")


def test_messages_arrive_in_either_spelling(sdk: Sdk, docker: OfficialClient) -> None:
    """signalr 1: `Target` and `Arguments`, or in small letters; 202."""
    for body in ({"Target": "note", "Arguments": [1]}, {"target": "note", "arguments": [1]}):
        assert sdk.ask("POST", "/users/docker/:send", body).status_code == 202
        assert docker.receive() == 1


def test_groups_and_their_codes(sdk: Sdk, docker: OfficialClient) -> None:
    """signalr 2: adding, sending, asking and removing, each with the REST API's own code."""
    message = {"Target": "note", "Arguments": ["to the pier"]}
    assert sdk.ask("PUT", "/users/docker/groups/pier").status_code == 200
    assert sdk.ask("HEAD", "/users/docker/groups/pier").status_code == 200
    assert sdk.ask("HEAD", "/groups/pier").status_code == 200
    assert sdk.ask("POST", "/groups/pier/:send", message).status_code == 202
    assert docker.receive() == "to the pier"
    excluded = sdk.ask("POST", "/groups/pier/:send", message, f"&excluded={docker.id}")
    assert excluded.status_code == 202
    assert hears_only_the_end(sdk, docker)
    assert sdk.ask("DELETE", "/users/docker/groups/pier").status_code == 200
    assert sdk.ask("HEAD", "/users/docker/groups/pier").status_code == 404
    assert sdk.ask("PUT", f"/groups/pier/connections/{docker.id}").status_code == 200
    assert sdk.ask("DELETE", f"/connections/{docker.id}/groups").status_code == 200
    assert sdk.ask("DELETE", "/users/docker/groups").status_code == 200
    assert sdk.ask("PUT", "/groups/pier/connections/ghost").status_code == 404


def test_names_are_escaped_as_dot_net_escapes_them(sdk: Sdk, docker: OfficialClient) -> None:
    """signalr 3: a slash or a space in a group's name is part of the name."""
    group = quote("north pier/9 é", safe="")
    assert sdk.ask("PUT", f"/users/docker/groups/{group}").status_code == 200
    sdk.ask("POST", f"/groups/{group}/:send", {"Target": "note", "Arguments": ["here"]})
    assert docker.receive() == "here"


@pytest.mark.parametrize("signed", ["another path", "another key", "another host"])
def test_another_address_in_the_token_is_401(signalr: SignalRConnection, signed: str) -> None:
    """signalr 4: path, host and key are what a token is for."""
    path = f"/api/hubs/harbour/groups/pier/:send?{VERSION}"
    audience, key = signalr.audience_base + path, signalr.access_key
    if signed == "another path":
        audience = audience.replace("pier", "quay")
    elif signed == "another host":
        audience = audience.replace("127.0.0.1", "service.example")
    else:
        key = "another key, and long enough for HS256"
    token = SignalRConnection(signalr.endpoint, key).server_token(audience)
    headers = {"Authorization": f"Bearer {token}"}
    body = {"Target": "note", "Arguments": []}
    answer = httpx.post(
        signalr.endpoint + path, headers=headers, json=body, trust_env=False, timeout=WAIT
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("body", [{"Target": "note"}, {"Arguments": []}, {"Target": 1}])
def test_half_a_message_is_400(sdk: Sdk, body: dict[str, Any]) -> None:
    """signalr 5: a target and a list of arguments are needed."""
    assert sdk.ask("POST", "/users/docker/:send", body).status_code == 400


def test_a_group_has_a_name_of_at_most_1024_characters(sdk: Sdk) -> None:
    """signalr 6: the REST reference's bounds; its own code for what is beyond, 400."""
    assert sdk.ask("PUT", f"/users/docker/groups/{'g' * 1024}").status_code == 200
    assert sdk.ask("PUT", f"/users/docker/groups/{'g' * 1025}").status_code == 400
    assert sdk.ask("PUT", "/users/docker/groups/").status_code == 400
    assert sdk.ask("DELETE", "/users/docker/groups").status_code == 200


def test_a_message_over_a_megabyte_is_refused(sdk: Sdk, docker: OfficialClient) -> None:
    """signalr 7: the service's limit of one message; 413, and nobody gets it."""
    message = {"Target": "note", "Arguments": ["x" * MEGABYTE]}
    large = sdk.ask("POST", "/users/docker/:send", message)
    assert large.status_code == 413
    assert hears_only_the_end(sdk, docker)


def test_the_health_probe_needs_no_token(signalr: SignalRConnection) -> None:
    """signalr 8: HEAD /api/health."""
    answer = httpx.head(f"{signalr.endpoint}/api/health?{VERSION}", trust_env=False, timeout=WAIT)
    assert answer.status_code == 200
