"""The real Bicep compiler compiles the deployment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.infra.compiler import choose, copy, diagnostics, formatted, needs_bicep, template
from tests.infra.files import FILES, INFRA

pytestmark = needs_bicep

_ALL = [*FILES, INFRA / "main.bicepparam"]
_SECRETS = {
    "ticketKey",
    "roomCreationKey",
    "iceServers",
    "turnSecret",
    "opentokApiSecret",
    "vonagePrivateKey",
}


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    """A copy of the files, to be broken."""
    return copy(tmp_path)


def unprotected(file: Path) -> set[str]:
    """The secrets a file takes as a parameter that its deployment's history would show."""
    return {
        name
        for name, parameter in template(file)["parameters"].items()
        if name in _SECRETS and parameter["type"].lower() != "securestring"
    }


@pytest.mark.parametrize("file", _ALL, ids=lambda file: file.name)
def test_each_file_compiles_and_lints_clean(file: Path) -> None:
    """The compiler reports no error and no warning for the file."""
    assert diagnostics(file) == []


@pytest.mark.parametrize("file", _ALL, ids=lambda file: file.name)
def test_each_file_is_formatted(file: Path) -> None:
    """The file is as `bicep format` writes it."""
    assert file.read_text() == formatted(file)


def test_secrets_are_secure_parameters_without_a_value() -> None:
    """Each secret is a @secure() parameter without a default."""
    for file in (INFRA / "main.bicep", INFRA / "modules" / "keyvault.bicep"):
        parameters = template(file)["parameters"]
        assert set(parameters) >= _SECRETS
        assert unprotected(file) == set()
        assert not any(parameters[name].get("defaultValue") for name in _SECRETS)


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("modules/storage.bicep", "  // checkov:", "  #checkov:", "Error BCP"),
        ("modules/storage.bicep", "allowSharedKeyAccess", "allowSharedKeyAcces", "BCP089"),
        ("main.bicep", "tier: signalrTier", "tier: signalrUnits", "BCP036"),
        ("modules/site.bicep", "param name string", "param name string\nparam x int", "no-unused"),
        ("main.bicepparam", "param location", "param where", "BCP"),
    ],
    ids=["a # line", "a property", "a type", "a warning", "the parameter file"],
)
def test_a_broken_file_is_found(infra: Path, file: str, old: str, new: str, named: str) -> None:
    """The compiler reports an error in a broken file, so no report means no error."""
    text = (infra / file).read_text()
    assert old in text
    (infra / file).write_text(text.replace(old, new))
    assert named in "\n".join(diagnostics(infra / file))


@pytest.mark.parametrize("file", ["main.bicep", "modules/keyvault.bicep"])
def test_a_secret_without_its_mark_is_found(infra: Path, file: str) -> None:
    """The test of secrets finds one whose @secure() is missing."""
    text = (infra / file).read_text()
    (infra / file).write_text(text.replace("@secure()\n", "", 1))
    assert unprotected(infra / file) == {"ticketKey"}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("SIGNALR_UNITS", "3"),
        ("INSTANCE_MEMORY_MB", "600"),
        ("MAXIMUM_INSTANCE_COUNT", "39"),
        ("ALWAYS_READY_INSTANCES", "21"),
        ("ROOM_CAPACITY", "6.5"),
        ("FRAME_SLOT_SECONDS", "one"),
        ("FACE_READER", "Azure"),
        ("SIGNALR_TIER", "Premium"),
    ],
)
def test_a_wrong_choice_is_refused_here(infra: Path, name: str, wrong: str) -> None:
    """The compiler refuses a value that main.bicep does not allow, before Azure is called."""
    assert diagnostics(choose(infra, **{name: wrong}))
