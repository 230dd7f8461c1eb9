"""SignalR's connection strings and tokens are read and checked by pure functions."""

from __future__ import annotations

import jwt
import pytest

from local.functions_host.signalr_binding import (
    InputBindingError,
    OutputBindingError,
    RestCall,
    resolve,
    rest_calls,
)
from local.signalr.access import (
    AccessDeniedError,
    ConnectionStringError,
    SignalRConnection,
    hub_name,
    user_of,
)

KEY = "a key that is long enough for HS256"
ACCESS = SignalRConnection("http://127.0.0.1:8888", KEY)


@pytest.mark.parametrize(
    "text",
    [
        f"Endpoint=http://127.0.0.1:8888;AccessKey={KEY};Version=1.0;",
        f" endpoint=http://127.0.0.1:8888/ ; accesskey={KEY} ",
        f"Endpoint=http://127.0.0.1;Port=8888;AccessKey={KEY};Version=1.0",
        str(ACCESS),
    ],
)
def test_a_connection_string_is_read(text: str) -> None:
    """The parts may have any order and letter case, and the port may be separate."""
    assert SignalRConnection.parse(text) == ACCESS


@pytest.mark.parametrize("text", ["", "Endpoint=http://a", f"AccessKey={KEY}", f"Endpoint{KEY}"])
def test_a_wrong_connection_string_is_named_without_its_key(text: str) -> None:
    """The error says what is missing and never holds the key."""
    with pytest.raises(ConnectionStringError) as caught:
        SignalRConnection.parse(text)
    assert KEY not in str(caught.value)
    assert KEY not in repr(ACCESS)


def test_a_client_token_names_user_and_hub() -> None:
    """The claims are the documented ones, and another hub's URL refuses the token."""
    token = ACCESS.client_token("Hub", "amber")
    claims = ACCESS.verify(token, "http://127.0.0.1:8888/client/?hub=hub")
    assert user_of(claims) == "amber"
    assert user_of(ACCESS.verify(ACCESS.client_token("hub"), ACCESS.client_url("hub"))) is None
    with pytest.raises(AccessDeniedError):
        ACCESS.verify(token, ACCESS.client_url("other"))


def test_a_token_needs_an_end_and_the_right_algorithm() -> None:
    """A token without `exp` or with another algorithm is refused."""
    claims = {"aud": "x"}
    for token in (
        jwt.encode(claims, KEY, algorithm="HS256"),
        jwt.encode(claims | {"exp": 9999999999}, KEY * 2, algorithm="HS512"),
        "no token",
        "",
    ):
        with pytest.raises(AccessDeniedError):
            ACCESS.verify(token, "x")


@pytest.mark.parametrize("name", ["", "9", "a-b", "a/b", "é"])
def test_a_hub_name_is_checked(name: str) -> None:
    """A hub's name starts with a letter and has letters, digits and underscores."""
    with pytest.raises(ValueError, match="is no hub name"):
        hub_name(name)


@pytest.mark.parametrize(
    ("value", "calls"),
    [
        ('{"Target":"t","arguments":[]}', [("POST", "/:send")]),
        ('{"Target":"t","Arguments":[],"GroupName":"g/1"}', [("POST", "/groups/g%2F1/:send")]),
        ('{"Target":"t","arguments":[],"userId":"u"}', [("POST", "/users/u/:send")]),
        ('{"userId":"u","groupName":"g","action":"add"}', [("PUT", "/users/u/groups/g")]),
        ('{"userId":"u","groupName":"g","action":"remove"}', [("DELETE", "/users/u/groups/g")]),
        ('{"userId":"u","action":"removeAll"}', [("DELETE", "/users/u/groups")]),
        (
            '[{"connectionId":"c","groupName":"g","action":"add"},'
            '{"Target":"t","arguments":[1],"connectionId":"c"}]',
            [("PUT", "/groups/g/connections/c"), ("POST", "/connections/c/:send")],
        ),
        ("[]", []),
    ],
)
def test_outputs_become_rest_calls(value: str, calls: list[tuple[str, str]]) -> None:
    """Messages and group actions become calls of the REST API, in order."""
    assert [(call.method, call.path) for call in rest_calls(value)] == calls


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "1",
        '{"Target":"t"}',
        '{"arguments":[]}',
        '{"groupName":"g","action":"add"}',
        '{"userId":"u","action":"add"}',
        '{"userId":"u","groupName":"g","action":"rename"}',
    ],
)
def test_a_wrong_output_is_refused(value: str) -> None:
    """An output that is neither message nor group action fails the invocation."""
    with pytest.raises(OutputBindingError):
        list(rest_calls(value))


def test_a_message_keeps_its_arguments() -> None:
    """The body of a message is its target and arguments."""
    (call,) = rest_calls('{"Target":"t","arguments":[{"a":1}],"userId":"u"}')
    assert call == RestCall("POST", "/users/u/:send", {"Target": "t", "Arguments": [{"a": 1}]})


def test_binding_expressions_are_resolved() -> None:
    """Header names in binding expressions match in any letter case; a missing one is named."""
    values = {"headers.x-user": "amber", "room": "7"}
    assert resolve("{headers.X-User}:{room}", values) == "amber:7"
    with pytest.raises(InputBindingError, match=r"headers\.x-other"):
        resolve("{headers.x-other}", values)
