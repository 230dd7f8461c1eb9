"""Settings: read once, failing by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from functions.settings import Settings, SettingsError

GOOD = {
    "FramesStorage": "UseDevelopmentStorage=true",
    "AzureSignalRConnectionString": "Endpoint=http://127.0.0.1:8888;AccessKey=k;Version=1.0;",
    "TICKET_KEY": "k" * 32,
}


def test_three_settings_are_enough() -> None:
    """All but the two connections and the ticket key have defaults."""
    settings = Settings.from_environ(GOOD)
    assert settings.room_capacity == 6
    assert settings.frame_lifetime == 10
    assert settings.ice_servers == ()


def test_every_missing_setting_is_named_at_once() -> None:
    """Somebody who deploys learns all that is missing from one message."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ({})
    for name in GOOD:
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TICKET_KEY", "short"),
        ("ROOM_CAPACITY", "many"),
        ("ROOM_CAPACITY", "1000000"),
        ("FRAME_LIFETIME_SECONDS", "nan"),
        ("VIDEO_PROVIDER", "carrier-pigeon"),
        ("FACE_READER", "crystal-ball"),
        ("BLOB_TRIGGER_SOURCE", "Smoke"),
        ("ICE_SERVERS", "stun:example.org"),
        ("ICE_SERVERS", '[{"url": "stun:example.org"}]'),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    """A value that cannot work stops the start and names its setting."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_environ(GOOD | {name: value})


def test_the_example_file_names_every_setting() -> None:
    """`local.settings.example.json` is accepted as it stands, and so names what is required."""
    example = json.loads((Path(__file__).parents[2] / "local.settings.example.json").read_text())
    Settings.from_environ(example["Values"])
