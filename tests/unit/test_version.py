"""Page, functions and package report have the same version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import package
from functions import __version__

ROOT = Path(__file__).parents[2]


def test_the_page_has_the_functions_version() -> None:
    """`package.json` and its lock have the version of `functions`."""
    page = json.loads((ROOT / "frontend" / "package.json").read_text())
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    versions = [page["version"], lock["version"], lock["packages"][""]["version"]]
    assert versions == [__version__] * 3


@pytest.mark.parametrize("as_json", [False, True])
def test_the_package_report_says_it(
    as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The package report begins with the version, as text and as JSON."""
    monkeypatch.setattr(package, "measure", lambda: {"zip_mb": 1.0})
    monkeypatch.setattr("sys.argv", ["package", *(["--json"] if as_json else [])])
    package.main()
    printed = capsys.readouterr().out
    said = json.loads(printed)["version"] if as_json else printed.split()[1]
    assert said == __version__


def test_the_changelog_knows_it() -> None:
    """The changelog has an entry for the version and one for unreleased changes."""
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert "\n## Unreleased\n" in changelog
    assert __version__ in changelog
