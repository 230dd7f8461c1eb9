"""Values with which the app would not start are refused before a deployment."""

from __future__ import annotations

import pytest

from functions.settings import Settings, SettingsError
from infra.check_values import problems
from tests.infra.files import ROOT

_APP = {
    "FramesStorage": "UseDevelopmentStorage=true",
    "AzureSignalRConnectionString": "Endpoint=http://127.0.0.1:8888;AccessKey=k;Version=1.0;",
    "TICKET_KEY": "k" * 32,
}
_TURN = {"TURN_URLS": "turn:turn.example.org", "TURN_SECRET": "0123456789abcdef"}
_OPENTOK = {
    "VIDEO_PROVIDER": "opentok",
    "OPENTOK_API_KEY": "46000000",
    "OPENTOK_API_SECRET": "secret" * 8,
}
_VONAGE = {
    "VIDEO_PROVIDER": "opentok",
    "VONAGE_APPLICATION_ID": "12345678-90ab-cdef-1234-567890abcdef",
}


@pytest.mark.parametrize(
    ("chosen", "name", "value"),
    [
        ({}, "TICKET_KEY", "short"),
        ({}, "TICKET_KEY", "k" * 32 + "\n"),
        ({}, "ROOM_CREATION_KEY", "let me in "),
        ({}, "LIMITS", "rooms=100"),
        ({}, "LIMITS", "[]"),
        ({}, "LIMITS", '{"room": 100}'),
        ({}, "LIMITS", '{"rooms": 0}'),
        ({}, "LIMITS", '{"rooms": true}'),
        ({}, "ICE_SERVERS", "[{urls: stun:example.org}]"),
        ({}, "ICE_SERVERS", '{"urls": "stun:example.org"}'),
        ({}, "ICE_SERVERS", '[{"urls": "turn:example.org"}]'),
        ({}, "EXPRESSION_MODEL", "no-such.onnx"),
        ({}, "EXPRESSION_MODEL", "function_app.py"),
        (_TURN, "TURN_URLS", "turn.example.org:3478"),
        (_TURN, "TURN_URLS", ","),
        (_TURN, "TURN_SECRET", "short"),
        (_TURN, "TURN_SECRET", "0123456789abcdef\n"),
        (_OPENTOK, "OPENTOK_API_KEY", "an id"),
        (_OPENTOK, "OPENTOK_API_SECRET", "a secret"),
        (_VONAGE, "VONAGE_APPLICATION_ID", "46000000"),
        (_VONAGE, "VONAGE_PRIVATE_KEY", "private.key"),
    ],
)
def test_what_the_app_refuses_a_deployment_refuses(
    chosen: dict[str, str], name: str, value: str
) -> None:
    """Both name the variable; the deployment's error does not show its value."""
    environ = chosen | {name: value}
    with pytest.raises(SettingsError, match=name):
        Settings.from_environ(_APP | environ)
    found = list(problems(environ))
    assert [problem for problem in found if problem.startswith(name)]
    assert not [problem for problem in found if len(value) > 1 and value in problem]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"LIMITS": '{"rooms": 100}', "ROOM_CREATION_KEY": "let me in"},
        {"EXPRESSION_MODEL": "functions/reader/expression.onnx"},
        {"ICE_SERVERS": '[{"urls": ["stun:s.example.org", "stuns:s.example.org:5349"]}]'},
        _TURN | {"TURN_URLS": "turn:h:3478?transport=udp, turns:h"},
        _OPENTOK,
        {"OPENTOK_API_KEY": "of no use here", "TURN_URLS": "", "LIMITS": "", "ICE_SERVERS": ""},
    ],
)
def test_what_the_app_takes_a_deployment_takes(environ: dict[str, str]) -> None:
    """Nothing is refused with which the app starts; what is empty counts as not set."""
    Settings.from_environ(_APP | environ)
    assert list(problems(environ)) == []


def test_a_model_outside_the_package_is_refused() -> None:
    """A model that is on the deployer's machine alone is none for the app on Azure."""
    model = str(ROOT / "functions" / "reader" / "expression.onnx")
    Settings.from_environ(_APP | {"EXPRESSION_MODEL": model})
    assert list(problems({"EXPRESSION_MODEL": model}))
