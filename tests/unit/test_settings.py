"""Settings are read once, and an error names each wrong one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from functions.settings import Settings, SettingsError

READER = Path(__file__).parents[2] / "functions" / "reader"
GOOD = {
    "FramesStorage": "UseDevelopmentStorage=true",
    "AzureSignalRConnectionString": "Endpoint=http://127.0.0.1:8888;AccessKey=k;Version=1.0;",
    "TICKET_KEY": "k" * 32,
}


ACCOUNT = {
    "FramesStorage": "",
    "FramesStorage__blobServiceUri": "https://account.blob.core.windows.net/",
    "FramesStorage__queueServiceUri": "https://account.queue.core.windows.net/",
}
SIGNALR = {
    "AzureSignalRConnectionString": "",
    "AzureSignalRConnectionString__serviceUri": "https://service.service.signalr.net",
}
OPENTOK = {
    "VIDEO_PROVIDER": "opentok",
    "OPENTOK_API_KEY": "46000000",
    "OPENTOK_API_SECRET": "0123456789abcdef0123456789abcdef01234567",
}
VONAGE = {
    "VIDEO_PROVIDER": "opentok",
    "VONAGE_APPLICATION_ID": "12345678-90ab-cdef-1234-567890abcdef",
}
AZURE = {"FACE_READER": "azure", "AZURE_FACE_ENDPOINT": "https://face.example.org/"}


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """A private key as a file of it holds it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def test_three_settings_are_enough() -> None:
    """All settings but the two connections and the ticket key have defaults."""
    settings = Settings.from_environ(GOOD)
    assert settings.room_capacity == 6
    assert settings.frame_lifetime == 10
    assert settings.ice_servers == ()
    assert settings.opentok is None
    assert settings.azure_face is None


def test_every_missing_setting_is_named_at_once() -> None:
    """One error names all missing settings."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ({})
    for name in GOOD:
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FramesStorage", "no connection string"),
        ("FramesStorage", "AccountKey=YWJj"),
        ("FramesStorage", "AccountName=account;AccountKey=no base64"),
        ("AzureSignalRConnectionString", "no connection string"),
        ("AzureSignalRConnectionString", "Endpoint=https://service.example"),
        ("AzureSignalRConnectionString", "Endpoint=service.example;AccessKey=k"),
        ("AzureSignalRConnectionString", "AccessKey=k;Version=1.0;"),
        ("AzureSignalRConnectionString", "Endpoint=https://[service;AccessKey=k"),
        ("AzureSignalRConnectionString", "Endpoint=https://service.example:99999;AccessKey=k"),
        ("AzureSignalRConnectionString", "Endpoint=https://service example;AccessKey=k"),
        ("FramesStorage", "BlobEndpoint=https://account.example;SharedAccessSignature=sig=a"),
        ("FramesStorage", "BlobEndpoint=https://account.example;AccountKey=YWJj"),
        ("FramesStorage", "BlobEndpoint=https://[a;AccountName=a;AccountKey=YWJj"),
        ("FramesStorage", "AccountName=an account;AccountKey=YWJj"),
        ("TICKET_KEY", "short"),
        ("TICKET_KEY", " " * 32),
        ("TICKET_KEY", "\udcff" * 32),  # bytes of the environment that are not UTF-8
        ("ROOM_CREATION_KEY", "secret\n"),
        ("ROOM_CREATION_KEY", "\udcff"),
        ("ROOM_CAPACITY", "many"),
        ("ROOM_CAPACITY", "1000000"),
        ("ROOM_CAPACITY", "2.5"),
        ("FRAME_LIFETIME_SECONDS", "nan"),
        ("VIDEO_PROVIDER", "carrier-pigeon"),
        ("FACE_READER", "crystal-ball"),
        ("EXPRESSION_MODEL", "no/such/file.onnx"),
        ("EXPRESSION_MODEL", "README.md"),
        ("EXPRESSION_MODEL", "x" * 5_000 + ".onnx"),
        ("BLOB_TRIGGER_SOURCE", "Smoke"),
        ("LIMITS", "20"),
        ("LIMITS", '{"rooms": "many"}'),
        ("LIMITS", '{"no-such-limit": 20}'),
        ("LIMITS", "[" * 9_999),
        ("ICE_SERVERS", "[" * 9_999),
        ("ICE_SERVERS", '[{"urls": 5}]'),
        ("ICE_SERVERS", '[{"urls": []}]'),
        ("ICE_SERVERS", '[{"urls": "https://example.org"}]'),
        ("ICE_SERVERS", '[{"urls": "stun:example.org", "more": NaN}]'),
        ("ICE_SERVERS", '[{"urls": "turn:example.org"}]'),
        ("ICE_SERVERS", '[{"urls": "turn:example.org", "username": "a", "credential": 5}]'),
        ("ICE_SERVERS", "stun:example.org"),
        ("ICE_SERVERS", '[{"url": "stun:example.org"}]'),
        ("TURN_URLS", "turn.example.org"),
        ("TURN_URLS", "turn:example.org:99999"),
        ("TURN_URLS", "turn:example.org:port"),
        ("TURN_SECRET", "0123456789abcdef"),  # and no address
        ("TURN_LIFETIME_SECONDS", "5"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    """A wrong value stops the start, and the error names its setting."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_environ(GOOD | {name: value})


def test_ice_servers_are_taken_as_browsers_take_them() -> None:
    """One or several addresses, ports, IPv6, and TURN with credentials are accepted."""
    servers = [
        {"urls": "stun:stun.example.org:3478"},
        {"urls": ["stuns:[2001:db8::1]:5349", "turn:t.example.org?transport=tcp", "turns:1.2.3.4"]}
        | {"username": "a", "credential": "b"},
    ]
    assert Settings.from_environ(GOOD | {"ICE_SERVERS": json.dumps(servers)}).ice_servers == tuple(
        servers
    )


def test_another_expression_model_is_found_in_the_apps_folder() -> None:
    """A relative path is relative to the app, not to the current folder."""
    given = Settings.from_environ(GOOD | {"EXPRESSION_MODEL": "functions/reader/expression.onnx"})
    assert given.expression_model
    assert given.expression_model.samefile(READER / "expression.onnx")
    assert Settings.from_environ(GOOD).expression_model is None


def test_storage_is_reached_by_identity_where_no_connection_string_is_set() -> None:
    """The settings have the names of an identity-based connection."""
    storage = Settings.from_environ(GOOD | ACCOUNT | {"FramesStorage__clientId": "me"}).storage
    assert storage.blob_service_uri == "https://account.blob.core.windows.net"
    assert (storage.connection_string, storage.client_id) == ("", "me")
    assert Settings.from_environ(ACCOUNT | GOOD).storage.blob_service_uri == ""


@pytest.mark.parametrize(
    "value",
    [
        "Endpoint=https://service.example;AccessKey=k;Version=1.0;Port=8080;",
        "endpoint=https://service.example;authtype=azure.msi;clientId=me;Version=1.0",
    ],
)
def test_signalrs_connection_strings_are_taken_as_the_service_gives_them(value: str) -> None:
    """A key or an identity is accepted, in any letter case."""
    Settings.from_environ(GOOD | {"AzureSignalRConnectionString": value})
    Settings.from_environ(GOOD | SIGNALR)


@pytest.mark.parametrize(
    ("chosen", "name", "value"),
    [
        (ACCOUNT, "FramesStorage__blobServiceUri", ""),
        (ACCOUNT, "FramesStorage__blobServiceUri", "http://account.blob.core.windows.net"),
        (ACCOUNT, "FramesStorage__blobServiceUri", "https://["),
        (ACCOUNT, "FramesStorage__blobServiceUri", "https://account.example:99999"),
        (ACCOUNT, "FramesStorage__blobServiceUri", "https://account.example?sig=a"),
        (ACCOUNT, "FramesStorage__queueServiceUri", ""),
        (SIGNALR, "AzureSignalRConnectionString__serviceUri", "service.example"),
        (SIGNALR, "AzureSignalRConnectionString__serviceUri", ""),
        (OPENTOK, "OPENTOK_API_KEY", ""),
        (OPENTOK, "OPENTOK_API_KEY", "12345678-90ab-cdef-1234-567890abcdef"),
        (OPENTOK, "OPENTOK_API_SECRET", ""),
        (OPENTOK, "OPENTOK_API_SECRET", "no/such/file.key"),
        (OPENTOK, "OPENTOK_API_URL", "http://localhost.example.org"),
        (VONAGE, "VONAGE_APPLICATION_ID", "46000000"),
        (VONAGE, "VONAGE_APPLICATION_ID", "-" * 36),
        (VONAGE, "VONAGE_PRIVATE_KEY", "-----BEGIN \udcff"),
        (VONAGE, "VONAGE_PRIVATE_KEY", ""),
        (VONAGE, "VONAGE_PRIVATE_KEY", "no/such/file.key"),
        (
            VONAGE,
            "VONAGE_PRIVATE_KEY",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ),
        (VONAGE, "VONAGE_PRIVATE_KEY", pem(ec.generate_private_key(ec.SECP256R1()))),
        (AZURE, "AZURE_FACE_ENDPOINT", ""),
        (AZURE, "AZURE_FACE_ENDPOINT", "face.example.org"),
        (AZURE, "AZURE_FACE_KEY", "key\n"),
        (AZURE, "AZURE_FACE_KEY", "ключ"),
        (AZURE, "AZURE_FACE_KEY", "@Microsoft.KeyVault(SecretUri=https://vault/face)"),
        (OPENTOK, "OPENTOK_API_SECRET", "@Microsoft.KeyVault(SecretUri=https://vault/secret)"),
        ({}, "TICKET_KEY", "@Microsoft.KeyVault(SecretUri=https://vault/ticket-key)"),
        ({}, "ROOM_CREATION_KEY", "@Microsoft.KeyVault(SecretUri=https://vault/room)"),
    ],
)
def test_what_a_choice_needs_is_checked_at_the_start(
    chosen: dict[str, str], name: str, value: str
) -> None:
    """Missing or impossible credentials are named without their values."""
    with pytest.raises(SettingsError, match=name) as caught:
        Settings.from_environ(GOOD | chosen | {name: value})
    if "_KEY" in name or "SECRET" in name:
        assert not value or value not in str(caught.value)


def test_what_nobody_chose_needs_no_settings() -> None:
    """Credentials of an unused provider are not checked."""
    Settings.from_environ(GOOD | {"OPENTOK_API_KEY": "x", "AZURE_FACE_ENDPOINT": "x"})


@pytest.mark.parametrize("escaped", [False, True])
def test_a_private_key_may_be_text_or_a_file(tmp_path: Path, escaped: bool) -> None:
    """A PEM text on one line and a file's path are both accepted."""
    key = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    path = tmp_path / "private"
    path.write_text(key)
    for given in (key.replace("\n", "\\n") if escaped else key, str(path)):
        opentok = Settings.from_environ(GOOD | VONAGE | {"VONAGE_PRIVATE_KEY": given}).opentok
        assert opentok is not None
        assert opentok.vonage
        assert opentok.secret == key


@pytest.mark.parametrize("secret", ["", "too short"])
def test_a_turn_server_needs_its_secret(secret: str) -> None:
    """TURN_URLS without a secret, or with a short one, stops the start."""
    turn = {"TURN_URLS": "turn:turn.example.org:3478?transport=udp, turns:[2001:db8::1]:5349"}
    with pytest.raises(SettingsError, match="TURN_SECRET"):
        Settings.from_environ(GOOD | turn | {"TURN_SECRET": secret})
    read = Settings.from_environ(GOOD | turn | {"TURN_SECRET": "0123456789abcdef"}).turn
    assert read
    assert read.urls == tuple(turn["TURN_URLS"].split(", "))
    assert read.lifetime == 3600


def test_no_secret_shows_in_what_settings_print() -> None:
    """The printed settings hold no secret."""
    secrets = {
        "AZURE_FACE_KEY": "face-secret",
        "ROOM_CREATION_KEY": "room-secret",
        "TURN_SECRET": "turn-secret-shared",
    }
    turn = {"TURN_URLS": "turn:turn.example.org"}
    printed = repr(Settings.from_environ(GOOD | OPENTOK | AZURE | turn | secrets))
    for secret in (*secrets.values(), OPENTOK["OPENTOK_API_SECRET"], GOOD["TICKET_KEY"]):
        assert secret not in printed


def test_the_example_file_names_every_setting() -> None:
    """`local.settings.example.json` is accepted as it is."""
    example = json.loads((Path(__file__).parents[2] / "local.settings.example.json").read_text())
    Settings.from_environ(example["Values"])
