"""Code, Bicep, example and docs/ have the same settings."""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator, Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from functions.hub import SIGNALR_CONNECTION
from functions.settings import STORAGE_CONNECTION, Settings
from tests.infra.compiler import deployment, is_expression, needs_bicep
from tests.infra.files import ROOT

# Read by the Functions host and its bindings, not by the app's own code.
HOST_SETTINGS = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsDisableHomepage",
    "AzureWebJobsStorage__accountName",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__credential",
    "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
    "PYTHON_THREADPOOL_THREAD_COUNT",
    f"{SIGNALR_CONNECTION}__clientId",
    f"{SIGNALR_CONNECTION}__credential",
    f"{SIGNALR_CONNECTION}__serviceUri",
    f"{STORAGE_CONNECTION}__credential",
    f"{STORAGE_CONNECTION}__queueServiceUri",
}

# Read by the code, never set on Azure, and why.
LOCAL_ONLY = {
    STORAGE_CONNECTION: "a connection string holds a key; the deployment has identities",
    SIGNALR_CONNECTION: "a connection string holds a key; the deployment has identities",
    "AZURE_FACE_KEY": "the deployed Face resource takes identities only",
    "OPENTOK_API_URL": "for a stand-in of OpenTok's own address",
}

# Set on Azure, meaningless in local.settings.json: identities exist there alone.
AZURE_ONLY = {"AZURE_CLIENT_ID"}

_SETTING = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


class _Recorded(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


@functools.cache
def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


_SAMPLES = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "Authorization=AAD;ClientId=ID",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=KEY",
    "AZURE_CLIENT_ID": "00000000-0000-0000-0000-000000000001",
    "AZURE_FACE_ENDPOINT": "https://face.cognitiveservices.azure.com/",
    "AzureSignalRConnectionString__clientId": "00000000-0000-0000-0000-000000000001",
    "AzureSignalRConnectionString__serviceUri": "https://hub.service.signalr.net",
    "AzureWebJobsStorage__accountName": "account",
    "AzureWebJobsStorage__clientId": "00000000-0000-0000-0000-000000000001",
    "FramesStorage__blobServiceUri": "https://account.blob.core.windows.net/",
    "FramesStorage__clientId": "00000000-0000-0000-0000-000000000001",
    "FramesStorage__queueServiceUri": "https://account.queue.core.windows.net/",
    "ICE_SERVERS": '[{"urls": "turn:turn.example.org", "username": "u", "credential": "c"}]',
    "OPENTOK_API_SECRET": "0123456789abcdef0123456789abcdef01234567",
    "ROOM_CREATION_KEY": "let me in",
    "TICKET_KEY": "0123456789abcdef" * 4,
    "TURN_SECRET": "0123456789abcdef",
    "VONAGE_PRIVATE_KEY": "made where it is used",
}


def _deployed(**chosen: str) -> dict[str, str]:
    """The environment Bicep gives the app, with samples for what only Azure knows."""
    return {
        name: _SAMPLES[name] if is_expression(value) else value
        for name, value in deployment(chosen, secrets_shown=True).settings.items()
    }


@functools.cache
def _deployments() -> dict[str, dict[str, str]]:
    opentok = {"VIDEO_PROVIDER": "opentok"}
    return {
        "default": _deployed(),
        "mesh with TURN": _deployed(ICE_SERVERS="[]", ROOM_CREATION_KEY="let me in"),
        "mesh with shared TURN": _deployed(TURN_URLS="turn:h:3478", TURN_SECRET="secret"),
        "OpenTok": _deployed(**opentok, OPENTOK_API_KEY="12345678", OPENTOK_API_SECRET="secret"),
        "Vonage": _deployed(
            **opentok,
            VONAGE_APPLICATION_ID="00000000-0000-0000-0000-000000000002",
            VONAGE_PRIVATE_KEY="-----BEGIN",
        )
        | {"VONAGE_PRIVATE_KEY": _private_key()},
        "embedded": _deployed(FACE_READER="embedded"),
    }


def _app_settings() -> set[str]:
    return set(_deployments()["default"])


@functools.cache
def _read_by_the_code() -> frozenset[str]:
    """Every name in functions/settings.py, and every one it asks a deployment for."""
    tree = ast.parse((ROOT / "functions" / "settings.py").read_text())
    names = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _SETTING.fullmatch(node.value)
    }
    for environ in _deployments().values():
        recorded = _Recorded(environ)
        Settings.from_environ(recorded)
        names |= recorded.asked
    return frozenset(names)


def _example() -> dict[str, str]:
    text = (ROOT / "local.settings.example.json").read_text()
    return dict(json.loads(text)["Values"])


@needs_bicep
@pytest.mark.parametrize(
    "name",
    ["default", "mesh with TURN", "mesh with shared TURN", "OpenTok", "Vonage", "embedded"],
)
def test_the_app_starts_with_what_bicep_sets(name: str) -> None:
    """The app accepts the values of each kind of deployment."""
    assert len(_deployments()) == 6
    Settings.from_environ(_deployments()[name])


@needs_bicep
def test_bicep_sets_what_the_code_reads() -> None:
    """Every setting that the code reads is set by Bicep or listed as local only."""
    assert _read_by_the_code() - _app_settings() <= set(LOCAL_ONLY)


@needs_bicep
def test_bicep_sets_nothing_else() -> None:
    """Every app setting is read by the code, or by the Functions host under this name."""
    assert _app_settings() <= _read_by_the_code() | HOST_SETTINGS


@needs_bicep
def test_lists_of_exceptions_are_not_out_of_date() -> None:
    """Settings listed as the host's are set; those listed as local are read and not set."""
    assert _app_settings() >= HOST_SETTINGS | AZURE_ONLY
    assert not set(LOCAL_ONLY) & _app_settings()
    assert set(LOCAL_ONLY) <= _read_by_the_code() | {SIGNALR_CONNECTION}


@needs_bicep
def test_the_example_shows_what_the_code_reads() -> None:
    """local.settings.example.json has every setting that can be used on one machine."""
    by_identity = {name for name in _read_by_the_code() if "__" in name}
    assert _read_by_the_code() - by_identity - AZURE_ONLY <= set(_example())


@needs_bicep
def test_the_example_shows_nothing_unknown() -> None:
    """local.settings.example.json has only settings that the code or the host knows."""
    of_the_host = HOST_SETTINGS | {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}
    assert set(_example()) <= _read_by_the_code() | of_the_host | set(LOCAL_ONLY)


@needs_bicep
def test_docs_explain_each_setting() -> None:
    """docs/ name every setting that the code reads or a deployment sets."""
    docs = "\n".join(file.read_text() for file in sorted((ROOT / "docs").glob("*.md")))
    missing = {
        name
        for name in _read_by_the_code() | _app_settings()
        if not re.search(rf"`{re.escape(name)}`", docs)
    }
    assert not missing


def test_settings_of_the_example_are_text() -> None:
    """All values of the example are strings, as the Functions host needs them."""
    assert all(isinstance(value, str) for value in _example().values())
